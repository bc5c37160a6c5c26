"""How the fuzzer reaches the gateway and what it holds every answer to."""

import warnings
from typing import Any
from urllib.parse import quote

import requests
import schemathesis
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import GenerationConfig
from schemathesis.schemas import APIOperation

from tests.contracts.documents import Document, example_of, operations, parameters

CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
)
REFUSED = tuple(
    str(status) for status in (400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 422, 428, 429)
)
"""What an invalid request may be answered: never a 5xx, and never a success."""

SECONDS = 10
FILES = (
    "text/csv",
    "application/x-ndjson",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
"""Bodies that are files: sent as the bytes that were drawn."""

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def labels(document: Document) -> list[str]:
    """Return `GET /v1/towns` for every operation of a document."""
    return [f"{method.upper()} {path}" for method, path, _ in operations(document)]


class Fuzzer:
    """The gateway's document, its address, and one connection to it."""

    def __init__(self, document: Document, address: tuple[str, int]) -> None:
        load_all_checks()
        schemathesis.serializer.alias(list(FILES), "application/octet-stream")
        self._url = "http://{}:{}".format(*address)
        self._document = document
        self._schema = schemathesis.openapi.from_dict(document)
        refusals = self._schema.config.checks.negative_data_rejection
        refusals.expected_statuses = list(REFUSED)
        self._session = requests.Session()
        self._checks: list[Any] = [check for check in CHECKS.get_all() if check.__name__ in CHECKED]
        assert len(self._checks) == len(CHECKED)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def operation(self, label: str) -> APIOperation[Any, Any, Any, Any]:
        """Return the operation behind `GET /v1/towns`."""
        found = self._schema.find_operation_by_label(label)
        assert found is not None, label
        return found

    def is_open(self, label: str) -> bool:
        """Tell whether an operation asks nothing of its caller."""
        method, path = label.split(" ")
        row = self._document["paths"][path][method.lower()]["x-right"]
        return bool(row["callers"] == "anyone")

    def judge_boundaries(self, label: str, modes: list[GenerationMode]) -> int:
        """Judge the boundary values of every parameter; return how many cases that made."""
        sent = 0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about patterns that Python cannot read
            for case in self._schema.iter_coverage_cases(
                self.operation(label),
                generation_modes=modes,
                generation_config=GenerationConfig(deterministic=True),
            ):
                self.judge(case)
                sent += 1
        return sent

    def judge(self, case: Case[Any]) -> None:
        """Send a case and hold its answer to the contract."""
        response = case.call(base_url=self._url, session=self._session, timeout=SECONDS)
        case.validate_response(response, checks=self._checks)

    def example(self, label: str) -> requests.Response:
        """Send an operation its documented examples: what is required, then one option more.

        `/v1/resolve` takes a code or a name: neither is required, one of them is.
        """
        method, path = label.split(" ")
        operation = self._document["paths"][path][method.lower()]
        query: dict[str, Any] = {}
        options: dict[str, Any] = {}
        for parameter in parameters(self._document, path, operation):
            value = example_of(self._document, parameter)
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", quote(str(value), safe=""))
            elif parameter["in"] == "query" and value is not None:
                chosen = query if parameter.get("required") else options
                chosen[parameter["name"]] = value
        body, form = (_body_of(self._document, operation, media) for media in (JSON, FORM))
        answers = (
            self._session.request(
                method,
                self._url + path,
                params=query | option,
                json=body,
                data=form,
                timeout=SECONDS,
            )
            for option in ({}, *({name: value} for name, value in options.items()))
        )
        first = next(answers)
        return first if first.ok else next((answer for answer in answers if answer.ok), first)


def _body_of(document: Document, operation: Document, media: str) -> Any:
    content = operation.get("requestBody", {}).get("content", {}).get(media)
    if content is None:
        return None
    return example_of(document, content)

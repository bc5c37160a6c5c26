"""The operations of every part of the product with their policy rows, and how each is played."""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import openpyxl

from chassis.caller_routes import CALLER_ROWS
from chassis.identity import Known, Open, Policy, PolicyTable, Scoped
from gateway.partners.policy import POLICY as PARTNERS
from tests.contracts.documents import (
    SERVICES,
    Document,
    committed,
    example_of,
    operations,
    parameters,
)
from tests.security.estates import ESTATES

PARTS = SERVICES
"""Parts whose things lie at sites; those of the registry belong to organisations."""

REGISTRY = "gateway"

UNDOCUMENTED = {"show_ogc_landing_with_slash": "/ogc/"}
"""Operations that the contract does not show, and their paths."""


class NotPlayed(LookupError):
    """The matrix does not know how to play an operation."""


@dataclass(frozen=True, slots=True)
class Case:
    """One operation with its row."""

    part: str
    method: str
    path: str
    operation: Document
    document: Document
    row: Policy

    @property
    def collection(self) -> str:
        """The path of the collection that it is about."""
        return self.path.partition("/{")[0].removesuffix("/by-external-id")

    @property
    def play(self) -> str:
        """How it is played.

        Raises:
            NotPlayed: in no way that we know.
        """
        if isinstance(self.row, Open):
            if self.row.same:
                return "open"
            if self.path == f"/v1/events/{self.part}":
                return "feed"
            return self._of_estate()
        if isinstance(self.row, Known):
            return "known"
        if not self.row.within or "/imports" in self.path:
            return "scope"
        return self._of_estate()

    def _of_estate(self) -> str:
        estate = ESTATES.get(self.collection)
        if estate is None:
            raise NotPlayed(f"{self.method} {self.path}")
        if self.operation["operationId"] in estate.acts:
            return "act"
        rest = self.path.removeprefix(self.collection)
        play = _PLAYS.get((self.method, bool(rest)))
        if play is None or (rest.count("/") > 1 and play != "replace"):
            raise NotPlayed(f"{self.method} {self.path}")
        return play

    @property
    def formats(self) -> list[str]:
        """The files that a list can be had as."""
        known = parameters(self.document, self.path, self.operation)
        found = [p["schema"].get("enum", []) for p in known if p["name"] == "format"]
        return [form for forms in found for form in forms if form != "json"]

    def requests(self) -> list[str]:
        """Return paths with the documented examples: what is required, then one option more."""
        path = self.path
        needed: dict[str, Any] = {}
        options: dict[str, Any] = {}
        for parameter in parameters(self.document, self.path, self.operation):
            value = example_of(self.document, parameter)
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", quote(str(value), safe=""))
            elif parameter["in"] == "query" and value is not None:
                (needed if parameter.get("required") else options)[parameter["name"]] = value
        queries = [needed, *(needed | {name: value} for name, value in options.items())]
        return [f"{path}?{urlencode(query, doseq=True)}" if query else path for query in queries]


_PLAYS = {
    ("get", False): "list",
    ("get", True): "show",
    ("post", False): "create",
    ("patch", True): "change",
    ("put", True): "replace",
    ("delete", True): "change",
}


def policy_of(part: str) -> PolicyTable:
    """Return the policy table of a part."""
    if part == REGISTRY:
        return PolicyTable(PARTNERS, CALLER_ROWS)
    table: PolicyTable = import_module(f"services.{part}.policy").POLICY
    return table


def cases(parts: Sequence[str] = PARTS) -> list[Case]:
    """Return every operation of the contracts of these parts, and those that none shows."""
    found = []
    for part in parts:
        document: Document = json.loads(committed(part).read_text(encoding="utf-8"))
        rows = dict(policy_of(part))
        for method, path, operation in operations(document):
            row = rows.pop(operation["operationId"], None)
            if row is not None:
                found.append(Case(part, method, path, operation, document, row))
            elif path.startswith(("/v1/", "/ogc")):
                raise NotPlayed(f"{operation['operationId']} has no row")
        for name, row in rows.items():
            hidden = {"operationId": name}
            path = UNDOCUMENTED[name]
            document["paths"].setdefault(path, {})
            found.append(Case(part, "get", path, hidden, document, row))
    return found


def scopes() -> frozenset[str]:
    """Return every scope that a row asks for."""
    rows = [case.row for case in cases()]
    return frozenset(row.scope for row in rows if isinstance(row, Scoped))


def text_of(answer: httpx.Response) -> str:
    """Return all that an answer tells, a spreadsheet opened, without the instant of asking."""
    if "spreadsheet" in answer.headers.get("content-type", ""):
        book = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True)
        lines = io.StringIO()
        csv.writer(lines).writerows(row for sheet in book for row in sheet.values)
        return lines.getvalue()
    return re.sub(r'"timeStamp":"[^"]*"', "", answer.text)


def without(answer: httpx.Response, path: str) -> tuple[Any, ...]:
    """Return an answer but for the path that was asked."""
    return answer.status_code, answer.text.replace(path, ""), sorted(answer.headers.items())

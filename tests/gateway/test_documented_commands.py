"""Every curl on the pages works when it is copied: each is sent to the whole product."""

import http.client
import json
import re
import shlex
from html import unescape
from urllib.parse import urlencode

import pytest

from gateway.portal.commands import example
from tests.contracts.documents import Document, operations
from tests.contracts.fixtures import Address, live_gateway, merged

__all__ = ["live_gateway", "merged"]

PUBLIC_URL = "http://127.0.0.1:8000"
TOKEN = {"-H", "Authorization: Bearer $TOKEN"}
"""Of a command that asks for one: without it the answer is 401."""
WITHOUT_EXAMPLE = {"cursor", "subject", "types"}
"""What only an earlier answer can tell."""

_COMMAND = re.compile(r"<pre[^>]*><code>(curl .*?)</code></pre>", re.DOTALL)


def answered(address: Address, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """Return the status and the text of an answer."""
    connection = http.client.HTTPConnection(*address, timeout=20)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, text


def commands(address: Address, page: str, language: str) -> list[list[str]]:
    """Return the arguments of each command of a page."""
    headers = {"Accept": "text/html", "Accept-Language": language}
    _, text = answered(address, page, **headers)
    return [shlex.split(unescape(command)) for command in _COMMAND.findall(text)]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("page", "least"), [("/", 2), ("/docs", 30)])
def test_every_command_of_a_page_is_answered_with_success(
    live_gateway: Address, page: str, least: int, language: str
) -> None:
    found = commands(live_gateway, page, language)
    assert len(found) >= least
    failed = []
    for command in found:
        program, *options, url = [part for part in command if part not in TOKEN]
        if "-X" in options:
            continue
        assert (program, options, url.startswith(PUBLIC_URL)) == ("curl", [], True), command
        status, text = answered(live_gateway, url.removeprefix(PUBLIC_URL))
        expected = 401 if TOKEN & set(command) else 200
        failed += [] if status == expected else [(url, status, text[:200])]
    assert failed == []


def test_every_collection_of_the_root_answers_unless_its_link_is_a_template(
    live_gateway: Address,
) -> None:
    _, text = answered(live_gateway, "/v1")
    links = [
        (link["href"].removeprefix(PUBLIC_URL), link["templated"])
        for link in json.loads(text)["collections"]
    ]
    assert ("/v1/resolve{?code,name,postal_code,kind}", True) in links
    plain = [path for path, templated in links if not templated]
    told = {path: answered(live_gateway, path)[0] for path in plain}
    # some ask for a token, and then say so
    assert set(told.values()) == {200, 401}
    assert told["/v1/towns"] == 200


def test_every_parameter_has_an_example_that_is_answered_with_success(
    live_gateway: Address, merged: Document
) -> None:
    failed: list[tuple[object, ...]] = []
    for method, path, operation in operations(merged):
        known = {one["name"]: one for one in operation.get("parameters", [])}
        asked = {name: one for name, one in known.items() if one["in"] == "query"}
        expected = 401 if operation.get("security") else 200
        for name in asked.keys() - WITHOUT_EXAMPLE:
            if "example" not in asked[name]:
                failed.append((path, name, "no example"))
                continue
            url = _with_examples(path, known, name)
            status, text = answered(live_gateway, url, method.upper())
            if status == 422:
                # such as a radius, which says that it needs a place
                needed = json.loads(text)["errors"][0]["parameter"]
                url = _with_examples(path, known, name, *{needed} - {name})
                status, text = answered(live_gateway, url, method.upper())
            failed += [] if status == expected else [(url, status, text[:200])]
    assert failed == []


def _with_examples(path: str, known: dict[str, Document], *names: str) -> str:
    values = {name: one["example"] for name, one in known.items() if "example" in one}
    for name, one in known.items():
        if one["in"] == "path":
            path = path.replace(f"{{{name}}}", example(one))
    return f"{path}?{urlencode({name: values[name] for name in names}, doseq=True)}"

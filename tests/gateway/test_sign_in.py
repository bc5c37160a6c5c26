"""The panel of the reference where a reader tries reads with a token: its HTML and its script."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from tests.contracts.toolbox import SCRIPTS, run
from tests.gateway.fakes import Fake

SCRIPT = "/portal/sign-in.js"
STORED = ("localStorage", "sessionStorage", "indexedDB", "cookie", "innerHTML", "eval")


class Form(HTMLParser):
    """What the labels of a page name, its fields, and the words that the script reads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.labelled: set[str] = set()
        self.fields: dict[str, Mapping[str, str | None]] = {}
        self.panel: Mapping[str, str | None] = {}
        self.tried: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect."""
        said = dict(attrs)
        if tag == "label":
            self.labelled.add(said["for"] or "")
        if tag == "input":
            self.fields[said["id"] or ""] = said
        if tag == "form":
            self.panel = said
        if "data-path" in said:
            self.tried[said["data-operation"] or ""] = said["data-path"] or ""


async def page(client: httpx.AsyncClient, language: str) -> str:
    headers = {"Accept": "text/html", "Accept-Language": language}
    return (await client.get("/docs", headers=headers)).text


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_field_has_its_label_and_hides_its_secret(
    client: httpx.AsyncClient, language: str
) -> None:
    form = Form(await page(client, language))
    assert form.fields.keys() == form.labelled == {"client-id", "client-secret", "token"}
    kinds = {name: field["type"] for name, field in form.fields.items()}
    assert kinds == {"client-id": "text", "client-secret": "password", "token": "password"}
    assert {field["autocomplete"] for field in form.fields.values()} == {"off"}
    assert "action" not in form.panel
    assert "hidden" in form.panel, "without script there is nothing to fill in"


async def test_the_script_finds_all_its_words_in_both_languages(client: httpx.AsyncClient) -> None:
    script = (await client.get(SCRIPT)).text
    used = set(re.findall(r"words\.(\w+)", script))
    french, english = [Form(await page(client, one)).panel for one in ("fr", "en")]
    for panel in (french, english):
        assert {name.removeprefix("data-") for name in panel if name.startswith("data-")} == used
    assert french["data-try"] != english["data-try"]


async def test_reads_alone_can_be_tried_at_the_path_of_their_command(
    client: httpx.AsyncClient,
) -> None:
    tried = Form(await page(client, "en")).tried
    assert tried["towns_0"] == "/v1/towns"
    assert all(path.startswith("/") for path in tried.values())


async def test_the_page_lets_its_own_script_run_and_speak_to_us_alone(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    answer = await client.get("/docs", headers={"Accept": "text/html"})
    assert answer.text.count("<script") == 1
    assert f'<script src="{SCRIPT}" defer></script>' in answer.text
    rules = answer.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "connect-src 'self'"} <= set(rules)
    assert "<script" not in (await client.get("/", headers={"Accept": "text/html"})).text
    assert not fakes["towns"].asked


async def test_the_script_keeps_nothing_and_runs_no_text(client: httpx.AsyncClient) -> None:
    answer = await client.get(SCRIPT)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert [word for word in STORED if word in answer.text] == []
    assert re.findall(r"https?://", answer.text) == []
    assert "url.origin !== location.origin" in answer.text


async def test_the_script_is_sound(client: httpx.AsyncClient, tmp_path: Path) -> None:
    file = tmp_path / "sign-in.js"
    file.write_text((await client.get(SCRIPT)).text)
    checked = run([str(SCRIPTS / "node"), "--check", str(file)])
    assert checked.content, checked.said


async def test_the_root_says_how_to_get_in(client: httpx.AsyncClient) -> None:
    told = (await client.get("/v1")).json()["guarantees"]
    path = told["access_request_url"].removeprefix("http://127.0.0.1:8000")
    assert path == "/docs#access"
    assert 'id="access"' in await page(client, "fr")
    assert "client credentials" in told["authentication"]

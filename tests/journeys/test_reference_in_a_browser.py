"""A reader signs in on the reference page, in a browser, and tries a read with its own token."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from deploy.keyrings import SANDBOX, kept
from tests.deploy.running import Product
from tests.journeys.browser import Seen, browsing, looking

pytestmark = pytest.mark.parametrize("running", ["single"], indirect=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of all these tests."""
    with browsing() as started:
        yield started


@pytest.fixture
def reference(running: Product, browser: Browser) -> Iterator[Seen]:
    """The page as the product serves it, to somebody who was never there."""
    with looking(browser, f"{running.address}/docs") as seen:
        yield seen


def test_a_reader_signs_in_reads_who_it_is_and_signs_out(reference: Seen, data: Path) -> None:
    keyring = kept(data / SANDBOX, "commune")
    assert keyring is not None
    page, panel = reference.page, reference.page.locator("#sign-in")
    said, secret = panel.locator("output"), page.locator("#client-secret")
    page.fill("#client-id", keyring["client_id"])
    secret.fill(keyring["client_secret"])
    panel.locator("[type=submit]").click()
    expect(said).to_contain_text("partners:read")
    expect(secret).to_have_value("")

    me = page.locator('[data-operation="show_me"]')
    shown = me.locator("pre")
    me.locator("[type=submit]").click()
    expect(shown).to_contain_text(keyring["client_id"])
    expect(shown).to_contain_text("200")
    assert reference.complaints == []
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == [
        *("", 0, 0)
    ]

    panel.locator("[type=button]").click()
    me.locator("[type=submit]").click()
    expect(shown).to_contain_text("401")
    assert len(reference.complaints) == 1, "the refusal alone is in the console"
    assert "401" in reference.complaints[0]


def test_a_wrong_secret_is_refused_and_said(reference: Seen) -> None:
    page, said = reference.page, reference.page.locator("#sign-in output")
    page.fill("#client-id", "nobody")
    page.fill("#client-secret", "nothing")
    page.click("#sign-in [type=submit]")
    expect(said).to_contain_text("401")


def test_a_token_goes_to_no_other_host(reference: Seen) -> None:
    page = reference.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    place = page.locator('[data-operation="show_me"]')
    place.locator("input").fill("https://example.org/v1/me")
    place.locator("[type=submit]").click()
    expect(place.locator("pre")).not_to_be_empty()
    assert [url for url in asked if "example.org" in url] == []


def test_what_the_page_does_not_allow_is_complained_of(reference: Seen) -> None:
    """Without this, a console that we do not hear would look like a page without fault."""
    page = reference.page
    assert reference.complaints == []
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('img'),"
        " {src: 'data:image/gif;base64,R0lGODlhAQABAAAAACw='}))"
    )
    page.evaluate("fetch('https://example.org/').catch(() => 0)")
    assert any("Content Security Policy" in said for said in reference.complaints)

"""What the gateway answers itself: pages, documents, health, status; and what all answers carry."""

from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from urllib.robotparser import RobotFileParser

import httpx
import pytest
from starlette.types import ASGIApp

from chassis.problems import registry
from chassis.testing import client_of
from gateway.contracts import SERVICES
from tests.gateway.fakes import Fake

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PAGES = ("/", "/docs", "/problems", "/problems/not-found")


class Page(HTMLParser):
    """The links, sources, ids and language of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.ids: set[str] = set()
        self.tags: list[str] = []
        self.language = ""
        self.styled: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect."""
        said = dict(attrs)
        self.tags.append(tag)
        self.links |= {said[name] or "" for name in ("href", "src") if name in said}
        self.ids |= {said["id"] or ""} if "id" in said else set()
        self.styled += [tag] if "style" in said or "onclick" in said else []
        if tag == "html":
            self.language = said.get("lang") or ""


async def test_the_entrance_is_a_page_for_a_person(client: httpx.AsyncClient) -> None:
    answer = await client.get("/", headers=BROWSER)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "curl &#x27;http://127.0.0.1:8000/v1/towns?region=44&amp;limit=3&#x27;" in answer.text
    assert answer.text.count("Disponible") == 4


async def test_the_entrance_speaks_english_to_who_asks(client: httpx.AsyncClient) -> None:
    answer = await client.get("/", headers={**BROWSER, "Accept-Language": "en-GB"})
    assert Page(answer.text).language == "en"
    assert "Try it now" in answer.text


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html"])
async def test_the_entrance_is_the_api_root_for_a_program(
    client: httpx.AsyncClient, accept: str
) -> None:
    root = (await client.get("/", headers={"Accept": accept})).json()
    assert root == (await client.get("/v1")).json()
    towns = {"href": "http://127.0.0.1:8000/v1/towns", "service": "towns", "templated": False}
    assert towns in root["collections"]
    assert root["guarantees"]["availability_percent"] == "99.5"


async def test_every_link_of_the_root_and_of_the_catalogue_leads_somewhere(
    client: httpx.AsyncClient,
) -> None:
    root = (await client.get("/v1")).json()
    catalog = (await client.get("/.well-known/api-catalog")).json()
    found = {url for key, url in root.items() if key.endswith("_url")}
    found |= set(root["service_contracts"].values())
    for context in catalog["linkset"]:
        assert context["service-desc"]
        for name in ("service-desc", "service-doc", "service-meta", "status"):
            found |= {link["href"] for link in context[name]}
    assert len(found) > 8
    for url in found:
        answer = await client.get(url.removeprefix("http://127.0.0.1:8000"))
        assert answer.status_code == 200, url


async def test_the_catalogue_is_a_linkset_of_rfc_9727(client: httpx.AsyncClient) -> None:
    answer = await client.get("/.well-known/api-catalog")
    assert answer.headers["content-type"].startswith("application/linkset+json")
    assert "rfc9727" in answer.headers["content-type"]


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_stands_on_its_own_files_and_one_alone_runs_a_script(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path, headers=BROWSER)
    page = Page(answer.text)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert page.tags.count("script") == (path == "/docs")
    assert page.styled == []
    assert page.language == "fr"
    assert page.tags.count("h1") == 1
    assert {"main", "header", "nav", "footer"} <= set(page.tags)
    for link in page.links - {""}:
        assert link.startswith(("/", "#"))
        target, _, fragment = link.partition("#")
        if target.startswith("/"):
            assert (await client.get(target, headers=BROWSER)).status_code == 200, link
        else:
            assert fragment in page.ids, link


async def test_every_problem_of_the_chassis_has_a_page_in_two_languages(
    client: httpx.AsyncClient,
) -> None:
    for problem in registry():
        if problem.__module__.startswith("tests"):
            continue
        path = f"/problems/{problem.slug()}"
        assert problem.slug() in (await client.get(path)).text
        english = await client.get(path, headers={"Accept-Language": "en"})
        assert english.headers["vary"].startswith("Accept-Language")


async def test_a_document_is_not_sent_twice_to_who_has_it(client: httpx.AsyncClient) -> None:
    first = await client.get("/openapi.json")
    seen = {"If-None-Match": first.headers["etag"]}
    again = await client.get("/openapi.json", headers=seen)
    assert (again.status_code, again.content) == (304, b"")


async def test_a_change_of_a_document_is_refused_with_what_is_allowed(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/openapi.json")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("service", SERVICES)
async def test_the_contract_of_each_service_is_served(
    client: httpx.AsyncClient, service: str
) -> None:
    document = (await client.get(f"/openapi/{service}.json")).json()
    assert document["info"]["title"] == service


async def test_the_gateway_is_live_and_ready_whatever_the_services_do(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    for fake in fakes.values():
        fake.ready = False
    for kind in ("live", "ready"):
        answer = await client.get(f"/health/{kind}")
        assert (answer.status_code, answer.json()) == (200, {"status": kind})


async def test_the_status_tells_each_service_apart_and_is_never_an_error(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> None:
    fakes["funding"].ready = False
    async with client_of(in_process()) as client:
        answer = await client.get("/status")
    told = {service["name"]: service for service in answer.json()["services"]}
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert (told["funding"]["live"], told["funding"]["ready"]) == (True, False)
    assert told["towns"]["ready"] is True
    assert told["towns"]["version"] == "9.9"
    assert told["towns"]["latency_ms"] >= 0


async def test_the_reference_speaks_the_language_of_its_reader(client: httpx.AsyncClient) -> None:
    french, english = [
        await client.get("/docs", headers={**BROWSER, "Accept-Language": language})
        for language in ("fr-FR", "en-GB,fr;q=0.5")
    ]
    assert (Page(french.text).language, Page(english.text).language) == ("fr", "en")
    assert "Paramètres" in french.text
    assert "Successful Response" not in french.text
    for word in ("Paramètres", "Requis", "liste de", ">oui<", "Schémas"):
        assert word not in english.text
    assert "Accept-Language" in english.headers["vary"]
    assert french.headers["etag"] != english.headers["etag"]


async def test_the_reference_begins_with_the_towns_and_ends_with_ourselves(
    client: httpx.AsyncClient,
) -> None:
    page = (await client.get("/docs")).text
    order = [page.index(f'<h2 id="{name}"') for name in (*SERVICES, "ogc", "api")]
    assert order == sorted(order)
    first = page.index("<summary>")
    assert "/v1/towns" in page[first : first + 200]


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("/swagger", ["/openapi.json", "/docs"]),
        ("/swagger-ui/index.html", ["/openapi.json", "/docs"]),
        ("/redoc", ["/openapi.json", "/docs"]),
        ("/openapi.yaml", ["/openapi.json"]),
        ("/v1/openapi.json", ["/openapi.json"]),
        ("/v1/docs", ["/docs"]),
        ("/documentation", ["/docs"]),
        ("/health", ["/health/ready", "/status"]),
        ("/healthz", ["/health/ready", "/status"]),
        ("/ping", ["/health/ready"]),
        ("/api", ["/v1"]),
        ("/api/v1/", ["/v1"]),
        ("/v2", ["/v1"]),
        ("/qqqqqqqqqqq", ["/v1", "/docs"]),
    ],
)
async def test_an_address_of_other_apis_is_answered_with_ours(
    client: httpx.AsyncClient, path: str, ours: list[str]
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.json()["detail"].endswith(" " + ", ".join(ours))
    for each in ours:
        assert (await client.get(each)).status_code == 200


@pytest.mark.parametrize(
    ("path", "media", "begins"),
    [
        ("/favicon.ico", "image/x-icon", b"\x00\x00\x01\x00\x01\x00  "),
        ("/robots.txt", "text/plain; charset=utf-8", b"# "),
    ],
)
async def test_what_every_browser_and_crawler_asks_for_is_there(
    client: httpx.AsyncClient, path: str, media: str, begins: bytes
) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media)
    assert answer.content.startswith(begins)


async def test_robots_leave_the_facts_alone_and_read_the_pages(client: httpx.AsyncClient) -> None:
    rules = RobotFileParser()
    rules.parse((await client.get("/robots.txt")).text.splitlines())
    assert [rules.can_fetch("x", path) for path in ("/", "/docs", "/problems/a")] == [True] * 3
    assert not rules.can_fetch("x", "/v1/towns?cursor=a")


async def test_the_licence_of_overseas_coordinates_is_said_where_licences_are(
    client: httpx.AsyncClient,
) -> None:
    root = (await client.get("/v1")).json()
    assert [one["identifier"] for one in root["licences"]] == ["etalab-2.0", "CC-BY-4.0"]
    assert "GeoNames" in root["licences"][1]["attribution"]
    for language in ("fr", "en"):
        page = await client.get("/docs", headers={**BROWSER, "Accept-Language": language})
        footer = page.text.partition("<footer>")[2]
        assert "Licence Ouverte 2.0" in footer
        assert "GeoNames, CC BY 4.0" in footer


async def test_a_preflight_is_answered_here(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    asking = {"Origin": "https://a.example", "Access-Control-Request-Method": "PATCH"}
    answer = await client.options("/v1/towns", headers=asking)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD"
    assert "If-Match" in answer.headers["access-control-allow-headers"]
    assert fakes["towns"].asked == []


async def test_refusals_are_readable_from_other_origins_too(client: httpx.AsyncClient) -> None:
    for answer in (await client.get("/nowhere"), await client.get("/v1/towns?" + "x" * 9_000)):
        assert answer.status_code in {404, 414}
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_only_listed_origins_may_read_when_some_are_listed(
    in_process: Callable[..., ASGIApp],
) -> None:
    async with client_of(in_process(origins=("https://a.example",))) as client:
        listed = await client.get("/v1/towns", headers={"Origin": "https://a.example"})
        other = await client.get("/v1/towns", headers={"Origin": "https://b.example"})
    assert listed.headers["access-control-allow-origin"] == "https://a.example"
    assert "access-control-allow-origin" not in other.headers
    assert "Origin" in other.headers["vary"]

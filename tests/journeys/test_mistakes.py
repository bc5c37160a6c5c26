"""What a newcomer gets wrong, and what the answer teaches, in the caller's language."""

from dataclasses import dataclass, field

import httpx
import pytest

from tests.journeys.crawler import links_of


@dataclass(frozen=True)
class Mistake:
    """A wrong request, and what its answer must say to be of use."""

    path: str
    status: int
    french: str
    english: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)


MISTAKES = {
    "misspelt path": Mistake("/v1/town", 404, "/v1/towns", "/v1/towns"),
    "other version": Mistake("/v2/towns", 404, "/v1/towns", "/v1/towns"),
    "no version": Mistake("/towns", 404, "Collections proches", "Nearest collections"),
    "misspelt parameter": Mistake(
        "/v1/towns?regoin=44", 400, "employez « region »", "use 'region'"
    ),
    "trailing slash": Mistake(
        "/v1/towns/", 404, "sans la barre oblique", "without its trailing slash"
    ),
    "trailing slash of a town": Mistake(
        "/v1/towns/51108/", 404, "sans la barre oblique", "without its trailing slash"
    ),
    "wrong method": Mistake(
        "/v1/towns", 405, "Méthodes possibles : GET, HEAD", "Possible methods: GET, HEAD", "POST"
    ),
    "wrong method of a town": Mistake(
        "/v1/towns/51108", 405, "GET, HEAD", "Possible methods: GET, HEAD", "DELETE"
    ),
    "format that we do not make": Mistake(
        "/v1/towns", 406, "text/csv", "Available formats", headers={"Accept": "image/png"}
    ),
    "format that we do not know": Mistake("/v1/towns?format=pdf", 422, "csv", "csv"),
    "too long a page": Mistake("/v1/towns?limit=201", 422, "au plus 200", "at most 200"),
    "number that is none": Mistake("/v1/towns?limit=ten", 422, "entier", "integer"),
    "invented cursor": Mistake("/v1/towns?cursor=2", 400, "sans `cursor`", "without `cursor`"),
    "town that is none": Mistake("/v1/towns/99999", 404, "ville", "town"),
    "commune that is none": Mistake("/v1/communes/99999", 404, "commune", "commune"),
    "question without its subject": Mistake("/v1/resolve", 422, "postal_code", "postal_code"),
    "distance without its place": Mistake("/v1/towns?radius_km=80", 422, "near", "near"),
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_answered_with_what_helps(
    api: httpx.Client, mistake: Mistake, language: str
) -> None:
    headers = {**mistake.headers, "Accept-Language": language}
    answer = api.request(mistake.method, mistake.path, headers=headers)
    assert answer.status_code == mistake.status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == language
    assert (mistake.french if language == "fr" else mistake.english) in answer.text
    told = answer.json()
    assert told["request_id"] == answer.headers["x-request-id"]
    assert api.get(told["type"], headers={"Accept": "text/html"}).status_code == 200
    assert told["type"] in set(links_of(answer))


def test_a_wrong_method_is_told_every_right_one(api: httpx.Client) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = api.request(method, "/v1/towns/51108")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD"), method


@pytest.mark.parametrize("path", ["/v1/towns/51108", "/v1/towns?limit=2", "/v1/nothing", "/"])
def test_head_says_what_get_would_say_without_its_body(api: httpx.Client, path: str) -> None:
    full, bare = api.get(path), api.head(path)
    assert bare.content == b""
    assert bare.status_code == full.status_code
    for name in ("content-type", "link"):
        assert bare.headers.get(name) == full.headers.get(name), name
    # what is made of the body, RFC 9110 lets HEAD leave out; it may not be wrong
    for name in ("content-length", "etag"):
        assert bare.headers.get(name) in {None, full.headers.get(name)}, name


def test_a_page_of_another_site_may_read_and_revalidate(api: httpx.Client) -> None:
    origin = {"Origin": "https://example.org"}
    asking = {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    before = api.options("/v1/towns/51108", headers=origin | asking)
    assert before.status_code == 204
    assert "If-None-Match" in before.headers["access-control-allow-headers"]
    answer = api.get("/v1/towns/51108", headers=origin)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "ETag" in answer.headers["access-control-expose-headers"]

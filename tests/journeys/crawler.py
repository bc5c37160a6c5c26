"""Follows every link of every answer, within one product and within bounds."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

_MOST_OF_A_KIND = 12
_PROSE = frozenset(
    {"instance", "subject", "token_endpoint", "revocation_endpoint", "allowed_actions"}
)
"""What looks like an address to follow and is none, or one that takes only changes (RFC 8414)."""


_SOMEWHERE = frozenset({httpx.codes.OK, httpx.codes.UNAUTHORIZED})
"""What a link leads to: an answer, or a door that asks for a token."""


class Crawler:
    """A caller who knows nothing but links; `broken` holds those that do not lead anywhere."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._address = str(client.base_url).rstrip("/")
        self._known: set[str] = set()
        self._kinds: Counter[str] = Counter()
        self._waiting: deque[tuple[str, str]] = deque()
        self.visited: list[str] = []
        self.broken: list[str] = []

    def walk(self, first: Iterable[str]) -> None:
        """Visit these addresses and all that they lead to; at most a dozen of each kind."""
        for path in first:
            self._add(path, seen_on="the start")
        while self._waiting:
            path, seen_on = self._waiting.popleft()
            answer = self._client.get(path)
            self.visited.append(path)
            if answer.status_code not in _SOMEWHERE:
                self.broken.append(f"{seen_on} leads to {path}: {answer.status_code}")
            self.read(answer)

    def read(self, answer: httpx.Response) -> None:
        """Note the links of an answer."""
        for link in links_of(answer):
            self._add(urljoin(str(answer.url), link), seen_on=answer.url.path)

    def _add(self, link: str, *, seen_on: str) -> None:
        path = link.removeprefix(self._address).partition("#")[0] or "/"
        if not path.startswith("/") or path in self._known:
            return
        self._known.add(path)
        parts = urlsplit(path)
        kind = re.sub(r"/[^/]*\d[^/]*$", "/{}", parts.path)
        kind += "?" + "&".join(sorted(pair.partition("=")[0] for pair in parts.query.split("&")))
        self._kinds[kind] += 1
        if self._kinds[kind] <= _MOST_OF_A_KIND:
            self._waiting.append((path, seen_on))


def links_of(answer: httpx.Response) -> Iterator[str]:
    """Yield the links in the headers and in the body of an answer."""
    yield from re.findall(r"<([^>]+)>; rel", answer.headers.get("link", ""))
    if "content-location" in answer.headers:
        yield answer.headers["content-location"]
    media = answer.headers.get("content-type", "").partition(";")[0]
    if media == "text/html":
        page = _Page()
        page.feed(answer.text)
        yield from page.links
    elif media.endswith("json") and "openapi" not in media and not _is_contract(answer):
        origin = f"{answer.url.scheme}://{answer.url.netloc.decode()}"
        yield from _in_json(answer.json(), origin)


def _is_contract(answer: httpx.Response) -> bool:
    return answer.content.lstrip().startswith(b'{"openapi"')


def _in_json(value: Any, origin: str) -> Iterator[str]:
    """Yield every whole string that is an address here, wherever it stands."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in _PROSE:
                yield from _in_json(inner, origin)
    elif isinstance(value, list):
        for inner in value:
            yield from _in_json(inner, origin)
    elif isinstance(value, str) and re.fullmatch(rf"({re.escape(origin)})?/[^\s{{}}]*", value):
        yield value


class _Page(HTMLParser):
    """The links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect; `base` and forms do not occur."""
        self.links += [value for name, value in attrs if name in {"href", "src"} and value and tag]

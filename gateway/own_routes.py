"""The paths that the gateway answers itself; all documents are made once, at start."""

from collections.abc import Mapping

import orjson
from starlette.types import Scope, Send

from chassis.contract import Output
from chassis.headers import header
from chassis.older_contract import older
from chassis.problems import language_of
from gateway.catalogue import LINKSET, api_catalog, api_root
from gateway.contracts import Contract
from gateway.merged_contract import is_local, merged
from gateway.own import HTML, JSON, Document, Handler, fixed, sent, wants_html
from gateway.own_contract import Health
from gateway.portal.entrance import entrance
from gateway.portal.page import assets
from gateway.portal.problem_pages import problem_pages
from gateway.portal.reference import reference
from gateway.portal.words import ENGLISH, FRENCH
from gateway.refusals import refusals
from gateway.routing import Collections
from gateway.settings import Settings
from gateway.status import Observer

_SOON_STALE = 5


def own_routes(
    settings: Settings,
    contracts: Mapping[str, Contract],
    *,
    collections: Collections,
    observer: Observer,
) -> Mapping[str, Handler]:
    """Return the handler of each path of the gateway."""
    whole = merged(contracts)
    owners = {
        path: name
        for name, contract in contracts.items()
        for path in contract["paths"]
        if not is_local(path)
    }
    root = Document(
        JSON, _json(api_root(settings, collections, contracts=contracts)), varies_by=b"Accept"
    )
    pages = _Pages(settings, observer, root=root)
    documents = {
        "/v1": root,
        "/health/live": Document(JSON, _json(Health(status="live")), lifetime=0),
        "/health/ready": Document(JSON, _json(Health(status="ready")), lifetime=0),
        "/openapi.json": Document(JSON, orjson.dumps(whole)),
        "/openapi-3.0.json": Document(JSON, orjson.dumps(older(whole))),
        "/.well-known/api-catalog": Document(LINKSET, _json(api_catalog(settings))),
    }
    documents |= {
        f"/openapi/{name}.json": Document(JSON, orjson.dumps(contract))
        for name, contract in contracts.items()
    }
    documents |= {path: Document(media, body) for path, media, body in assets()}
    handlers = {path: fixed(document) for path, document in documents.items()}
    french, english = (
        reference(whole, owners, public_url=settings.public_url, words=words)
        for words in (FRENCH, ENGLISH)
    )
    handlers["/docs"] = _in_two_languages(french, english)
    for path, french, english in problem_pages(refusals(whole)):
        handlers[path] = _in_two_languages(french, english)
    return handlers | {"/": pages.entrance, "/status": pages.status}


class _Pages:
    """The pages that are made when asked, because they show the services as they are now."""

    def __init__(self, settings: Settings, observer: Observer, *, root: Document) -> None:
        self._settings = settings
        self._observer = observer
        self._root = root

    async def entrance(self, scope: Scope, send: Send) -> None:
        """Answer a person with the first screen, a program with the API root."""
        if not wants_html(scope):
            await sent(self._root, scope, send)
            return
        status = await self._observer.status()
        body = entrance(status, self._settings.public_url, language=_language(scope))
        page = Document(HTML, body, varies_by=b"Accept, Accept-Language", lifetime=_SOON_STALE)
        await sent(page, scope, send)

    async def status(self, scope: Scope, send: Send) -> None:
        """Answer with the state of each service; 200 even when one is down."""
        status = await self._observer.status()
        await sent(Document(JSON, _json(status), lifetime=_SOON_STALE), scope, send)


def _in_two_languages(french: bytes, english: bytes) -> Handler:
    pages = {
        "fr": Document(HTML, french, varies_by=b"Accept-Language"),
        "en": Document(HTML, english, varies_by=b"Accept-Language"),
    }

    async def answer(scope: Scope, send: Send) -> None:
        await sent(pages[_language(scope)], scope, send)

    return answer


def _language(scope: Scope) -> str:
    return language_of(header(scope, b"accept-language").decode("latin-1"))


def _json(made: Output) -> bytes:
    return made.model_dump_json().encode()

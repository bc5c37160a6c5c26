"""What every service answers about itself: alive, ready, contract. Not part of the contract."""

from collections.abc import Callable
from functools import cache
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.answers import Bytes
from chassis.contract import API_VERSION
from chassis.database import Database
from chassis.keeping import Headers
from chassis.problems import ServiceUnavailable

_JSON: Headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


def own_routes(
    name: str, database: Database, *, contract: Callable[[], dict[str, Any]]
) -> list[Route]:
    """Return `/health/live`, `/health/ready` and `/openapi.json` of a service."""

    @cache
    def drawn() -> bytes:
        return orjson.dumps(contract())

    async def live(_request: Request) -> Response:
        return Bytes(orjson.dumps({"status": "live", "service": name}), _JSON)

    async def ready(_request: Request) -> Response:
        try:
            state = await database.state()
        except Exception as fault:
            raise ServiceUnavailable(headers={"Retry-After": "1"}) from fault
        body = {
            "status": "ready",
            "service": name,
            "version": API_VERSION,
            "schema_revision": state.revision,
            "data_as_of": state.changed_at,
        }
        return Bytes(orjson.dumps(body, option=orjson.OPT_UTC_Z), _JSON)

    async def openapi(_request: Request) -> Response:
        return Bytes(drawn(), _JSON)

    return [
        Route("/health/live", live),
        Route("/health/ready", ready),
        Route("/openapi.json", openapi),
    ]

"""Who may read the figures of the gateway, which stands in public."""

from collections.abc import Callable, Mapping

import httpx
import pytest
from pydantic import SecretStr, ValidationError
from starlette.types import ASGIApp

from tests.gateway.conftest import gateway_settings

TOKEN = "a-token-of-operators"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
HERE, ELSEWHERE = "127.0.0.1", "203.0.113.9"


async def status(app: ASGIApp, peer: str, headers: Mapping[str, str], method: str = "GET") -> int:
    """Return how the gateway answers a peer that asks for its figures."""
    transport = httpx.ASGITransport(app, client=(peer, 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        return (await client.request(method, "/metrics", headers=headers)).status_code


@pytest.mark.parametrize(
    ("peer", "headers", "answered"),
    [
        pytest.param(HERE, {}, 200, id="from this machine"),
        pytest.param("::1", {}, 200, id="from this machine over IPv6"),
        pytest.param("::ffff:127.0.0.1", {}, 200, id="from this machine, mapped"),
        pytest.param(ELSEWHERE, SHOWN, 200, id="from elsewhere with the token"),
        pytest.param(ELSEWHERE, {}, 404, id="from elsewhere"),
        pytest.param(ELSEWHERE, {"Authorization": "Bearer wrong"}, 404, id="with another token"),
        pytest.param(HERE, {"X-Forwarded-For": ELSEWHERE}, 404, id="through a proxy here"),
        pytest.param(HERE, {"Forwarded": "for=203.0.113.9"}, 404, id="through a proxy, RFC 7239"),
    ],
)
async def test_figures_are_for_operators(
    in_process: Callable[..., ASGIApp], peer: str, headers: dict[str, str], answered: int
) -> None:
    assert await status(in_process(metrics_token=SecretStr(TOKEN)), peer, headers) == answered


async def test_without_a_token_nobody_elsewhere_reads_the_figures(
    in_process: Callable[..., ASGIApp],
) -> None:
    app = in_process()
    assert await status(app, ELSEWHERE, {"Authorization": "Bearer "}) == 404
    assert await status(app, ELSEWHERE, {}, method="POST") == 404
    assert await status(app, HERE, {}, method="POST") == 405


def test_a_short_token_is_refused() -> None:
    with pytest.raises(ValidationError, match="metrics_token"):
        gateway_settings(metrics_token=SecretStr("short"))

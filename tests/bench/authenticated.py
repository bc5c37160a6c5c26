"""A read of open data with a token that was seen before, against the same read without one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson

from chassis.testing import TEST_URL
from chassis.trust import JWKS_PATH
from tests.bench.document import compared, table
from tests.bench.ground import Ground
from tests.bench.load import NOT_CACHED, Subject, measured
from tests.bench.reads import ONE
from tests.bench.servers import running
from tests.bench.settings import BenchSettings
from tests.bench.subjects import product
from tests.tokens import Issuer


def measure(ground: Ground, settings: BenchSettings) -> list[str]:
    """Measure callers with and without a token in turns; return the section."""
    issuer = Issuer()
    with _published(issuer) as keys:
        told = {"TOKEN_KEYS_URL": keys, "PUBLIC_URL": TEST_URL}
        with running(product(ground, **told)) as ours:
            rows = []
            for name, headers in {"asked of the database": NOT_CACHED, "kept": {}}.items():
                now = issuer.claims()["iat"]
                shown = issuer.bearer(exp=now + 600)
                pair = (
                    Subject("anonymous", ours, ONE, headers),
                    Subject("token", ours, ONE, {**headers, **shown}),
                )
                found = measured(pair, settings)
                plain, known = found["anonymous"], found["token"]
                rows.append(
                    [
                        name,
                        f"{known.per_second:,.0f} req/s, {known.cpu_us:,.0f} µs",
                        f"{plain.per_second:,.0f} req/s, {plain.cpu_us:,.0f} µs",
                        compared(known, plain),
                    ]
                )
    return table(["one town, one process", "with a token", "anonymous", "token / anonymous"], rows)


@contextmanager
def _published(issuer: Issuer) -> Iterator[str]:
    """Serve the two documents of the issuer."""

    class Documents(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that http.server calls
            shown = issuer.jwks if self.path == JWKS_PATH else issuer.revocations
            body = orjson.dumps(shown)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Documents)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

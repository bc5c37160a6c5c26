"""A read of open data with a token that was seen before, against the same read without one."""

from pathlib import Path

from chassis.testing import TEST_URL
from gateway.partners.signing import KeyFolder
from tests.bench.document import compared, table
from tests.bench.ground import Ground
from tests.bench.load import NOT_CACHED, Subject, measured
from tests.bench.reads import ONE
from tests.bench.servers import running
from tests.bench.settings import CACHE, BenchSettings
from tests.bench.subjects import product
from tests.tokens import Issuer


def measure(ground: Ground, settings: BenchSettings) -> list[str]:
    """Measure callers with and without a token in turns; return the section."""
    folder = CACHE / "signing-keys"
    issuer = issuer_of(folder)
    told = {"GATEWAY_SIGNING_KEYS": str(folder), "PUBLIC_URL": TEST_URL}
    with running(product(ground, **told)) as ours:
        rows = []
        for name, headers in {"asked of the database": NOT_CACHED, "kept": {}}.items():
            shown = issuer.bearer(exp=issuer.claims()["iat"] + 600)
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


def issuer_of(folder: Path) -> Issuer:
    """Return an issuer that signs with the key of the product under measurement."""
    kept = KeyFolder(folder)
    kept.look()
    signer = kept.signer()
    issuer = Issuer()
    issuer.kid = str(signer.public["kid"])
    issuer.keys = {issuer.kid: signer.key}
    return issuer

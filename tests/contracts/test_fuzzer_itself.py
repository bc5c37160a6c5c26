"""A fuzzer that finds nothing in a careless service would prove nothing about ours."""

from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import FastAPI, Query, Response
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup

from tests.contracts.fuzzing import Fuzzer
from tests.contracts.live import serving

BOTH = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def _careless() -> FastAPI:
    app = FastAPI()

    @app.get("/v1/faults")
    async def list_faults(limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, int]:
        return {"total": 200 // (limit - 200)}

    @app.get("/v1/lies")
    async def list_lies() -> dict[str, int]:
        return Response('{"total": "many"}', media_type="application/json")  # type: ignore[return-value]

    @app.get("/v1/permissive")
    async def list_anything(limit: str = "50") -> dict[str, int]:
        return {"total": len(limit)}

    return app


@pytest.fixture(scope="module")
def careless() -> Iterator[Fuzzer]:
    """Return the fuzzer, connected to a service that promises more than it keeps."""
    app = _careless()
    document = app.openapi()
    limit = document["paths"]["/v1/permissive"]["get"]["parameters"][0]
    limit["schema"] = {"type": "integer", "minimum": 1, "maximum": 200}
    with serving(app) as address:
        fuzzer = Fuzzer(document, address)
        yield fuzzer
        fuzzer.close()


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        ("GET /v1/faults", "Server error"),
        ("GET /v1/lies", "Response violates schema"),
        ("GET /v1/permissive", "Schema-violating request accepted"),
    ],
)
def test_the_fuzzer_notices_a_broken_promise(broken: str, found: str, careless: Fuzzer) -> None:
    with pytest.raises(FailureGroup) as caught:
        careless.judge_boundaries(broken, BOTH)
    assert found in " ".join(failure.title for failure in caught.value.exceptions)

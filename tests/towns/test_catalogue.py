"""The catalogue of towns over HTTP, on the real facts."""

import httpx


async def test_a_town_is_found_by_the_insee_code_of_its_commune(towns: httpx.AsyncClient) -> None:
    answer = await towns.get("/v1/towns/51108")
    assert answer.status_code == 200, answer.text
    assert answer.json()["acv_id"] == "acv-051"
    assert answer.headers["content-location"] == "/v1/towns/acv-051"

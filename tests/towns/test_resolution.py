"""Resolution of codes and names over HTTP, on the real facts."""

from typing import Any

import httpx
import pytest

from services.towns.resolution.contract import Resolution


async def resolved(towns: httpx.AsyncClient, **asked: str | list[str]) -> dict[str, Any]:
    answer = await towns.get("/v1/resolve", params=asked)
    assert answer.status_code == 200, answer.text
    Resolution.model_validate_json(answer.content, strict=True)
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("asked", "kind", "code", "confidence", "reason"),
    [
        pytest.param(
            {"code": "51108"}, "commune", "51108", "1.00", "exact-code", id="INSEE of a commune"
        ),
        pytest.param(
            {"code": "2B033"}, "commune", "2B033", "1.00", "exact-code", id="INSEE of Corsica"
        ),
        pytest.param(
            {"code": "218000016"}, "commune", "80001", "1.00", "exact-siren", id="its SIREN"
        ),
        pytest.param(
            {"code": "200066876"}, "epci", "200066876", "1.00", "exact-siren", id="SIREN of an EPCI"
        ),
        pytest.param(
            {"code": "974"}, "department", "974", "1.00", "exact-code", id="INSEE of a department"
        ),
        pytest.param({"code": "acv-051"}, "town", "acv-051", "1.00", "exact-code", id="acv_id"),
        pytest.param(
            {"code": "44", "kind": "region"}, "region", "44", "1.00", "exact-code", id="a region"
        ),
        pytest.param(
            {"name": "Saint-Dié", "postal_code": "88100"},
            *("commune", "88413", "0.85", "name-prefix-and-postal-code"),
            id="short name and postal code",
        ),
        pytest.param(
            {"name": "st louis", "postal_code": "97450"},
            *("commune", "97414", "0.98", "folded-name-and-postal-code"),
            id="the homonym of the Réunion",
        ),
        pytest.param(
            {"name": "Saint-Louis", "postal_code": "68300"},
            *("commune", "68297", "1.00", "exact-name-and-postal-code"),
            id="the homonym of Alsace",
        ),
        pytest.param(
            {"name": "CHALONS EN CHAMPAGNE", "postal_code": "51009"},
            *("commune", "51108", "0.70", "name-and-postal-area"),
            id="a CEDEX code",
        ),
        pytest.param(
            {"name": "Castres"}, "commune", "81065", "0.60", "exact-name", id="name as printed"
        ),
        pytest.param(
            {"name": "Castres - Mazamet"}, "town", "acv-047", "0.95", "exact-name", id="a pair"
        ),
        pytest.param(
            {"postal_code": "51000"}, "commune", "51108", "0.50", "postal-code-only", id="post only"
        ),
    ],
)
async def test_one_place_is_meant(
    towns: httpx.AsyncClient, *, asked: dict[str, str], kind: str, code: str, confidence: str,
    reason: str,
) -> None:  # fmt: skip
    found = await resolved(towns, **asked)
    assert found["outcome"] == "one"
    (place,) = found["items"]
    assert (place["kind"], place["code"]) == (kind, code)
    assert (place["confidence"], place["reason"]["code"]) == (confidence, reason)
    there = await towns.get(place["href"])
    assert there.status_code == 200
    assert there.json()["name"] == place["name"]


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        pytest.param({"name": "Saint-Louis"}, ["68297", "97414"], id="homonyms"),
        pytest.param({"name": "chalons"}, ["51108", "200066876"], id="a commune and its EPCI"),
        pytest.param(
            {"name": "chalon", "kind": "commune"}, ["71076", "51108"], id="two beginnings alike"
        ),
        pytest.param({"code": "44"}, ["44", "44"], id="a region and a department"),
    ],
)
async def test_ambiguity_is_shown(
    towns: httpx.AsyncClient, asked: dict[str, str], codes: list[str]
) -> None:
    found = await resolved(towns, **asked)
    assert found["outcome"] == "several"
    assert [place["code"] for place in found["items"]] == codes
    assert sum(float(place["confidence"]) for place in found["items"]) <= 1
    assert all("2 places" in place["reason"]["detail"]["en"] for place in found["items"])


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"code": "97499"}, id="no such commune here"),
        pytest.param({"code": "51000"}, id="a postal code is not a code"),
        pytest.param({"name": "Saint-Louis", "postal_code": "13001"}, id="name and post disagree"),
        pytest.param({"name": "Compertrix", "postal_code": "51510"}, id="a commune we do not hold"),
        pytest.param({"code": "51108", "kind": "region"}, id="of another kind"),
    ],
)
async def test_what_is_not_held_is_not_guessed(
    towns: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    found = await resolved(towns, **asked)
    assert (found["outcome"], found["items"], found["omitted"]) == ("none", [], 0)
    assert found["completeness"]


async def test_the_answer_says_that_few_communes_are_held(towns: httpx.AsyncClient) -> None:
    found = await resolved(towns, name="Compertrix", postal_code="51510")
    (searched,) = found["completeness"]
    assert searched == {
        "table": "communes", "scope": "partial", "vintage": "COG 2026", "confidence": "high",
    }  # fmt: skip
    assert found["sources"] == "/v1/sources/towns"


async def test_a_name_alone_says_that_others_may_bear_it(towns: httpx.AsyncClient) -> None:
    (commune,) = (await resolved(towns, name="Saint-Denis", kind="commune"))["items"]
    assert commune["confidence"] == "0.60"
    assert "un code postal départage" in commune["reason"]["detail"]["fr"]
    (region,) = (await resolved(towns, name="Bretagne", kind="region"))["items"]
    assert region["confidence"] == "0.95"
    assert "postal" not in region["reason"]["detail"]["fr"]


async def test_a_postal_code_taken_for_a_code_is_told(towns: httpx.AsyncClient) -> None:
    found = await resolved(towns, code="51000")
    assert (found["outcome"], found["items"]) == ("none", [])
    there = await towns.get(found["hint"]["href"])
    assert [place["code"] for place in there.json()["items"]] == ["51108"]
    assert (await resolved(towns, code="97499"))["hint"] is None
    assert (await resolved(towns, code="51108"))["hint"] is None


async def test_candidates_beyond_twenty_are_counted(towns: httpx.AsyncClient) -> None:
    found = await resolved(towns, name="saint")
    assert len(found["items"]) == 20
    assert found["omitted"] > 0


async def test_a_kind_may_be_repeated(towns: httpx.AsyncClient) -> None:
    found = await resolved(towns, code="44", kind=["region", "department"])
    assert {place["kind"] for place in found["items"]} == {"region", "department"}


@pytest.mark.parametrize(
    ("query", "status", "parameter"),
    [
        pytest.param("", 422, "code", id="nothing asked"),
        pytest.param("code=51108&name=x", 422, "name", id="a code and a name"),
        pytest.param("code=51108&postal_code=51000", 422, "postal_code", id="a code and a post"),
        pytest.param("code=123456789", 422, "code", id="a SIREN with a wrong check digit"),
        pytest.param("code=5110", 422, "code", id="a code of no kind"),
        pytest.param("name=--", 422, "name", id="a name without letters"),
        pytest.param("postal_code=5100", 422, "postal_code", id="a short postal code"),
        pytest.param("postal_code=51000&kind=epci", 422, "kind", id="an EPCI has no post"),
        pytest.param("name=x&kind=canton", 422, "kind", id="a kind we do not know"),
        pytest.param("nam=x", 400, "nam", id="an unknown parameter"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    towns: httpx.AsyncClient, query: str, status: int, parameter: str
) -> None:
    answer = await towns.get(f"/v1/resolve?{query}")
    assert answer.status_code == status
    assert {error["parameter"] for error in answer.json()["errors"]} == {parameter}

"""What a person reads when a request is refused: what was expected, with an example."""

import httpx
import pytest


async def detail(towns: httpx.AsyncClient, path: str, status: int) -> str:
    answer = await towns.get(path)
    assert answer.status_code == status, answer.text
    found: str = answer.json()["detail"]
    return found


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/towns?region=Grand-Est", "region : attendu : code INSEE de région à deux chiffres"),
        ("/v1/towns?department=1", "code INSEE de département, par exemple 51, 2A ou 974"),
        ("/v1/towns?insee_code=5110", "par exemple 51108 ou 2A004"),
        ("/v1/towns?epci=x", "SIREN à neuf chiffres"),
        ("/v1/towns?acv_id=51", "par exemple acv-051"),
        ("/v1/towns?near=4.03;49.25", "longitude,latitude en degrés, dans cet ordre"),
        ("/v1/towns?near=4.03,149.25", "longitude,latitude en degrés, dans cet ordre"),
        ("/v1/towns?bbox=1,2,3", "ouest,sud,est,nord en degrés, dans cet ordre"),
        ("/v1/communes?postal_code=5100", "code postal à cinq chiffres"),
        ("/v1/resolve?code=Reims", "un nom se donne dans name"),
        ("/v1/towns?updated_since=2026-01-31T08:00:00+00:00", "il s'écrit %2B"),
        ("/v1/towns?limit=0&sort=colour", "limit : doit être au moins 1 (erreurs en tout : 2)"),
    ],
)
async def test_a_refused_value_is_told_in_a_sentence(
    towns: httpx.AsyncClient, path: str, said: str
) -> None:
    found = await detail(towns, path, 422)
    assert said in found
    assert "(?:" not in found


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/ogc/collections/towns/items?bbox=1,2", "ouest,sud,est,nord"),
        ("/ogc/collections/towns/items?datetime=hier", "2019-01-01/.."),
        ("/v1/towns?page=2", "« next »"),
        ("/v1/towns?offset=50", "« next »"),
        ("/v1/towns?name=Reims", "« q »"),
        ("/v1/resolve?q=Reims", "« name »"),
        ("/v1/towns?lat=49", "« near=longitude,latitude »"),
        ("/v1/towns?departement=51", "« department »"),
    ],
)
async def test_a_refused_parameter_is_told_which_one_is_meant(
    towns: httpx.AsyncClient, path: str, said: str
) -> None:
    assert said in await detail(towns, path, 400)


async def test_nothing_is_suggested_for_a_parameter_that_resembles_none(
    towns: httpx.AsyncClient,
) -> None:
    found = await detail(towns, "/v1/towns?zzz=1", 400)
    assert found.startswith("Ce paramètre n'existe pas. Paramètres connus : acv_id, ")


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        ("/v1/towns/reims", "town-not-found", "/v1/towns?q="),
        ("/v1/communes/Reims", "commune-not-found", "code INSEE de commune"),
        ("/v1/epcis/200066877", "epci-not-found", "clé de contrôle"),
        ("/v1/departments/1", "department-not-found", "51, 2A ou 974"),
        ("/v1/regions/grand-est", "region-not-found", "par exemple 44"),
        ("/ogc/collections/towns/items/51108", "town-not-found", "par exemple acv-051"),
    ],
)
async def test_a_path_that_names_nothing_says_what_was_expected(
    towns: httpx.AsyncClient, path: str, code: str, said: str
) -> None:
    answer = await towns.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == code
    assert said in answer.json()["detail"]


async def test_the_sentence_is_in_the_language_asked_for(towns: httpx.AsyncClient) -> None:
    answer = await towns.get("/v1/towns?region=x", headers={"Accept-Language": "en"})
    assert answer.json()["detail"] == (
        "region: expected: INSEE code of a region, two digits, such as 44"
    )

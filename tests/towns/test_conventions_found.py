"""Conventions are found by the words of their title and town, and by what they say of the ORT."""

import pytest
from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.towns.catalogue.rules import query_words
from services.towns.conventions.store import words_of
from tests.towns.asking import Towns
from tests.towns.conventions import HERE, signed


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=CHALONS", 2),
        ("q=coeur%20vil%20chalons", 2),
        ("q=operation%20zenith", 1),
        ("q=Opération-Zén", 1),
        ("q=zenith%20abbeville", 0),
        ("ort_status=signed", 1),
        ("ort_status=ended&ort_status=not-signed", 0),
        ("ort_signed_on_gte=2020-02-03&ort_signed_on_lte=2020-02-03", 1),
        ("ort_signed_on_gte=2020-02-04", 0),
    ],
)
async def test_a_convention_is_found_by_its_words_and_by_its_ort(
    desk: Towns, query: str, found: int
) -> None:
    await signed(desk, title="L'Opération Zénith, un Cœur de ville")
    answer = await desk.ask("GET", f"/v1/conventions?acv_id={HERE}&{query}", None)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["items"]) == found


async def test_the_ort_of_the_version_in_effect_is_listed_and_exported(desk: Towns) -> None:
    path = await signed(desk)
    shown = (await desk.ask("GET", path, None)).json()
    file = await desk.ask("GET", f"/v1/conventions?acv_id={HERE}&phase=acv2&format=csv", None)
    header, row = file.text.splitlines()
    cells = dict(zip(header.split(","), row.split(","), strict=True))

    assert shown["ort"] == shown["content"]["ort"]
    assert (cells["ort_status"], cells["ort_signed_on"]) == ("signed", "2020-02-03")
    assert cells["ort_planned_on"] == "2020-02-03"


@pytest.mark.parametrize(
    "title",
    [
        "Action Cœur de ville : Châlons-en-Champagne",
        "L'ŒUVRE  d'Ægir, n° 2 (2e avenant) — été",
        "Saint_Dié/ST DIÉ",
        "!!!",
    ],
)
async def test_a_title_is_folded_as_what_is_asked(towns_session: AsyncSession, title: str) -> None:
    kept = (await towns_session.execute(select(words_of(literal(title))))).scalar_one()
    assert sorted(str(kept).replace("'", "").split()) == sorted(set(query_words(title)))

"""The read model of towns says what the tables say, in the form of the contract."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.towns.catalogue import cards, rules
from services.towns.catalogue.contract import Town
from services.towns.tables import Membership, Population, TownCard
from services.towns.tables import Town as TownRow


async def town(session: AsyncSession, acv_id: str) -> dict[str, Any]:
    body = await session.scalar(select(TownCard.body).where(TownCard.acv_id == acv_id))
    assert body is not None
    found: dict[str, Any] = json.loads(body)
    return found


async def test_every_card_is_a_town_of_the_contract(towns_facts: AsyncSession) -> None:
    bodies = list(await towns_facts.scalars(select(TownCard.body)))

    assert len(bodies) == 233
    for body in bodies:
        read = Town.model_validate_json(body, strict=True)
        assert list(json.loads(body)) == list(type(read).model_fields)


async def test_a_body_has_no_spaces_and_ends_with_the_distance(towns_facts: AsyncSession) -> None:
    for body in await towns_facts.scalars(select(TownCard.body)):
        assert body.endswith(',"distance_km":null}')
        assert json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False) == body


async def test_columns_say_what_the_body_says(towns_facts: AsyncSession) -> None:
    for card in await towns_facts.scalars(select(TownCard)):
        body = Town.model_validate_json(card.body)
        assert body.population is not None
        assert body.place is not None
        assert (card.name, card.status, card.phase) == (body.name, body.status, body.phase)
        assert card.sort_name == rules.folded(body.name)
        assert card.population == body.population.inhabitants
        assert (card.lon, card.lat) == (body.place.lon, body.place.lat)
        assert card.insee_codes == [commune.insee_code for commune in body.communes]
        assert card.epci_sirens == [epci.siren for epci in body.epcis]
        assert card.department_codes == [department.code for department in body.departments]
        assert (card.version, card.updated_at) == (body.version, body.updated_at)
        assert (card.member_from, card.member_until) == (body.member_from, body.member_until)
        assert (card.attested_from, card.gone_by) == (body.attested_from, body.gone_by)
        assert card.population_year == body.population.reference_year
        assert card.selections_count == len(body.act_selections)
        signed_on = None if body.convention is None else body.convention.signed_on
        assert card.convention_signed_on == signed_on


async def test_the_period_of_a_card_is_the_one_of_the_rule(towns_facts: AsyncSession) -> None:
    for body in await towns_facts.scalars(select(TownCard.body)):
        read = Town.model_validate_json(body)
        phases = [
            rules.Membership(
                phase.phase,
                starts_on=phase.starts_on,
                ends_on=phase.ends_on,
                attested_on=phase.attested_on,
                gone_from_list_on=phase.gone_from_list_on,
            )
            for phase in read.memberships
        ]
        period = rules.membership_period(phases)
        assert (period.start, period.until) == (read.attested_from, read.gone_by)


async def test_a_stated_end_is_the_last_day_inside(towns_facts: AsyncSession) -> None:
    ended = update(Membership).where(Membership.acv_id == "acv-001", Membership.phase == "acv2")
    await towns_facts.execute(ended.values(ends_on=date(2026, 12, 31)))

    await cards.publish(towns_facts, ["acv-001"])

    found = await town(towns_facts, "acv-001")
    assert (found["member_until"], found["gone_by"]) == ("2027-01-01", "2027-01-01")


async def test_chalons_en_champagne(towns_facts: AsyncSession) -> None:
    found = await town(towns_facts, "acv-051")

    assert found["name"] == "Châlons-en-Champagne"
    assert (found["cohort"], found["status"], found["phase"]) == (2018, "active", "acv2")
    assert (found["member_from"], found["member_until"]) == ("2018-03-27", None)
    assert found["place"] == {"lon": 4.3783, "lat": 48.9644, "source": "anct"}
    assert found["region"] == {"code": "44", "name": "Grand Est"}
    assert found["departments"] == [{"code": "51", "name": "Marne"}]
    assert [commune["insee_code"] for commune in found["communes"]] == ["51108"]
    assert found["population"] == {"reference_year": 2023, "inhabitants": 42971}
    assert found["convention"] == {"signed_on": "2018-06-08", "signed_on_2018": None}
    assert found["links"]["self"] == "/v1/towns/acv-051"


async def test_charleville_bid_for_the_first_wave(towns_facts: AsyncSession) -> None:
    found = await town(towns_facts, "acv-053")

    [selection] = found["act_selections"]
    assert (selection["wave"], selection["announced_on"]) == (1, "2019-09-26")
    assert selection["holder_type"] == "commune"
    assert selection["holder_siren"] == found["communes"][0]["siren"]
    assert "Sedan" in selection["note"]
    assert found["completeness"] == {"act_selections": "partial", "communes": "complete"}


async def test_la_fleche_and_sable_are_one_town_of_two_intercommunalities(
    towns_facts: AsyncSession,
) -> None:
    found = await town(towns_facts, "acv-104")

    communes = [(commune["name"], commune["is_primary"]) for commune in found["communes"]]
    assert communes == [("La Flèche", True), ("Sablé-sur-Sarthe", False)]
    assert {epci["siren"] for epci in found["epcis"]} == {"247200348", "247200090"}
    assert found["population"] == {"reference_year": 2023, "inhabitants": 14947 + 12326}
    assert found["place"] == found["communes"][0]["place"]
    assert found["actions"] == {"in_progress": 36, "delivered": 28, "as_of": "2024-09-09"}


async def test_rambouillet_left_and_its_convention_is_unknown(towns_facts: AsyncSession) -> None:
    found = await town(towns_facts, "acv-163")

    assert (found["status"], found["phase"]) == ("left", "acv1")
    assert (found["member_from"], found["attested_from"]) == ("2018-03-27", "2018-03-27")
    assert (found["member_until"], found["gone_by"]) == (None, "2024-09-09")
    assert found["convention"] is None
    assert 2021 not in {year["reference_year"] for year in found["populations"]}


async def test_vallauris_left_between_two_lists_of_phase_2(towns_facts: AsyncSession) -> None:
    found = await town(towns_facts, "acv-209")

    assert (found["status"], found["phase"]) == ("left", "acv2")
    assert (found["member_until"], found["gone_by"]) == (None, "2025-04-02")
    assert found["convention"]["signed_on"] == "2018-10-18"


async def test_mayotte_is_counted_in_2017_and_placed_in_the_indian_ocean(
    towns_facts: AsyncSession,
) -> None:
    found = await town(towns_facts, "acv-080")

    assert found["populations"] == [{"reference_year": 2017, "inhabitants": 17831 + 11442}]
    assert found["place"] == {"lon": 45.25693, "lat": -12.78339, "source": "geonames"}


async def test_tarbes_is_now_part_of_lourdes(towns_facts: AsyncSession) -> None:
    tarbes, lourdes = await town(towns_facts, "acv-200"), await town(towns_facts, "acv-123")

    assert (tarbes["status"], tarbes["successor_acv_id"]) == ("merged", "acv-123")
    assert tarbes["links"]["successor"] == "/v1/towns/acv-123"
    assert (tarbes["member_until"], tarbes["gone_by"]) == (None, "2025-04-02")
    assert (tarbes["predecessors"], lourdes["predecessors"]) == ([], ["acv-200"])
    assert tarbes["completeness"]["communes"] == "complete"
    assert lourdes["completeness"]["communes"] == "partial"
    assert (lourdes["status"], lourdes["member_until"]) == ("active", None)


async def test_a_town_of_2023_is_a_member_since_its_earliest_proof(
    towns_facts: AsyncSession,
) -> None:
    pontoise, saint_gaudens = await town(towns_facts, "acv-226"), await town(towns_facts, "acv-227")

    assert (pontoise["member_from"], pontoise["phase"]) == (None, "acv2")
    assert pontoise["attested_from"] == "2023-12-28"
    assert (saint_gaudens["member_from"], saint_gaudens["attested_from"]) == (None, "2024-09-09")


async def test_counts_that_differ_between_communes_are_not_added(
    towns_facts: AsyncSession,
) -> None:
    found = await town(towns_facts, "acv-114")

    assert found["actions"] is None
    assert {commune["name"]: commune["actions"]["delivered"] for commune in found["communes"]} == {
        "Pointe-à-Pitre": 17,
        "Les Abymes": 10,
    }


async def test_a_year_that_one_commune_lacks_is_no_year_of_the_town(
    towns_facts: AsyncSession,
) -> None:
    lacking = delete(Population).where(
        Population.insee_code == "72264", Population.reference_year == 2023
    )
    await towns_facts.execute(lacking)

    await cards.publish(towns_facts, ["acv-104"])

    found = await town(towns_facts, "acv-104")
    assert found["population"] == {"reference_year": 2022, "inhabitants": 15081 + 12194}


async def test_a_town_without_figures_has_no_population(towns_facts: AsyncSession) -> None:
    await towns_facts.execute(delete(Population).where(Population.insee_code == "51108"))

    await cards.publish(towns_facts, ["acv-051"])

    found = await town(towns_facts, "acv-051")
    assert (found["population"], found["populations"]) == (None, [])
    column = select(TownCard.population).where(TownCard.acv_id == "acv-051")
    assert await towns_facts.scalar(column) == -1


async def test_only_a_changed_town_gets_a_new_version(towns_facts: AsyncSession) -> None:
    await towns_facts.execute(
        update(TownRow).where(TownRow.acv_id == "acv-051").values(cohort=2023)
    )
    before = {
        acv_id: (await town(towns_facts, acv_id))["version"] for acv_id in ("acv-051", "acv-053")
    }

    changed = await cards.publish(towns_facts, None)

    assert list(changed) == ["acv-051"]
    after = {acv_id: (await town(towns_facts, acv_id))["version"] for acv_id in before}
    assert after == changed | {"acv-051": before["acv-051"] + 1, "acv-053": before["acv-053"]}


async def test_publishing_twice_changes_nothing(towns_facts: AsyncSession) -> None:
    assert await cards.publish(towns_facts, None) == {}
    assert await cards.publish(towns_facts, ["acv-051"]) == {}


async def test_publishing_no_town_changes_nothing(towns_facts: AsyncSession) -> None:
    await towns_facts.execute(update(TownRow).values(cohort=2023))

    assert await cards.publish(towns_facts, []) == {}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("saint-die", "acv-176"),
        ("St Dié", "acv-176"),
        ("sable", "acv-104"),
        ("champ chal", "acv-051"),
        ("pointe", "acv-114"),
    ],
)
async def test_a_town_is_found_by_words_of_its_communes(
    towns_facts: AsyncSession, typed: str, expected: str
) -> None:
    asked = " & ".join(f"{word}:*" for word in rules.query_words(typed))
    found = await towns_facts.scalars(
        text("SELECT acv_id FROM towns.town_card WHERE search @@ to_tsquery('simple', :asked)"),
        {"asked": asked},
    )

    assert expected in list(found)


async def test_a_box_finds_the_towns_of_la_reunion(towns_facts: AsyncSession) -> None:
    found = await towns_facts.scalars(
        text("""
            SELECT name FROM towns.town_card
            WHERE point(lon, lat) <@ box(point(55, -22), point(56, -20)) ORDER BY sort_name
        """)
    )

    assert list(found) == [
        "Le Port",
        "Saint-André",
        "Saint-Joseph",
        "Saint-Louis-de-la-Réunion",
        "Saint-Pierre",
    ]

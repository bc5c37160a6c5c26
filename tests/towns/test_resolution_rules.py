"""What speaks for a place, and how surely: cases, and laws."""

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.towns.catalogue.rules import folded
from services.towns.resolution.rules import (
    CERTAINTY,
    NAME_ALONE,
    WHOLE,
    Place,
    Question,
    Reason,
    postal_area,
    ranked,
    reason_for,
)


def a_commune(code: str, name: str, *, postal_codes: tuple[str, ...], siren: str) -> Place:
    return Place("commune", code, name, folded(name), siren, postal_codes, f"acv-{code}")


def a_place(kind: str, code: str, name: str, siren: str | None = None) -> Place:
    return Place(kind, code, name, folded(name), siren)


def asked(name: str, postal_code: str | None = None) -> Question:
    return Question(name=name, folded_name=folded(name), postal_code=postal_code)


CHALONS = a_commune("51108", "Châlons-en-Champagne", postal_codes=("51000",), siren="215101015")
SAINT_DIE = a_commune("88413", "Saint-Dié-des-Vosges", postal_codes=("88100",), siren="218804136")
SAINT_LOUIS = a_commune("68297", "Saint-Louis", postal_codes=("68300",), siren="216802975")
REUNION = a_commune("97414", "Saint-Louis", postal_codes=("97421", "97450"), siren="219740149")
AGGLOMERATION = a_place("epci", "200066876", "CA de Châlons-en-Champagne", "200066876")
GRAND_EST = a_place("region", "44", "Grand Est")
LOIRE_ATLANTIQUE = a_place("department", "44", "Loire-Atlantique")
PLACES = [
    CHALONS,
    SAINT_DIE,
    SAINT_LOUIS,
    REUNION,
    AGGLOMERATION,
    GRAND_EST,
    LOIRE_ATLANTIQUE,
    Place("town", "acv-51108", "Châlons-en-Champagne", "chalons en champagne", acv_id="acv-51108"),
    Place("town", "acv-9", "Saint-Louis - Huningue", "saint louis huningue", acv_id="acv-9"),
]

POSTAL_CODES = st.one_of(
    st.sampled_from(["51000", "88100", "68300", "97450", "97421", "51009"]),
    st.from_regex(r"[0-9]{5}", fullmatch=True),
)
NAMES = st.one_of(
    st.sampled_from([place.name for place in PLACES]),
    st.sampled_from(["chalons", "st louis", "saint", "vosges", "ca", "e"]),
    st.text(max_size=30),
)
QUESTIONS = st.one_of(
    st.builds(Question, code=st.sampled_from([place.code for place in PLACES])),
    st.builds(asked, NAMES),
    st.builds(asked, NAMES, POSTAL_CODES),
    st.builds(Question, postal_code=POSTAL_CODES),
)


@pytest.mark.parametrize(
    ("question", "place", "reason"),
    [
        pytest.param(Question(code="51108"), CHALONS, "exact-code", id="INSEE code"),
        pytest.param(Question(code="215101015"), CHALONS, "exact-siren", id="SIREN of a commune"),
        pytest.param(Question(code="200066876"), AGGLOMERATION, "exact-siren", id="of an EPCI"),
        pytest.param(Question(code="51000"), CHALONS, None, id="a postal code is no code"),
        pytest.param(Question(postal_code="51000"), CHALONS, "postal-code-only", id="postal code"),
        pytest.param(Question(postal_code="51100"), CHALONS, None, id="another postal code"),
        pytest.param(asked("Châlons-en-Champagne"), CHALONS, "exact-name", id="name as printed"),
        pytest.param(asked("CHALONS EN CHAMPAGNE"), CHALONS, "folded-name", id="shouted name"),
        pytest.param(asked("chalons"), CHALONS, "name-prefix", id="beginning of the name"),
        pytest.param(asked("champ chal"), CHALONS, "name-words", id="words in any order"),
        pytest.param(asked("reims"), CHALONS, None, id="another name"),
        pytest.param(asked("--"), CHALONS, None, id="no name at all"),
        pytest.param(
            asked("Saint-Dié", "88100"), SAINT_DIE, "name-prefix-and-postal-code", id="short name"
        ),
        pytest.param(
            asked("vosges", "88100"), SAINT_DIE, "name-words-and-postal-code", id="a word of it"
        ),
        pytest.param(
            asked("Saint-Louis", "97450"), REUNION, "exact-name-and-postal-code", id="both agree"
        ),
        pytest.param(
            asked("st louis", "97421"), REUNION, "folded-name-and-postal-code", id="st is saint"
        ),
        pytest.param(
            asked("Saint-Louis", "97899"), REUNION, None, id="overseas areas have three digits"
        ),
        pytest.param(
            asked("Châlons-en-Champagne", "51009"), CHALONS, "name-and-postal-area", id="CEDEX"
        ),
        pytest.param(asked("Châlons", "51009"), CHALONS, None, id="no CEDEX for half a name"),
        pytest.param(asked("Saint-Louis", "68300"), REUNION, None, id="the homonym elsewhere"),
        pytest.param(asked("Grand Est", "51000"), GRAND_EST, None, id="a region has no post"),
    ],
)
def test_a_place_answers_a_question(question: Question, place: Place, reason: str | None) -> None:
    assert reason_for(question, place) == reason


@pytest.mark.parametrize(
    ("postal_code", "area"),
    [
        pytest.param("51000", "51", id="mainland"),
        pytest.param("01500", "01", id="a leading zero"),
        pytest.param("20200", "20", id="Corsica"),
        pytest.param("97450", "974", id="overseas department"),
        pytest.param("98800", "988", id="overseas collectivity"),
    ],
)
def test_a_postal_code_names_an_area(postal_code: str, area: str) -> None:
    assert postal_area(postal_code) == area


def test_homonyms_share_what_their_name_is_worth() -> None:
    found = ranked(asked("Saint-Louis"), PLACES)
    assert [candidate.place.code for candidate in found] == ["68297", "97414"]
    assert {candidate.confidence for candidate in found} == {Decimal("0.47")}


def test_one_code_may_be_a_region_and_a_department() -> None:
    found = ranked(Question(code="44"), PLACES)
    assert [candidate.place.kind for candidate in found] == ["region", "department"]
    assert {candidate.confidence for candidate in found} == {Decimal("0.50")}


def test_a_town_is_named_by_its_commune() -> None:
    found = ranked(asked("Châlons-en-Champagne"), PLACES)
    assert [candidate.place.kind for candidate in found] == ["commune"]


def test_a_pair_of_communes_is_found_by_its_own_name() -> None:
    found = ranked(asked("saint-louis huningue"), PLACES)
    assert [candidate.place.code for candidate in found] == ["acv-9"]


def test_the_beginning_of_a_name_goes_before_its_words() -> None:
    found = ranked(asked("chalons"), PLACES)
    assert [candidate.place.kind for candidate in found] == ["commune", "epci"]
    assert [str(candidate.confidence) for candidate in found] == ["0.30", "0.20"]


def test_every_reason_has_a_worth_between_0_and_1() -> None:
    assert CERTAINTY.keys() == set(Reason)
    assert all(0 < value <= 1 for value in CERTAINTY.values())


def test_a_name_alone_is_worth_less_where_others_may_bear_it() -> None:
    (commune,) = ranked(asked("Châlons-en-Champagne"), PLACES, partial={"commune"})
    assert str(commune.confidence) == "0.60"
    (whole,) = ranked(asked("Grand Est"), PLACES, partial={"commune"})
    assert str(whole.confidence) == "0.95"
    (agreed,) = ranked(asked("Châlons-en-Champagne", "51000"), PLACES, partial={"commune"})
    assert str(agreed.confidence) == "1.00"
    assert all(NAME_ALONE[reason] < CERTAINTY[reason] for reason in NAME_ALONE)


def test_a_name_alone_is_never_certain() -> None:
    assert max(CERTAINTY[Reason.EXACT_NAME], CERTAINTY[Reason.FOLDED_NAME]) < 1


@given(question=QUESTIONS)
def test_confidences_are_shares_of_one(question: Question) -> None:
    found = ranked(question, PLACES)
    assert sum(candidate.confidence for candidate in found) <= 1
    assert all(0 <= candidate.confidence <= 1 for candidate in found)
    assert all(candidate.confidence.as_tuple().exponent == -2 for candidate in found)


@given(question=QUESTIONS)
def test_the_likeliest_comes_first(question: Question) -> None:
    worth = [candidate.confidence for candidate in ranked(question, PLACES)]
    assert worth == sorted(worth, reverse=True)


@given(question=QUESTIONS, order=st.permutations(PLACES))
def test_the_order_of_the_places_changes_nothing(question: Question, order: list[Place]) -> None:
    assert ranked(question, order) == ranked(question, PLACES)


@given(question=QUESTIONS)
def test_nothing_is_found_that_does_not_answer(question: Question) -> None:
    for candidate in ranked(question, PLACES):
        assert reason_for(question, candidate.place) == candidate.reason


@given(question=QUESTIONS)
def test_whole_agreement_rules_out_mere_likeness(question: Question) -> None:
    reasons = {candidate.reason for candidate in ranked(question, PLACES)}
    assert reasons <= WHOLE or not reasons & WHOLE


@given(name=NAMES, postal_code=POSTAL_CODES)
def test_a_postal_code_never_adds_a_candidate(name: str, postal_code: str) -> None:
    for place in PLACES:
        if reason_for(asked(name, postal_code), place) is not None:
            assert reason_for(asked(name), place) is not None


@given(place=st.sampled_from(PLACES), shouted=st.booleans())
def test_a_name_is_found_however_it_is_written(place: Place, *, shouted: bool) -> None:
    written = unicodedata.normalize("NFD", place.name.upper() if shouted else place.name)
    expected = Reason.FOLDED_NAME if shouted else Reason.EXACT_NAME
    assert reason_for(asked(written), place) == expected

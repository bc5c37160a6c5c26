"""How names are compared, and who is a member when."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.towns.catalogue.rules import (
    Membership,
    Period,
    folded,
    holds_only_common_words,
    is_member,
    is_one_word,
    membership_period,
    query_words,
    search_condition,
    search_words,
    selective_condition,
)

PUBLISHED = date(2018, 3, 27)
LIST_2024 = date(2024, 9, 9)
LIST_2025 = date(2025, 4, 2)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Châlons-en-Champagne", "chalons en champagne", id="accents and hyphens go"),
        pytest.param("St-Dié-des-Vosges", "saint die des vosges", id="st is spelled out"),
        pytest.param("Ste Suzanne", "sainte suzanne", id="ste is spelled out"),
        pytest.param("L'Haÿ-les-Roses", "l hay les roses", id="an apostrophe parts words"),
        pytest.param("Vandœuvre", "vandoeuvre", id="a ligature is opened"),
        pytest.param("ŒUVRE", "oeuvre", id="a capital ligature too"),
        pytest.param("La Flèche - Sablé", "la fleche sable", id="articles stay"),
        pytest.param("  Étampes  ", "etampes", id="spaces around go"),
        pytest.param("Est", "est", id="a word that ends in st is left alone"),
        pytest.param("--'’", "", id="marks alone are nothing"),
        pytest.param("", "", id="nothing is nothing"),
    ],
)
def test_a_name_folds(name: str, expected: str) -> None:
    assert folded(name) == expected


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.text())
def test_a_folded_name_is_words_with_single_spaces(text: str) -> None:
    assert all(word.isalnum() for word in folded(text).split(" ")) or folded(text) == ""


@given(st.text(alphabet="abcéèêçœÉÈÊÇŒ -'"))
def test_case_never_matters(text: str) -> None:
    assert folded(text.upper()) == folded(text.lower())


def test_what_is_typed_stays_abbreviated() -> None:
    assert query_words("St-Dié") == ["st", "die"]


@pytest.mark.parametrize("typed", ["saint-die", "SAINT DIÉ", "st dié", "St-D", "vosg", "sain"])
def test_a_town_is_found_by_prefixes_of_any_spelling(typed: str) -> None:
    words = search_words("Saint-Dié-des-Vosges")

    assert all(any(word.startswith(part) for word in words) for part in query_words(typed))


@given(st.lists(st.sampled_from(["Saint", "Ste", "Dié", "Vosges", "l’Aigle"]), max_size=5))
def test_every_word_of_a_name_finds_it(parts: list[str]) -> None:
    name = "-".join(parts)

    assert set(query_words(name)) <= set(search_words(name))
    assert set(folded(name).split()) <= set(search_words(name))


def test_a_town_of_both_phases_is_a_member_without_end() -> None:
    phases = [Membership("acv1", starts_on=PUBLISHED), Membership("acv2", attested_on=LIST_2024)]

    assert membership_period(phases) == Period(PUBLISHED, None)


def test_a_town_gone_from_a_list_leaves_on_the_day_of_that_list() -> None:
    phases = [Membership("acv1", starts_on=PUBLISHED, gone_from_list_on=LIST_2024)]

    assert not is_member(phases, PUBLISHED - timedelta(days=1))
    assert is_member(phases, PUBLISHED)
    assert is_member(phases, LIST_2024 - timedelta(days=1))
    assert not is_member(phases, LIST_2024)


def test_only_the_last_phase_ends_a_membership() -> None:
    phases = [
        Membership("acv2", attested_on=LIST_2024, gone_from_list_on=LIST_2025),
        Membership("acv1", starts_on=PUBLISHED),
    ]

    assert membership_period(phases) == Period(PUBLISHED, LIST_2025)


def test_a_stated_last_day_is_still_inside() -> None:
    last = date(2026, 12, 31)
    phases = [Membership("acv2", attested_on=LIST_2024, ends_on=last, gone_from_list_on=LIST_2025)]

    assert is_member(phases, last)
    assert not is_member(phases, last + timedelta(days=1))


def test_a_town_without_phase_was_never_a_member() -> None:
    assert not is_member([], LIST_2024)


def test_a_membership_without_beginning_is_refused() -> None:
    with pytest.raises(ValueError, match="beginning"):
        membership_period([Membership("acv1", gone_from_list_on=LIST_2024)])


@given(st.dates(), st.dates(), st.dates())
def test_a_period_holds_exactly_the_days_from_start_before_until(
    start: date, until: date, on: date
) -> None:
    assert Period(start, until).holds(on) == (start <= on < until)
    assert Period(start, None).holds(on) == (start <= on)


@pytest.mark.parametrize(
    ("typed", "condition"),
    [
        ("Saint-Dié", "('saint':*) & ('die':*)"),
        ("st die", "('saint':* | 'st':*) & ('die':*)"),
        ("2a & !b | 'c':*", "('2a':*) & ('b':*) & ('c':*)"),
        ("L'Haÿ", "('l':*) & ('hay':*)"),
    ],
)
def test_a_search_looks_for_words_and_lets_no_operator_in(typed: str, condition: str) -> None:
    assert search_condition(typed) == condition


def test_a_name_of_common_words_only_is_known() -> None:
    assert holds_only_common_words("Saint-sur-la")
    assert not holds_only_common_words("Saint-Dié")


def test_one_word_has_one_spelling() -> None:
    assert is_one_word("Bains!")
    assert is_one_word("saint")
    assert not is_one_word("st")
    assert not is_one_word("les bains")


def test_an_index_begins_with_the_rarest_word() -> None:
    assert selective_condition("St Dié des Vosges") == "('vosges':*)"
    assert selective_condition("la roche") == "('roche':*)"
    assert selective_condition("St la") == "('saint':* | 'st':*) & ('la':*)"
    assert search_condition("St Dié", whole=True) == "('saint' | 'st') & ('die')"

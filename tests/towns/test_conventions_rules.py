"""The life of a convention as values: guards, deliberations, standing, differences of two texts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.towns.conventions.consistency import Difference, Fault, differences, faults
from services.towns.conventions.errors import (
    DeliberationsMissing,
    EndNotMoved,
    GuardsNotMet,
    TextIsSettled,
    UnknownSignatory,
)
from services.towns.conventions.rules import (
    CHANGEABLE,
    CONFIRMED_BY,
    EXTENDED_IF_BEFORE,
    NEW_SIGNED_BY,
    STEPS,
    Party,
    Signing,
    check_changeable,
    check_deliberations,
    check_guards,
    parties,
    prolongs,
    standing,
    unmet,
    with_acts,
)
from tests.towns.conventions import a_sheet, a_text

DAY = date(2023, 12, 15)
SOON, LATE = date(2024, 6, 30), date(2028, 12, 31)
FINE = Signing(
    phase="acv2",
    purpose="initial",
    stage="initialisation",
    signed_on=DAY,
    ends_on=LATE,
    confirmed_on=CONFIRMED_BY,
    ort_status="signed",
    ort_planned_on=None,
    base_ends_on=None,
    project_validated=False,
    earlier_ends_on=None,
)
AMENDING = replace(FINE, purpose="extension", signed_on=SOON, base_ends_on=LATE)


@pytest.mark.parametrize(
    ("change", "guards"),
    [
        ({}, []),
        ({"confirmed_on": None}, ["confirmation-late"]),
        ({"confirmed_on": CONFIRMED_BY + timedelta(1)}, ["confirmation-late"]),
        ({"signed_on": NEW_SIGNED_BY}, []),
        ({"signed_on": NEW_SIGNED_BY + timedelta(1)}, ["new-convention-late"]),
        ({"earlier_ends_on": EXTENDED_IF_BEFORE}, []),
        ({"earlier_ends_on": EXTENDED_IF_BEFORE - timedelta(1)}, ["extension-missing"]),
        ({"ort_status": None}, ["ort-after-end"]),
        ({"ort_status": "in-progress", "ort_planned_on": LATE}, []),
        ({"ort_status": "not-signed", "ort_planned_on": LATE + timedelta(1)}, ["ort-after-end"]),
        ({"ort_status": "not-signed", "ort_planned_on": LATE, "ends_on": None}, []),
        ({"stage": "deployment"}, ["deployment-without-project"]),
        ({"stage": "deployment", "project_validated": True}, []),
        ({"purpose": "other", "base_ends_on": DAY - timedelta(1)}, ["signed-after-end"]),
        ({"purpose": "other", "base_ends_on": DAY, "confirmed_on": None}, []),
        ({"phase": "acv1", "ort_status": None, "confirmed_on": None}, []),
        (
            {"stage": "deployment", "confirmed_on": None, "ort_status": None},
            ["deployment-without-project", "confirmation-late", "ort-after-end"],
        ),
    ],
)
def test_a_signature_meets_the_dated_guards(change: dict[str, Any], guards: list[str]) -> None:
    signing = replace(FINE, **change)

    assert unmet(signing) == guards
    check_guards(signing, waived=guards)
    if guards:
        with pytest.raises(GuardsNotMet) as refused:
            check_guards(signing, waived=guards[1:])
        assert refused.value.extra["guards"] == guards[:1]


@pytest.mark.parametrize("ends_on", [None, LATE])
def test_an_extension_must_end_later_than_what_it_extends(ends_on: date | None) -> None:
    with pytest.raises(EndNotMoved):
        check_guards(replace(AMENDING, ends_on=ends_on), waived=())
    check_guards(replace(AMENDING, ends_on=LATE + timedelta(1)), waived=())


def test_every_local_signatory_deliberates_before_the_signature() -> None:
    late, early = Party("Late", True, SOON), Party("Early", True, DAY)
    never, state = Party("Never", True, None), Party("State", False, None)

    check_deliberations([early, state], by=DAY)
    with pytest.raises(DeliberationsMissing) as refused:
        check_deliberations([early, late, never, state], by=DAY)
    assert refused.value.extra["missing"] == ["Late", "Never"]
    with pytest.raises(DeliberationsMissing, match="No local signatory"):
        check_deliberations([state], by=DAY)


def test_acts_are_noted_beside_the_local_signatories_they_are_of() -> None:
    text = a_text()
    name = text["parties"][0]["organisation"]
    (party,) = parties(with_acts(text, {name: ("D 1", "2023-11-20")}))

    assert party == Party(name, True, date(2023, 11, 20))
    assert parties(with_acts(text, {})) == [Party(name, True, None)]
    with pytest.raises(UnknownSignatory):
        with_acts(text, {"Nobody": ("D 1", "2023-11-20")})


@pytest.mark.parametrize("status", sorted({*STEPS["abandon_convention"].sources}))
def test_a_text_changes_until_the_assemblies_deliberate(status: str) -> None:
    if status in CHANGEABLE:
        check_changeable(status)
    else:
        with pytest.raises(TextIsSettled):
            check_changeable(status)


@pytest.mark.parametrize(
    ("purpose", "ends_on", "base", "moved"),
    [
        ("initial", LATE, None, False),
        ("extension", LATE, None, True),
        ("other", LATE, None, False),
        ("other", LATE, SOON, True),
        ("other", SOON, LATE, False),
        ("other", None, LATE, False),
    ],
)
def test_a_version_prolongs_when_it_moves_a_known_end_or_says_so(
    purpose: str, ends_on: date | None, base: date | None, *, moved: bool
) -> None:
    assert prolongs(purpose, ends_on=ends_on, base_ends_on=base) is moved


@pytest.mark.parametrize(
    ("status", "number", "prolonged", "ends_on", "found"),
    [
        ("draft", None, False, None, "draft"),
        ("signed", None, False, None, "signed"),
        ("signed", 1, False, None, "signed"),
        ("signed", 2, False, SOON, "amended"),
        ("signed", 2, True, SOON, "prolonged"),
        ("signed", 2, True, DAY, "prolonged"),
        ("signed", 2, True, DAY - timedelta(1), "expired"),
    ],
)
def test_a_convention_stands_where_its_days_put_it(
    status: str, number: int | None, ends_on: date | None, found: str, *, prolonged: bool
) -> None:
    stands = standing(status, number=number, prolonged=prolonged, ends_on=ends_on, day=DAY)
    assert stands == found


def test_every_place_that_contradicts_another_is_named() -> None:
    sheets = [a_sheet("1", starts_on="2024-02-01", ends_on="2024-01-01"), a_sheet("1")]
    assert faults(a_text(action_sheets=sheets)) == [
        Fault("/action_sheets/0/number", "twice"),
        Fault("/action_sheets/1/number", "twice"),
        Fault("/action_sheets/0/ends_on", "before-start"),
    ]
    assert faults(a_text()) == []


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a/b": 1}, {"a/b": None}, [Difference("/a~1b", 1, None)]),
        ({"a": [1]}, {"a": [1, 2]}, [Difference("/a", [1], [1, 2])]),
        (None, {"a": 1}, [Difference("", None, {"a": 1})]),
        (
            {"s": [{"number": "1", "x": 1}, {"number": "2", "x": 1}]},
            {"s": [{"number": "3", "x": 1}, {"number": "1", "x": 2}]},
            [
                Difference("/s/0", None, {"number": "3", "x": 1}),
                Difference("/s/1/x", 1, 2),
                Difference("/s/1", {"number": "2", "x": 1}, None),
            ],
        ),
        ({"s": [{"axis": "1"}, {"axis": "2"}]}, {"s": [{"axis": "2"}, {"axis": "1"}]}, []),
    ],
)
def test_two_texts_differ_in_the_smallest_places(
    before: Any, after: Any, found: list[Difference]
) -> None:
    assert differences(before, after) == found


_LEAVES = st.none() | st.integers() | st.text(max_size=3)
_TEXTS = st.dictionaries(st.text(max_size=3), _LEAVES | st.dictionaries(st.text(), _LEAVES))


@given(before=_TEXTS, after=_TEXTS)
def test_each_difference_is_true_of_both_texts(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    found = differences(before, after)
    for one in found:
        assert one.before == _at(before, one.pointer)
        assert one.after == _at(after, one.pointer)


def _at(text: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        text = (text or {}).get(part.replace("~1", "/").replace("~0", "~"))
    return text

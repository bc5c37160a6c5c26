"""Official codes are taken exactly as the lists print them, and our own ids grow."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chassis import identifiers
from chassis.identifiers import Uuid7Maker, uuid7, uuid7_of

GOOD = {
    "InseeCode": ["51108", "01004", "2A004", "2B033", "97105", "97611", "98735"],
    "DepartmentCode": ["01", "2A", "2B", "95", "971", "976"],
    "RegionCode": ["01", "06", "11", "94"],
    "PostalCode": ["01500", "51000", "20000", "97110", "98800"],
    "Siren": ["210100046", "200066876", "356000000"],
    "Siret": ["73282932000074", "35600000000048", "35600000049837"],
    "RncpCode": ["RNCP35455", "RNCP7", "RS5123"],
    "RomeCode": ["A1101", "M1805", "N4403"],
    "NafDivision": ["01", "85", "99"],
}
BAD = {
    "InseeCode": ["5110", "511080", "20004", "2C004", "2a004", "00100", "96001", "97901"],
    "DepartmentCode": ["1", "20", "00", "96", "97", "979", "2C"],
    "RegionCode": ["0", "00", "1", "111", "A1"],
    "PostalCode": ["1500", "00100", "99000", "510000"],
    "Siren": ["210100047", "21010004", "2101000466", "210 100 046"],
    "Siret": ["73282932000075", "73282932", "35600000049838", "732 829 320 00074"],
    "RncpCode": ["35455", "RNCP", "RNCP035455", "rncp35455", "RS1234567"],
    "RomeCode": ["M180", "M18055", "m1805", "O1101", "11805"],
    "NafDivision": ["1", "00", "853", "8A"],
}
# What every code refuses, made of a good value of its own.
SPOILT: dict[str, Callable[[str], Any]] = {
    "line end": lambda code: code + "\n",
    "leading blank": lambda code: " " + code,
    "NUL": lambda code: code + "\x00",
    "lone surrogate": lambda code: code + "\ud800",
    "other digits": lambda code: code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    "bytes": lambda code: code.encode(),
    "integer": lambda _: 51108,
    "float": lambda _: 51.0,
    "null": lambda _: None,
    "boolean": lambda _: True,
    "list": lambda code: [code],
    "empty": lambda _: "",
}


def cases(table: dict[str, list[str]]) -> list[Any]:
    return [
        pytest.param(adapter(name), code, id=f"{name} {code!r}")
        for name, codes in table.items()
        for code in codes
    ]


def adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(getattr(identifiers, name))


@pytest.mark.parametrize(("kind", "code"), cases(GOOD))
def test_an_official_code_is_taken_as_printed(kind: TypeAdapter[str], code: str) -> None:
    assert kind.validate_python(code) == code


@pytest.mark.parametrize(("kind", "code"), cases(BAD))
def test_a_code_of_another_form_is_refused(kind: TypeAdapter[str], code: str) -> None:
    with pytest.raises(ValidationError):
        kind.validate_python(code)


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
@pytest.mark.parametrize("name", GOOD)
def test_a_spoilt_code_is_refused(name: str, spoil: Callable[[str], Any]) -> None:
    with pytest.raises(ValidationError):
        adapter(name).validate_python(spoil(GOOD[name][0]))


@pytest.mark.parametrize("name", GOOD)
def test_a_code_is_documented_with_form_meaning_and_examples(name: str) -> None:
    kind = adapter(name)
    shown = kind.json_schema()

    assert shown["type"] == "string"
    assert shown["pattern"].startswith("^(?:")
    assert shown["description"]
    assert all(kind.validate_python(example) for example in shown["examples"])


@given(st.lists(st.integers(min_value=0, max_value=2**48 - 1), min_size=2, max_size=30))
def test_ids_grow_even_when_the_clock_goes_back(instants: list[int]) -> None:
    maker = Uuid7Maker()
    ids = [maker.make(instant) for instant in instants]

    assert ids == sorted(set(ids))
    assert {(made.version, made.variant) for made in ids} == {(7, "specified in RFC 4122")}


def test_an_id_begins_with_the_millisecond_of_its_making() -> None:
    assert Uuid7Maker().make(0x018BCFE56800).int >> 80 == 0x018BCFE56800


def test_ids_of_one_process_grow() -> None:
    ids = [uuid7() for _ in range(2_000)]

    assert ids == sorted(set(ids))


def test_the_id_of_a_fact_is_the_same_each_time_and_of_its_day() -> None:
    made = uuid7_of(date(2018, 6, 8), "conventions/acv-051/acv1")

    assert str(made) == "0163dcb1-5800-7483-a7f4-1f94fef188f8"
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == datetime(2018, 6, 8, tzinfo=UTC).timestamp() * 1000
    assert made != uuid7_of(date(2018, 6, 8), "conventions/acv-052/acv1")

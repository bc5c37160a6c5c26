"""Money is exact both ways, and nothing that is not an amount becomes one."""

from fractions import Fraction
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import BigInteger, column, select

from chassis.money import Amount, Euros, PositiveEuros, Rate, euros, rate_text
from chassis.statements import compiled

CENTS = st.integers(min_value=0, max_value=10**15 - 1)
MILLIONTHS = st.integers(min_value=0, max_value=10**6)

# Bodies, as JSON: what must never become money.
HOSTILE = [
    *("0", "1", "1.00", "125000.00", "-1", "1e2", "1E2", "1e400", "-0", "0.1", "true", "false"),
    *("null", "[]", "{}", '["1.00"]', '{"cents": 100}', "NaN", "Infinity", "-Infinity"),
    *('""', '" "', '"0"', '"1"', '"1."', '".00"', '"1.0"', '"1.000"', '"1.005"', '"0.001"'),
    *('"-1.00"', '"+1.00"', '"-0.00"', '"1,00"', '"1 000.00"', '"1\u00a0000.00"', '"1_000.00"'),
    *('"1.00 "', '" 1.00"', '"1.00\\n"', '"\\t1.00"', '"1.00\\u0000"', '"\\u00001.00"'),
    *('"\\ud8001.00"', '"1.00\\udfff"', '"1e2"', '"1.00e2"', '"1E400"', '"1e-999999"', '"0x1.00"'),
    *('"NaN"', '"Infinity"', '"inf"', '"sNaN"', '"١.٠٠"', '"１.００"', '"1.00€"', '"€1.00"'),
    *('"1.00 EUR"', '"12345678901234.00"', '"99999999999999999999.00"', '"1.2.00"', '"1..00"'),
    *('"1.0a"', '"a.00"', '"1\\u200b.00"', '"\\ufeff1.00"', '"½.00"', '"1٫00"', '"1.²0"'),
    '"' + "0" * 5_000 + '.00"',
]


class Line(BaseModel):
    planned_eur: Euros
    awarded_eur: Euros | None
    share_rate: Rate


@given(CENTS)
def test_an_amount_comes_back_as_it_was_sent(cents: int) -> None:
    wire = str(Amount(cents))

    assert Amount.parsed(wire).cents == cents
    assert TypeAdapter(Euros).validate_json(f'"{wire}"') == Amount(cents)
    assert TypeAdapter(Euros).dump_json(Amount(cents)).decode() == f'"{wire}"'


@given(CENTS, CENTS)
def test_amounts_are_ordered_like_their_cents(one: int, other: int) -> None:
    assert (Amount(one) < Amount(other)) == (one < other)


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", [Euros, PositiveEuros], ids=["any", "positive"])
def test_what_is_not_an_amount_is_refused_whole(kind: Any, body: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_json(body)


@given(st.text() | st.integers() | st.floats() | st.booleans() | st.binary())
def test_only_the_pattern_is_money(value: object) -> None:
    try:
        amount = TypeAdapter(Euros).validate_python(value)
    except ValidationError:
        return
    assert isinstance(value, str)
    assert str(amount) == value.lstrip("0").rjust(len(str(amount)), "0")


@pytest.mark.parametrize("body", ['"0.00"', '"0000.00"'])
def test_zero_is_an_amount_but_not_a_positive_one(body: str) -> None:
    assert TypeAdapter(Euros).validate_json(body).cents == 0
    with pytest.raises(ValidationError, match="more than zero"):
        TypeAdapter(PositiveEuros).validate_json(body)


@pytest.mark.parametrize("cents", [-1, 10**15, True, 1.0, "1"])
def test_an_amount_cannot_be_built_from_anything_but_its_range(cents: Any) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        Amount(cents)


def test_the_refusal_tells_what_to_send_instead() -> None:
    with pytest.raises(ValidationError) as refusal:
        TypeAdapter(Euros).validate_json("125000.00")

    assert refusal.value.errors()[0]["type"] == "amount_type"
    assert '"125000.00"' in refusal.value.errors()[0]["msg"]


@given(MILLIONTHS)
def test_a_rate_comes_back_as_it_was_sent(millionths: int) -> None:
    rate = Fraction(millionths, 10**6)

    assert TypeAdapter(Rate).validate_json(f'"{rate_text(rate)}"') == rate


@pytest.mark.parametrize(
    "body",
    ["0.5", "1", '"1.1"', '"-0.1"', '".5"', '"0.1234567"', '"1e-1"', '"1/3"', '"0.5 "', "null"],
)
def test_what_is_not_a_rate_is_refused(body: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Rate).validate_json(body)


def test_a_body_of_money_is_strings_both_ways() -> None:
    body = b'{"planned_eur":"125000.00","awarded_eur":null,"share_rate":"0.2"}'
    line = Line.model_validate_json(body)

    assert (line.planned_eur.cents, line.share_rate) == (12_500_000, Fraction(1, 5))
    assert line.model_dump_json().encode() == body


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_money_is_documented_as_a_decimal_string(mode: Any) -> None:
    shown = Line.model_json_schema(mode=mode)["properties"]

    assert shown["planned_eur"]["type"] == "string"
    assert shown["planned_eur"]["format"] == "decimal"
    assert shown["planned_eur"]["pattern"] == r"^[0-9]{1,13}\.[0-9]{2}$"
    assert shown["share_rate"]["format"] == "decimal"


async def test_postgres_prints_amounts_as_python_does(seeded_url: str) -> None:
    cents = column("cents", BigInteger())
    asked = compiled(select(euros(cents))).sql + " FROM unnest($1::bigint[]) AS held (cents)"
    held = [0, 1, 5, 99, 100, 101, 12_500_000, 10**15 - 1]
    connection = await asyncpg.connect(seeded_url)
    printed = [row[0] for row in await connection.fetch(asked, [*held, None])]
    await connection.close()

    assert printed == [*(str(Amount(cents)) for cents in held), None]

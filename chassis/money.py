"""Euro amounts and rates: decimal strings on the wire, integer cents and exact fractions in code.

A JSON number never becomes money: it would pass through a double on the way.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema
from sqlalchemy import ColumnElement, Numeric, Text, cast, literal_column

from chassis.validation import misvalue

_LIMIT = 10**15
_WIRE = re.compile(r"([0-9]{1,13})\.([0-9]{2})")
_RATE_PLACES = 6
_RATE = re.compile(r"0(?:\.[0-9]{1,6})?|1(?:\.0{1,6})?")
_EUROS_SCHEMA = {
    "type": "string",
    "format": "decimal",
    "pattern": r"^[0-9]{1,13}\.[0-9]{2}$",
    "description": "Euros, as a decimal string with exactly two decimals",
    "examples": ["125000.00"],
}


@dataclass(frozen=True, slots=True, order=True)
class Amount:
    """An amount of money in whole euro cents, from 0 to 9,999,999,999,999.99 euros."""

    cents: int

    def __post_init__(self) -> None:
        if type(self.cents) is not int or not 0 <= self.cents < _LIMIT:
            raise ValueError(f"not an amount in cents: {self.cents!r}")

    def __str__(self) -> str:
        return f"{self.cents // 100}.{self.cents % 100:02d}"

    @classmethod
    def parsed(cls, wire: str) -> Self:
        """Read the form that travels.

        Raises:
            ValueError: not 1 to 13 digits, a point and two digits.
        """
        found = _WIRE.fullmatch(wire)
        if found is None:
            raise ValueError("not an amount in euros with two decimals")
        return cls(int(found[1] + found[2]))

    @classmethod
    def accepted(cls, value: object) -> Self:
        """Validate a field of a body."""
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise misvalue("amount_type")
        try:
            return cls.parsed(value)
        except ValueError:
            raise misvalue("amount_format") from None

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: type[Any], _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.accepted, serialization=core_schema.to_string_ser_schema(when_used="always")
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return dict(_EUROS_SCHEMA)


def _positive(amount: Amount) -> Amount:
    if amount.cents == 0:
        raise misvalue("amount_not_positive")
    return amount


Euros = Amount
"""Any amount, zero included; `.cents` is what rules and tables work with."""

PositiveEuros = Annotated[
    Amount,
    AfterValidator(_positive),
    WithJsonSchema(
        _EUROS_SCHEMA
        | {
            "pattern": r"^(?!0+\.00$)[0-9]{1,13}\.[0-9]{2}$",
            "description": "Euros, more than zero, as a decimal string with exactly two decimals",
        }
    ),
]


def euros(cents: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the SQL text of an amount held in cents: exact, two decimals, NULL stays NULL."""
    return cast(cast(cents, Numeric()) * literal_column("0.01", Numeric()), Text())


def _rate_accepted(value: object) -> Fraction:
    if isinstance(value, Fraction) and 0 <= value <= 1:
        return value
    if not isinstance(value, str) or _RATE.fullmatch(value) is None:
        raise misvalue("rate_format")
    return Fraction(value)


def rate_text(rate: Fraction) -> str:
    """Return the wire form of a rate, rounded half to even on the sixth decimal."""
    millionths = round(rate * 10**_RATE_PLACES)
    return format(Decimal(millionths).scaleb(-_RATE_PLACES).normalize(), "f")


class _RateForm:
    """How pydantic reads, writes and documents a rate."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: type[Any], _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _rate_accepted,
            serialization=core_schema.plain_serializer_function_ser_schema(
                rate_text, return_schema=core_schema.str_schema()
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "type": "string",
            "format": "decimal",
            "pattern": r"^(?:0(?:\.[0-9]{1,6})?|1(?:\.0{1,6})?)$",
            "description": "A fraction from 0 to 1, as a decimal string",
            "examples": ["0.25"],
        }


Rate = Annotated[Fraction, _RateForm]
"""A share from 0 to 1: exact in code, at most six decimals on the wire."""

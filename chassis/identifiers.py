"""Codes that someone outside the project defines, as pydantic types, and the ids we make.

Strings only, exactly as the official lists print them: nothing is trimmed, padded or upper-cased.
"""

import os
import re
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from hashlib import sha256
from threading import Lock
from typing import Annotated, Any, cast
from uuid import UUID

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, WithJsonSchema
from pydantic.annotated_handlers import GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from stdnum.fr import siren, siret

from chassis.problems import Text

_DEPARTMENT = "0[1-9]|1[0-9]|2[1-9AB]|[3-8][0-9]|9[0-5]"
_RANDOM_BITS = 74


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a text: the pattern that contracts show, and the sentence that people read."""

    pattern: str
    expected: Text

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check the form after pydantic has found a string."""
        compiled = re.compile(self.pattern)

        def formed(value: str) -> str:
            if compiled.fullmatch(value) is None:
                said = {"expected": self.expected}
                raise PydanticCustomError("string_pattern_mismatch", "Not of this form", said)
            return value

        text = {**handler(source), "strict": True}
        return core_schema.no_info_after_validator_function(formed, cast("CoreSchema", text))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show the pattern."""
        return handler(schema) | {"pattern": f"^(?:{self.pattern})$"}


def _code(pattern: str, fr: str, en: str) -> Form:
    return Form(pattern, Text(f"attendu : {fr}", f"expected: {en}"))


def _siren_checked(number: str) -> str:
    if not siren.is_valid(number):
        raise PydanticCustomError("siren_checksum", "The check digit of the SIREN is wrong")
    return number


def _siret_checked(number: str) -> str:
    # stdnum knows that the establishments of La Poste do not follow Luhn.
    if not siret.is_valid(number):
        raise PydanticCustomError("siret_checksum", "The check digit of the SIRET is wrong")
    return number


InseeCode = Annotated[
    str,
    _code(
        f"(?:{_DEPARTMENT})[0-9]{{3}}|97[1-8][0-9]{{2}}|98[4-9][0-9]{{2}}",
        "code INSEE de commune à cinq caractères, par exemple 51108 ou 2A004",
        "INSEE code of a commune, five characters, such as 51108 or 2A004",
    ),
    Field(
        description="Official code of a commune (INSEE, code officiel géographique)",
        examples=["51108", "2A004", "97105"],
    ),
]
"""Five characters; Corsica has a letter, overseas communes begin with 97 or 98."""

DepartmentCode = Annotated[
    str,
    _code(
        f"{_DEPARTMENT}|97[1-8]|98[4-9]",
        "code INSEE de département, par exemple 51, 2A ou 974",
        "INSEE code of a department, such as 51, 2A or 974",
    ),
    Field(description="Official code of a department (INSEE)", examples=["51", "2A", "974"]),
]

RegionCode = Annotated[
    str,
    _code(
        "0[1-9]|[1-9][0-9]",
        "code INSEE de région à deux chiffres, par exemple 44",
        "INSEE code of a region, two digits, such as 44",
    ),
    Field(description="Official code of a region (INSEE)", examples=["44", "04"]),
]

PostalCode = Annotated[
    str,
    _code(
        "(?:0[1-9]|[1-8][0-9]|9[0-8])[0-9]{3}",
        "code postal à cinq chiffres, par exemple 51000",
        "postal code, five digits, such as 51000",
    ),
    Field(description="Postal code (La Poste); several communes may share one", examples=["51000"]),
]

Siren = Annotated[
    str,
    _code(
        "[0-9]{9}",
        "SIREN à neuf chiffres, par exemple 200066876",
        "SIREN, nine digits, such as 200066876",
    ),
    AfterValidator(_siren_checked),
    Field(
        description="Number of a legal unit in the Sirene register; the last digit is a check",
        examples=["200066876", "356000000"],
        json_schema_extra={"format": "siren"},
    ),
]

Siret = Annotated[
    str,
    _code(
        "[0-9]{14}",
        "SIRET à quatorze chiffres, par exemple 73282932000074",
        "SIRET, fourteen digits, such as 73282932000074",
    ),
    AfterValidator(_siret_checked),
    Field(
        description="Number of an establishment in the Sirene register; the last digit is a check",
        examples=["73282932000074"],
        json_schema_extra={"format": "siret"},
    ),
]

RncpCode = Annotated[
    str,
    _code(
        "RNCP[1-9][0-9]{0,5}|RS[1-9][0-9]{0,5}",
        "RNCP ou RS suivi du numéro, par exemple RNCP35455",
        "RNCP or RS and the number, such as RNCP35455",
    ),
    Field(
        description="Certification in the national register (RNCP) or the specific one (RS)",
        examples=["RNCP35455", "RS5123"],
    ),
]

RomeCode = Annotated[
    str,
    _code(
        "[A-N][0-9]{4}",
        "code ROME, une lettre et quatre chiffres, par exemple M1805",
        "ROME code, a letter and four digits, such as M1805",
    ),
    Field(description="Occupation in the ROME register of France Travail", examples=["M1805"]),
]

NafDivision = Annotated[
    str,
    _code(
        "0[1-9]|[1-9][0-9]",
        "division NAF à deux chiffres, par exemple 85",
        "NAF division, two digits, such as 85",
    ),
    Field(description="Division of the NAF rev. 2 (INSEE), two digits", examples=["85"]),
]

Uuid7 = Annotated[UUID, WithJsonSchema({"type": "string", "format": "uuid"})]
"""An id of ours; the first 48 bits are the millisecond of its making."""


class Uuid7Maker:
    """Makes UUIDs of version 7 (RFC 9562), each greater than the one before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last = 0

    def make(self, milliseconds: int) -> UUID:
        """Return the next id, for an instant in Unix milliseconds.

        Within one millisecond, or when the clock goes back, the random part is raised by a random
        step (RFC 9562, 6.2, method 2), so that neighbours cannot be guessed.
        """
        noise = int.from_bytes(os.urandom(10))
        with self._lock:
            # The highest random bit begins at zero: room to be raised within the millisecond.
            fresh = (milliseconds << _RANDOM_BITS) | (noise & ((1 << (_RANDOM_BITS - 1)) - 1))
            self._last = fresh if fresh > self._last else self._last + 1 + (noise >> 48)
            value = self._last
        return _version_7(value)


_MAKER = Uuid7Maker()


def uuid7() -> UUID:
    """Return a new id, greater than all those this process made before."""
    return _MAKER.make(time.time_ns() // 1_000_000)


def uuid7_of(day: date, name: str) -> UUID:
    """Return the id of a published fact, the same wherever it is loaded.

    Args:
        day: of the fact; its midnight, UTC, is the instant in the id; not before 1970.
        name: what tells the fact from the others of its kind, such as `conventions/acv-051/acv1`.
    """
    stamp = int(datetime.combine(day, time_of_day.min, UTC).timestamp()) * 1000
    noise = int.from_bytes(sha256(name.encode()).digest()[:10])
    return _version_7((stamp << _RANDOM_BITS) | (noise & ((1 << _RANDOM_BITS) - 1)))


def _version_7(value: int) -> UUID:
    stamp, high, low = value >> 74, (value >> 62) & 0xFFF, value & ((1 << 62) - 1)
    return UUID(int=(stamp << 80) | (7 << 76) | (high << 64) | (0b10 << 62) | low)

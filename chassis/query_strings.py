"""Query strings, read strictly: nothing unknown, unreadable, or repeated by mistake."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, get_args, get_origin
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from chassis.problems import BadRequest, FieldError, InvalidValue, Text, UnknownParameter
from chassis.validation import field_errors

_MOST_PARAMETERS = 200
_LONGEST_NAME = 64

_UNREADABLE = Text(
    "Les paramètres ne sont pas du texte UTF-8 encodé, ou sont trop nombreux",
    "The parameters are not percent-encoded UTF-8 text, or are too many",
)
_NUL = Text("le caractère NUL est refusé", "the NUL character is refused")
_REPEATED = Text("ce paramètre ne se répète pas", "this parameter cannot be repeated")
_NONE = Text("Cette opération n'a pas de paramètre", "This operation has no parameter")


def refuse_unknown(query_string: bytes, known: Collection[str] = ()) -> None:
    """Refuse a query parameter that is not among the known ones.

    Raises:
        BadRequest: not percent-encoded UTF-8, or too many parameters.
        UnknownParameter: the detail names the nearest known parameter.
    """
    for name, _ in pairs_of(query_string) if query_string else ():
        if name not in known:
            raise _unknown(name, known)


@lru_cache(maxsize=1024)
def parsed(model: type[BaseModel], query_string: bytes) -> BaseModel:
    """Return the query string as `model`; models are frozen, so equal strings share one.

    Raises:
        BadRequest: not percent-encoded UTF-8, or too many parameters.
        UnknownParameter: a name that the model does not have.
        InvalidValue: a value that the model refuses.
    """
    repeatable = {
        name: any(
            get_origin(kind) is list for kind in (field.annotation, *get_args(field.annotation))
        )
        for name, field in model.model_fields.items()
    }
    try:
        return model.model_validate(_collected(query_string, repeatable))
    except ValidationError as refused:
        raise InvalidValue(errors=field_errors(refused.errors(), "parameter")) from None


def pairs_of(query_string: bytes) -> list[tuple[str, str]]:
    """Return the names and values of a query string, in its order.

    Raises:
        BadRequest: not percent-encoded UTF-8, or too many parameters.
    """
    try:
        return parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        raise BadRequest(_UNREADABLE) from None


def _collected(query_string: bytes, repeatable: Mapping[str, bool]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs_of(query_string):
        if name not in repeatable:
            raise _unknown(name, repeatable)
        if "\x00" in value:
            raise InvalidValue(errors=[FieldError("nul-character", _NUL, parameter=name)])
        if repeatable[name]:
            values.setdefault(name, []).append(value)
        elif name in values:
            raise InvalidValue(errors=[FieldError("repeated", _REPEATED, parameter=name)])
        else:
            values[name] = value
    return values


def _unknown(name: str, known: Collection[str]) -> UnknownParameter:
    shown, names = name[:_LONGEST_NAME], sorted(known)
    near = get_close_matches(shown, names, n=1, cutoff=0.0)
    detail = _NONE
    if near:
        listed = ", ".join(names)
        detail = Text(
            f"Ce paramètre n'existe pas ; le plus proche est « {near[0]} »."
            f" Paramètres connus : {listed}",
            f"This parameter does not exist; the nearest is '{near[0]}'."
            f" Known parameters: {listed}",
        )
    return UnknownParameter(
        detail, errors=[FieldError("unknown-parameter", detail, parameter=shown)]
    )

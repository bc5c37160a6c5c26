"""Query strings, read strictly: nothing unknown, unreadable, or repeated by mistake."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, ValidationError

from chassis.problems import BadRequest, FieldError, InvalidValue, Text, UnknownParameter
from chassis.validation import NUL, field_errors

ModelT = TypeVar("ModelT", bound=BaseModel)

_MOST_PARAMETERS = 200
_LONGEST_NAME = 64

_UNREADABLE = Text(
    "Les paramètres ne sont pas du texte UTF-8 encodé, ou sont trop nombreux",
    "The parameters are not percent-encoded UTF-8 text, or are too many",
)
_REPEATED = Text("ce paramètre ne se répète pas", "this parameter cannot be repeated")
_NONE = Text("Cette opération n'a pas de paramètre", "This operation has no parameter")


def refuse_unknown(query_string: bytes, known: Collection[str] = ()) -> None:
    """Refuse a query parameter that is not among the known ones.

    Raises:
        BadRequest: not percent-encoded UTF-8, or too many parameters.
        UnknownParameter: the detail names the one meant, if it can be told, and all the known.
    """
    for name, _ in pairs_of(query_string) if query_string else ():
        if name not in known:
            raise _unknown(name, known)


@lru_cache(maxsize=1024)
def parsed(model: type[BaseModel], query_string: bytes) -> BaseModel:
    """Return the query string as `model`, as `filled` does; equal strings share a frozen one."""
    return filled(model, query_string)


def filled(model: type[ModelT], query_string: bytes) -> ModelT:
    """Return the names and values of a query string, or of a form, as `model`.

    Raises:
        BadRequest: not percent-encoded UTF-8, or too many parameters.
        UnknownParameter: a name that the model does not have.
        InvalidValue: a value that the model refuses.
    """
    repeatable = {
        field.alias or name: any(
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


@lru_cache(maxsize=256)
def without(name: str, query_string: bytes) -> str:
    """Return a query string without one of its parameters, ready for another to follow."""
    kept = [pair for pair in pairs_of(query_string) if pair[0] != name]
    return urlencode(kept, safe=",:") + "&" if kept else ""


def _collected(query_string: bytes, repeatable: Mapping[str, bool]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs_of(query_string):
        if name not in repeatable:
            raise _unknown(name, repeatable)
        if "\x00" in value:
            raise InvalidValue(errors=[FieldError("nul-character", NUL, parameter=name)])
        if repeatable[name]:
            values.setdefault(name, []).append(value)
        elif name in values:
            raise InvalidValue(errors=[FieldError("repeated", _REPEATED, parameter=name)])
        else:
            values[name] = value
    return values


def _unknown(name: str, known: Collection[str]) -> UnknownParameter:
    shown, names = name[:_LONGEST_NAME], sorted(known)
    detail = _NONE
    if names:
        listed, near = ", ".join(names), _meant(shown, names)
        fr, en = _SUGGESTED.get(near, Text(f"« {near} »", f"'{near}'"))
        detail = Text(
            "Ce paramètre n'existe pas"
            + (f" ; employez {fr}" if near else "")
            + f". Paramètres connus : {listed}",
            "This parameter does not exist"
            + (f"; use {en}" if near else "")
            + f". Known parameters: {listed}",
        )
    return UnknownParameter(
        detail, errors=[FieldError("unknown-parameter", detail, parameter=shown)]
    )


def _meant(name: str, known: Sequence[str]) -> str:
    """Return the known parameter that is meant: under another of its names, or misspelt."""
    folded = name.lower().replace("-", "_")
    others = [other for other in _OTHER_NAMES.get(folded, ()) if other in known]
    near = others or get_close_matches(folded, known, n=1, cutoff=_ALIKE)
    return near[0] if near else ""


_ALIKE = 0.7
"""How alike two names have to be (difflib's ratio) for one to be the other, misspelt."""

_SUGGESTED = {
    "cursor": Text(
        "l'adresse « next » de la réponse, qui porte « cursor »",
        "the address 'next' of the answer, which carries 'cursor'",
    ),
    "near": Text("« near=longitude,latitude »", "'near=longitude,latitude'"),
}

_OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("page", "page_number", "offset", "skip", "start", "after"), ("cursor",)),
    **dict.fromkeys(("per_page", "page_size", "pagesize", "size", "count"), ("limit",)),
    **dict.fromkeys(("name", "nom", "search", "query", "recherche", "text"), ("q", "name")),
    "q": ("name",),
    **dict.fromkeys(("lat", "lon", "lng", "latitude", "longitude", "point"), ("near",)),
    **dict.fromkeys(("order", "order_by", "orderby", "sort_by", "tri"), ("sort",)),
    **dict.fromkeys(("since", "modified_since", "updated_after"), ("updated_since",)),
    **dict.fromkeys(("insee", "code_insee", "city_code"), ("insee_code", "code")),
    **dict.fromkeys(("cp", "zip", "zipcode", "postcode"), ("postal_code",)),
    **dict.fromkeys(("total", "with_total"), ("include_total",)),
}
"""What other interfaces call our parameters."""

"""Pydantic's findings in the words of the API: which field, what was expected, fr and en."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

from pydantic_core import PydanticCustomError

from chassis.problems import FieldError, Text

Where = Literal["parameter", "header", "body"]


class Misfit(ValueError):
    """What a validator of a whole model raises: the field at fault, and what was expected."""

    def __init__(self, field: str, expected: Text) -> None:
        super().__init__(expected)
        self.field = field


NUL = Text("le caractère NUL est refusé", "the NUL character is refused")
_LONGEST_NAME = 100
_CHECKSUM = Text("la clé de contrôle est fausse", "the check digit is wrong")
_DAY = Text("doit être une date AAAA-MM-JJ", "must be a date YYYY-MM-DD")
_INSTANT = Text(
    "doit être un instant ISO 8601 avec fuseau", "must be an ISO 8601 instant with a zone"
)
_TIME = Text("doit être une heure HH:MM:SS", "must be a time HH:MM:SS")
_UUID = Text("doit être un UUID", "must be a UUID")
_LIST = Text("doit être un tableau", "must be an array")
_NUMBER = Text("doit être un nombre", "must be a number")
_KIND = Text("doit être l'un de : {expected}", "must be one of: {expected}")
EXPECTED: dict[str, Text] = {
    "missing": Text("ce champ est requis", "this field is required"),
    "extra_forbidden": Text("ce champ n'existe pas", "this field does not exist"),
    "greater_than_equal": Text("doit être au moins {ge}", "must be at least {ge}"),
    "greater_than": Text("doit être plus grand que {gt}", "must be greater than {gt}"),
    "less_than_equal": Text("doit être au plus {le}", "must be at most {le}"),
    "less_than": Text("doit être plus petit que {lt}", "must be less than {lt}"),
    "int_parsing": Text("doit être un entier", "must be an integer"),
    "int_parsing_size": Text("cet entier est trop grand", "this integer is too large"),
    "int_type": Text("doit être un entier", "must be an integer"),
    "int_from_float": Text("doit être un entier", "must be an integer"),
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": Text("doit être un nombre fini", "must be a finite number"),
    "bool_parsing": Text("doit être true ou false", "must be true or false"),
    "bool_type": Text("doit être true ou false", "must be true or false"),
    "string_type": Text("doit être une chaîne", "must be a string"),
    "string_too_short": Text(
        "doit compter au moins {min_length} caractère(s)",
        "must have at least {min_length} character(s)",
    ),
    "string_too_long": Text(
        "doit compter au plus {max_length} caractères", "must have at most {max_length} characters"
    ),
    "string_pattern_mismatch": Text(
        "doit suivre le modèle {pattern}", "must match the pattern {pattern}"
    ),
    "string_unicode": Text("doit être du texte Unicode", "must be Unicode text"),
    "too_short": Text(
        "doit compter au moins {min_length} élément(s)", "must have at least {min_length} item(s)"
    ),
    "too_long": Text(
        "doit compter au plus {max_length} éléments", "must have at most {max_length} items"
    ),
    "literal_error": _KIND,
    "enum": _KIND,
    "date_from_datetime_parsing": _DAY,
    "date_parsing": _DAY,
    "date_type": _DAY,
    "date_from_datetime_inexact": _DAY,
    "date_past": Text("doit être dans le passé", "must be in the past"),
    "date_future": Text("doit être dans l'avenir", "must be in the future"),
    "time_parsing": _TIME,
    "time_type": _TIME,
    "datetime_parsing": _INSTANT,
    "datetime_type": _INSTANT,
    "datetime_past": Text("doit être dans le passé", "must be in the past"),
    "datetime_future": Text("doit être dans l'avenir", "must be in the future"),
    "datetime_from_date_parsing": _INSTANT,
    "timezone_aware": Text(
        "le fuseau manque, par exemple Z", "the time zone is missing, such as Z"
    ),
    "uuid_parsing": _UUID,
    "uuid_type": _UUID,
    "uuid_version": _UUID,
    "model_type": Text("doit être un objet JSON", "must be a JSON object"),
    "model_attributes_type": Text("doit être un objet JSON", "must be a JSON object"),
    "dict_type": Text("doit être un objet JSON", "must be a JSON object"),
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "multiple_of": Text(
        "doit être un multiple de {multiple_of}", "must be a multiple of {multiple_of}"
    ),
    "none_required": Text("doit être null", "must be null"),
    "union_tag_invalid": Text(
        "le discriminant doit être l'un de : {expected_tags}",
        "the discriminator must be one of: {expected_tags}",
    ),
    "union_tag_not_found": Text(
        "le champ discriminant {discriminator} est requis",
        "the discriminating field {discriminator} is required",
    ),
    "amount_type": Text(
        'un montant est une chaîne JSON comme "125000.00", jamais un nombre',
        'an amount is a JSON string such as "125000.00", never a number',
    ),
    "amount_format": Text(
        "un montant compte 1 à 13 chiffres, un point et deux décimales ; ni signe ni exposant",
        "an amount is 1 to 13 digits, a point and two decimals; no sign, no exponent",
    ),
    "amount_not_positive": Text(
        "le montant doit être supérieur à zéro", "the amount must be more than zero"
    ),
    "rate_format": Text(
        'un taux est une chaîne JSON de "0" à "1", à six décimales au plus',
        'a rate is a JSON string from "0" to "1" with at most six decimals',
    ),
    "siren_checksum": _CHECKSUM,
    "siret_checksum": _CHECKSUM,
    "json_invalid": Text("JSON illisible", "unreadable JSON"),
}

_OTHER = Text("valeur invalide", "invalid value")


def misvalue(code: str) -> PydanticCustomError:
    """Return what a validator of one value raises: a finding whose sentences are in `EXPECTED`."""
    return PydanticCustomError(code, EXPECTED[code].en)


def field_errors(found: Iterable[Mapping[str, Any]], where: Where) -> list[FieldError]:
    """Translate pydantic's errors; the caller's input is never echoed."""
    return [_field_error(error, where) for error in found]


def _field_error(error: Mapping[str, Any], where: Where) -> FieldError:
    code = str(error["type"])
    raised = (error.get("ctx") or {}).get("error")
    at_fault = (raised.field,) if isinstance(raised, Misfit) else ()
    path = [str(part)[:_LONGEST_NAME] for part in (*error["loc"], *at_fault)]
    detail = _detail(code, error)
    slug = code.replace("_", "-")
    if where == "parameter":
        return FieldError(slug, detail, parameter=path[0] if path else "")
    if where == "header":
        return FieldError(slug, detail, header=path[0] if path else "")
    return FieldError(slug, detail, pointer=pointer_to(path))


def pointer_to(path: Iterable[str]) -> str:
    """Return the JSON pointer (RFC 6901) to a place in a body."""
    escaped = (part[:_LONGEST_NAME].replace("~", "~0").replace("/", "~1") for part in path)
    return "".join(f"/{part}" for part in escaped)


def _detail(code: str, error: Mapping[str, Any]) -> Text:
    context = error.get("ctx") or {}
    if isinstance(context.get("expected"), Text):
        return cast("Text", context["expected"])
    raised = context.get("error")
    if code == "value_error" and raised is not None:
        texts = getattr(raised, "args", ())
        return texts[0] if texts and isinstance(texts[0], Text) else Text(str(raised), str(raised))
    template = EXPECTED.get(code, _OTHER)
    return Text(template.fr.format_map(context), template.en.format_map(context))

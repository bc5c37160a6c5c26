"""Pydantic's findings in the words of the API: which field, what was expected, fr and en."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from chassis.problems import FieldError, Text

Where = Literal["parameter", "header", "body"]


class Misfit(ValueError):
    """What a validator of a whole model raises: the field at fault, and what was expected."""

    def __init__(self, field: str, expected: Text) -> None:
        super().__init__(expected)
        self.field = field


_CHECKSUM = Text("la clé de contrôle est fausse", "the check digit is wrong")
_EXPECTED: dict[str, Text] = {
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
    "float_parsing": Text("doit être un nombre", "must be a number"),
    "float_type": Text("doit être un nombre", "must be a number"),
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
    "literal_error": Text("doit être l'un de : {expected}", "must be one of: {expected}"),
    "enum": Text("doit être l'un de : {expected}", "must be one of: {expected}"),
    "date_from_datetime_parsing": Text(
        "doit être une date AAAA-MM-JJ", "must be a date YYYY-MM-DD"
    ),
    "date_parsing": Text("doit être une date AAAA-MM-JJ", "must be a date YYYY-MM-DD"),
    "date_type": Text("doit être une date AAAA-MM-JJ", "must be a date YYYY-MM-DD"),
    "datetime_parsing": Text(
        "doit être un instant ISO 8601 avec fuseau", "must be an ISO 8601 instant with a zone"
    ),
    "datetime_from_date_parsing": Text(
        "doit être un instant ISO 8601 avec fuseau", "must be an ISO 8601 instant with a zone"
    ),
    "timezone_aware": Text(
        "le fuseau manque, par exemple Z", "the time zone is missing, such as Z"
    ),
    "uuid_parsing": Text("doit être un UUID", "must be a UUID"),
    "model_type": Text("doit être un objet JSON", "must be a JSON object"),
    "model_attributes_type": Text("doit être un objet JSON", "must be a JSON object"),
    "dict_type": Text("doit être un objet JSON", "must be a JSON object"),
    "list_type": Text("doit être un tableau", "must be an array"),
    "tuple_type": Text("doit être un tableau", "must be an array"),
    "siren_checksum": _CHECKSUM,
    "siret_checksum": _CHECKSUM,
    "json_invalid": Text("JSON illisible", "unreadable JSON"),
}

_OTHER = Text("valeur invalide", "invalid value")


def field_errors(found: Iterable[Mapping[str, Any]], where: Where) -> list[FieldError]:
    """Translate pydantic's errors; the caller's input is never echoed."""
    return [_field_error(error, where) for error in found]


def _field_error(error: Mapping[str, Any], where: Where) -> FieldError:
    code = str(error["type"])
    raised = (error.get("ctx") or {}).get("error")
    at_fault = (raised.field,) if isinstance(raised, Misfit) else ()
    path = [str(part) for part in (*error["loc"], *at_fault)]
    detail = _detail(code, error)
    slug = code.replace("_", "-")
    if where == "parameter":
        return FieldError(slug, detail, parameter=path[0] if path else "")
    if where == "header":
        return FieldError(slug, detail, header=path[0] if path else "")
    escaped = [part.replace("~", "~0").replace("/", "~1") for part in path]
    return FieldError(slug, detail, pointer="".join(f"/{part}" for part in escaped))


def _detail(code: str, error: Mapping[str, Any]) -> Text:
    context = error.get("ctx") or {}
    raised = context.get("error")
    if code == "value_error" and raised is not None:
        texts = getattr(raised, "args", ())
        return texts[0] if texts and isinstance(texts[0], Text) else Text(str(raised), str(raised))
    template = _EXPECTED.get(code, _OTHER)
    return Text(template.fr.format_map(context), template.en.format_map(context))

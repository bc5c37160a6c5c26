"""JSON Merge Patch (RFC 7396): changes to a resource, under the rules of the body that made it."""

import json
from typing import Any, Generic, Self, TypeVar, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from chassis.bodies import refusal
from chassis.contract import Input

Whole = TypeVar("Whole", bound=Input)


class Patch(Generic[Whole]):
    """The body of a PATCH: some keys of a `Whole`; `null` takes a key away."""

    def __init__(self, changes: dict[str, Any]) -> None:
        self._changes = changes

    def onto(self, current: Whole) -> Whole:
        """Return the resource as the caller wants it.

        Raises:
            InvalidValue: the whole would not have been accepted by POST.
        """
        merged = _merged(current.model_dump(mode="json"), self._changes)
        try:
            return type(current).model_validate_json(json.dumps(merged))
        except ValidationError as refused:
            raise refusal(refused) from None

    @classmethod
    def accepted(cls, value: object) -> Self:
        """Validate a body; what its keys hold is judged once they are merged."""
        if isinstance(value, cls):
            return value
        if not isinstance(value, dict):
            raise PydanticCustomError("model_type", "A merge patch is a JSON object")
        return cls(value)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        shown = handler(get_args(source)[0])
        return core_schema.no_info_wrap_validator_function(
            lambda value, _whole: cls.accepted(value), shown
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        whole = handler.resolve_ref_schema(handler(schema))
        keys = {name: _clearable(drawn) for name, drawn in whole["properties"].items()}
        return {"type": "object", "properties": keys, "additionalProperties": False}


def _clearable(drawn: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a key that may also be null."""
    plain = {name: part for name, part in drawn.items() if name not in {"default", "title"}}
    if "enum" in plain:
        return plain | {"type": [plain["type"], "null"], "enum": [*plain["enum"], None]}
    kinds = plain.get("anyOf", [plain])
    if {"type": "null"} in kinds:
        return plain
    return {"anyOf": [*kinds, {"type": "null"}]}


def _merged(target: Any, changes: Any) -> Any:
    if not isinstance(changes, dict):
        return changes
    made = dict(target) if isinstance(target, dict) else {}
    for name, change in changes.items():
        if change is None:
            made.pop(name, None)
        else:
            made[name] = _merged(made.get(name), change)
    return made

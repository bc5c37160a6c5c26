"""Perimeters as SQL: which rows a caller may see or change."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, false, or_

from chassis.identity import Limits
from chassis.statements import Statement, any_of, compiled, shares

Dimensions = Mapping[str, ColumnElement[Any]]
"""What says where a row lies: per dimension a column of one value, or an array of several."""


def inside(
    dimensions: Dimensions, names: Collection[str], *, of: str = "within"
) -> ColumnElement[bool]:
    """Whether a row has one of the values of `bounds`; a dimension unknown here lets nobody in.

    The values are bound as `of` and the dimension: `within_town`.
    """
    known = sorted(dimensions.keys() & set(names))
    return or_(false(), *[_meets(dimensions[name], f"{of}_{name}") for name in known])


def _meets(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    return shares(column, name) if isinstance(column.type, ARRAY) else any_of(column, name)


def bounds(limits: Limits | None) -> dict[str, list[str]]:
    """Return the values that `inside` needs for a caller with these limits."""
    return {f"within_{name}": sorted(values) for name, values in (limits or {}).items()}


@dataclass(frozen=True, eq=False)
class Single:
    """One resource as callers may read it: a SELECT of its body, version and canonical path.

    Official facts have no version of ours: theirs is NULL. Where time changes a status, the version
    is `tagged` with it.
    """

    chosen: Select[Any]
    perimeter: Dimensions = field(default_factory=dict)


@lru_cache(maxsize=256)
def single(resource: Single, within: frozenset[str] | None) -> Statement:
    """Return the compiled SELECT of one resource, for a caller who is limited or not."""
    chosen = resource.chosen
    if within is not None:
        chosen = chosen.where(inside(resource.perimeter, within))
    return compiled(chosen)

"""What every operation outside the lane of reads asks before FastAPI sees the request.

The row of the policy, a name for logs and counts, and no parameter that it does not declare.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, NamedTuple

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import Match
from starlette.types import Scope

from chassis.identity import Limits, Policy, PolicyMismatch, Reach, Scoped, principal_of
from chassis.problems import FieldError, InvalidValue, NotFound
from chassis.query_strings import pairs_of, refuse_unknown
from chassis.validation import NUL


async def limits_of(request: Request) -> Limits | None:
    """Return what an object must have for this caller to change it."""
    row: Policy = request.state.policy
    return row.limits(principal_of(request.scope))


Bounds = Annotated[Limits | None, Depends(limits_of)]
"""How a change gets its limits: its store locks a row only within them."""


async def reach_of(request: Request) -> Reach:
    """Return what this caller may know of, and what of that it may change."""
    row: Policy = request.state.policy
    principal = principal_of(request.scope)
    changed = row.limits(principal)
    known = row.known.limits(principal) if isinstance(row, Scoped) and row.known else changed
    return Reach(known, changed)


Reaching = Annotated[Reach, Depends(reach_of)]
"""How a change of what more callers may know of gets both limits."""


class _Entry(NamedTuple):
    route: APIRoute
    operation: str
    row: Policy
    parameters: frozenset[str]


class Admission:
    """The door of the operations that are not in the lane."""

    def __init__(self, routes: Iterable[APIRoute], policy: Mapping[str, Policy]) -> None:
        """Take the routes with their rows.

        Raises:
            PolicyMismatch: a perimeter limits an operation that does not ask for its `Bounds`.
        """
        self._entries = [
            _Entry(route, name, policy[name], _parameters(route))
            for route in routes
            for name in [str(route.operation_id)]
        ]
        for entry in self._entries:
            asked = {part.call for part in entry.route.dependant.dependencies}
            limited = isinstance(entry.row, Scoped) and entry.row.within
            if limited and asked.isdisjoint({limits_of, reach_of}):
                raise PolicyMismatch(f"{entry.operation} is limited and asks for no Bounds")

    def check(self, scope: Scope) -> None:
        """Let a request through to its operation; one without operation meets FastAPI's 404 or 405.

        Raises:
            Unauthenticated, Forbidden: the policy row does not admit the caller.
            UnknownParameter: a query parameter that the operation does not declare.
            NotFound, InvalidValue: a NUL in the path, in a parameter.
        """
        for entry in self._entries:
            if entry.route.matches(scope)[0] is not Match.FULL:
                continue
            scope["state"]["operation"] = entry.operation
            scope["state"]["policy"] = entry.row
            entry.row.admit(principal_of(scope))
            if "\x00" in scope["path"]:
                raise NotFound
            if scope["query_string"]:
                _check_parameters(scope["query_string"], entry.parameters)
            return


def _check_parameters(query_string: bytes, known: frozenset[str]) -> None:
    refuse_unknown(query_string, known)
    for name, value in pairs_of(query_string):
        if "\x00" in value:
            raise InvalidValue(errors=[FieldError("nul-character", NUL, parameter=name)])


def _parameters(route: APIRoute) -> frozenset[str]:
    """Return the names of the query parameters, those in a model included."""
    names: set[str] = set()
    for field in route.dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names |= {part.alias or name for name, part in kind.model_fields.items()}
        else:
            names.add(field.alias)
    return frozenset(names)

"""What the caller may do with a resource, in SQL: `allowed_actions`, from policy rows and states.

Policy and rules decide when the act comes; what is said here is held to them by tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Text,
    case,
    func,
    not_,
    or_,
    true,
)

from chassis.identity import Scoped
from chassis.perimeters import Dimensions, inside
from chassis.statements import CALLER, bound, code, json_of
from chassis.workflow import Step

Unless = tuple[ColumnElement[bool], str]
"""When an act is refused, and the code of the refusal."""

CALLER_ID = bound(CALLER, Text)
"""The caller's organisation."""


@dataclass(frozen=True, eq=False)
class Action:
    """An operation on a resource, `place` below its path, refused for the first true of `unless`.

    What its policy row refuses comes before. `path` is said where it is not that of the resource.
    """

    operation: str
    row: Scoped
    place: str
    unless: tuple[Unless, ...] = ()
    path: ColumnElement[str] | None = None


def offered(
    actions: Sequence[Action], *, path: ColumnElement[str], perimeter: Dimensions | None = None
) -> ColumnElement[object]:
    """Return the JSON array of `allowed_actions` of the resource at `path`.

    `perimeter` says where it lies; without it the rows' dimensions are left to `unless`.
    """
    return func.json_build_array(*[_shown(action, path, perimeter) for action in actions])


def not_from(status: ColumnElement[str], step: Step) -> Unless:
    """Return the refusal of an act from other statuses than those of its step."""
    return status.not_in([code(source) for source in sorted(step.sources)]), "illegal-transition"


def tagged(
    version: ColumnElement[int], kept: ColumnElement[str], *, standing: ColumnElement[str]
) -> ColumnElement[str]:
    """Return the version of a resource for its tag, with the status that time gave it.

    No version counts such a change, and who asks again with the tag of before must see it.
    """
    return func.concat_ws(code("-"), version, func.nullif(standing, kept))


def _shown(
    action: Action, path: ColumnElement[str], perimeter: Dimensions | None
) -> ColumnElement[object]:
    row = action.row
    unless = [(_STRANGER, "unauthenticated"), (_lacks(row.scope), "forbidden")]
    if row.within and perimeter is not None:
        unless.append((not_(_reaches(row, perimeter)), "outside-perimeter"))
    reason = case(*[(condition, code(name)) for condition, name in (*unless, *action.unless)])
    base = path if action.path is None else action.path
    href = base.concat(code(f"/{action.place}")) if action.place else base
    return json_of(
        action=code(action.operation), href=href, allowed=reason.is_(None), reason=reason
    )


_STRANGER = code("public") == CALLER_ID


def _lacks(scope: str) -> ColumnElement[bool]:
    return not_(code(scope) == func.any(bound(f"{CALLER}_scopes", ARRAY(Text))))


def _reaches(row: Scoped, perimeter: Dimensions) -> ColumnElement[bool]:
    """Whether the row lets this caller change the resource: `Scoped.limits`, in SQL."""
    ways: list[ColumnElement[bool]] = [inside(perimeter, row.within, of=f"{CALLER}_in").is_(true())]
    if row.whole:
        kinds = [code(kind) for kind in sorted(row.whole)]
        ways.append(bound(f"{CALLER}_kind", Text).in_(kinds))
    if row.open_everywhere:
        ways.append(bound(f"{CALLER}_everywhere", Boolean))
    return or_(*ways)

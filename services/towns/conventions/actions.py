"""What the caller may do with a convention, in SQL; rules decide, a test holds both together."""

from sqlalchemy import ColumnElement, Text, cast, literal_column

from chassis.actions import Action, Unless, not_from, offered
from chassis.statements import code
from services.towns.conventions import policy
from services.towns.conventions.foretold import NO_LOCAL_PARTY, SIGNATURE
from services.towns.conventions.places import OF_CONVENTIONS, opened
from services.towns.conventions.rules import CHANGEABLE, STEPS
from services.towns.conventions.tables import convention

PATH: ColumnElement[str] = literal_column("'/v1/conventions/'").concat(cast(convention.c.id, Text))
"""Of a convention."""

_status = opened.c.status
_NOTHING: Unless = (_status.is_(None), "nothing-in-preparation")
_SETTLED: Unless = (
    _status.not_in([code(status) for status in sorted(CHANGEABLE)]),
    "text-is-settled",
)
_UNSIGNED: Unless = (convention.c.signed_on.is_(None), "convention-not-signed")
_NOT_SIGNED: Unless = (convention.c.signed_on.is_(None), "cnam-action-not-ready")
_BUSY: Unless = (_status.is_not(None), "already-in-preparation")


def _step(act: str) -> Unless:
    return not_from(_status, STEPS[act])


ACTIONS = offered(
    (
        Action("change_convention_draft", policy.WRITE, "draft", (_NOTHING, _SETTLED)),
        *(
            Action(act, row, place, (_NOTHING, _step(act), *foretold))
            for act, row, place, foretold in (
                ("observe_convention", policy.OBSERVE, "observation", ()),
                ("deliberate_convention", policy.WRITE, "deliberation", (NO_LOCAL_PARTY,)),
                ("sign_convention", policy.SIGN, "signature", SIGNATURE),
                ("abandon_convention", policy.WRITE, "abandonment", ()),
            )
        ),
        Action("waive_convention_guard", policy.SIGN, "waivers", (_NOTHING,)),
        Action("amend_convention", policy.WRITE, "amendments", (_UNSIGNED, _BUSY)),
        Action("write_cnam_action", policy.WRITE, "cnam-actions", (_NOT_SIGNED,)),
    ),
    path=PATH,
    perimeter=OF_CONVENTIONS,
)
"""Of a row of `WITH_OPENED`."""

"""What the caller may do about decisions, in SQL, from the same rows and steps as the acts."""

from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, literal_column, or_, select

from chassis.actions import CALLER_ID, Action, Unless, not_from, offered
from chassis.statements import CALLER, bound, code
from services.towns.applications.actions import PATH
from services.towns.applications.places import OF_APPLICATIONS, row
from services.towns.applications.rules import STEPS as STEPS_OF_BIDS
from services.towns.applications.tables import Application
from services.towns.calls.tables import CallBody
from services.towns.decisions.places import OF_DECISIONS, OF_PLANS, decision
from services.towns.decisions.policy import DECIDE, EXAMINE, PROPOSE
from services.towns.decisions.rules import PLANNED, STANDING, STEPS
from services.towns.decisions.tables import Decision, SupportPlan
from services.towns.panel.actions import PARTY, call, said
from services.towns.panel.tables import PanelOpinion

DECISION_PATH: ColumnElement[str] = literal_column("'/v1/decisions/'", Text).concat(
    cast(decision.id, Text)
)
SHOWN: ColumnElement[str] = case(
    (~PARTY & (decision.status == code("revocation-proposed")), code("decided")),
    else_=decision.status,
)
"""The status of a decision for the caller."""

_body = CallBody.__table__.c
_CNAM = code("cnam_national")


def _same_party(by: ColumnElement[Any], kind: ColumnElement[Any]) -> Unless:
    same = (bound(f"{CALLER}_kind", Text) == _CNAM) == (kind == _CNAM)
    return or_(same, by == CALLER_ID), "same-party"


OPINIONS_COUNT: ColumnElement[Any] = (
    select(func.count())
    .select_from(CallBody.__table__)
    .where(_body.call_id == row.call_id, said(PanelOpinion.__table__, _body.body))
    .correlate(Application.__table__)
    .scalar_subquery()
)
"""How many bodies gave an opinion on the bid that counts."""

_CANCELLED: Unless = (call.status == code("cancelled"), "call-cancelled")
_NO_QUORUM: Unless = (
    func.coalesce(call.quorum > OPINIONS_COUNT, literal_column("true")),
    "quorum-not-reached",
)
_UNDECIDABLE: Unless = not_from(row.status, STEPS_OF_BIDS["select_application"])
_NOTIFIED: Unless = (decision.notified_at.is_not(None), "already-notified")
_BY_OTHER = _same_party(decision.proposed_by, decision.proposed_kind)
_REVOKED_BY_OTHER = _same_party(decision.revocation_by, decision.revocation_kind)

OF_DECISION = offered(
    [
        Action(act, DECIDE, place, (not_from(SHOWN, STEPS[act]), *unless))
        for act, place, unless in (
            ("confirm_decision", "confirmation", (_BY_OTHER, _CANCELLED, _NO_QUORUM, _UNDECIDABLE)),
            ("abandon_decision", "abandonment", ()),
            ("correct_decision", "corrections", ()),
            ("notify_decision", "notification", (_NOTIFIED,)),
            ("revoke_decision", "revocation", ()),
            ("confirm_revocation", "revocation-confirmation", (_REVOKED_BY_OTHER,)),
            ("abandon_revocation", "revocation-abandonment", ()),
        )
    ],
    path=DECISION_PATH,
    perimeter=OF_DECISIONS,
)
"""Of a decision joined to its bid and its call."""

_standing = Decision.__table__.alias("standing")
_STANDS: Unless = (
    select(_standing.c.id)
    .where(
        _standing.c.application_id == row.id,
        _standing.c.status.in_([code(status) for status in sorted(STANDING)]),
    )
    .correlate(Application.__table__)
    .exists(),
    "decision-stands",
)
_plan = SupportPlan.__table__
_PLAN_EXISTS: Unless = (
    select(_plan.c.application_id)
    .where(_plan.c.application_id == row.id)
    .correlate(Application.__table__)
    .exists(),
    "support-plan-exists",
)
_PLAN_CLOSED: Unless = (
    row.status.not_in([code(status) for status in sorted(PLANNED)]),
    "support-plan-closed",
)

OF_BID = offered(
    (
        Action("send_application_message", EXAMINE, "messages"),
        Action("write_support_plan", EXAMINE, "support-plan", (_PLAN_EXISTS, _PLAN_CLOSED)),
        Action("propose_decision", PROPOSE, "decision", (_UNDECIDABLE, _STANDS, _CANCELLED)),
    ),
    path=PATH,
    perimeter=OF_APPLICATIONS,
)
"""Of a bid joined to its call."""

OF_PLAN = offered(
    (Action("change_support_plan", EXAMINE, "support-plan", (_PLAN_CLOSED,)),),
    path=PATH,
    perimeter=OF_PLANS,
)
"""Of a bid."""

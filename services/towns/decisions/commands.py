"""How the parties decide on bids: one proposes, the other confirms."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func

from chassis.database import WriteSession
from chassis.events import Event, record
from chassis.identifiers import uuid7
from chassis.identity import Principal, Reach
from chassis.workflow import moved
from services.towns.applications.held import held as held_bid
from services.towns.calls.terms import hold_terms
from services.towns.decisions import events, outcomes, rules
from services.towns.decisions.errors import DecisionStands
from services.towns.decisions.held import (
    TO_PARTIES,
    Held,
    held,
    last_text,
    next_number,
    stands,
)
from services.towns.decisions.places import place_of_decision
from services.towns.decisions.plans import planned
from services.towns.decisions.tables import Decision, DecisionText
from services.towns.panel.held import conflicts, opined
from services.towns.panel.rules import check_quorum, counted


class Written(NamedTuple):
    """A decision as an act left it."""

    id: UUID
    application_id: UUID
    outcome: str
    status: str
    version: int


async def propose(
    session: WriteSession,
    application_id: UUID,
    *,
    asked: rules.Proposal,
    caller: Principal,
    reach: Reach,
) -> Written:
    """Propose a decision on a bid to the other party."""
    application = await held_bid(session, application_id, reach=reach)
    outcomes.after(application.status, asked.outcome)
    if await stands(session, application_id):
        raise DecisionStands
    terms = await hold_terms(session, application.call_id)
    has_plan = await planned(session, application_id)
    rules.check_proposal(asked, call_status=terms.status, planned=has_plan, now=terms.now)
    decision = Decision(
        id=uuid7(),
        application_id=application_id,
        number=await next_number(session, application_id),
        outcome=asked.outcome,
        status="proposed",
        embargo_until=asked.embargo_until,
        late_motive=asked.late_motive,
        ruleset_sha256=str(terms.ruleset_sha256),
        submitted_number=application.submitted_number,
        proposed_by=caller.organisation,
        proposed_kind=caller.kind,
        version=1,
    )
    session.add(decision)
    await session.flush()
    _write(session, decision, number=1, motive=asked.motive, reason=None, by=caller)
    return await _between(session, decision, events.DecisionProposed)


async def confirm(
    session: WriteSession, decision_id: UUID, *, caller: Principal, reach: Reach
) -> Written:
    """Take the decision that the other party proposed, if the quorum is reached."""
    found = await held(session, decision_id, reach=reach)
    decision, terms = found.decision, found.terms
    status = moved(rules.STEPS, decision.status, act="confirm_decision")
    proposed_by = rules.Actor(decision.proposed_by, decision.proposed_kind)
    rules.check_other_party(proposed_by, _actor(caller))
    rules.check_call(terms.status)
    given = counted(
        await opined(session, decision.application_id),
        await conflicts(session, decision.application_id),
    )
    check_quorum(given, terms.quorum)
    decided = outcomes.Outcome(
        decision.outcome,
        motive=(await last_text(session, decision_id)).motive,
        by=caller.organisation,
        decided_at=terms.now,
        told_at=rules.told_at(terms.now, decision.embargo_until),
    )
    await outcomes.put(session, found.application, decided)
    decision.status, decision.decided_at = status, terms.now
    decision.confirmed_by, decision.confirmed_kind = caller.organisation, caller.kind
    decision.opinions_count, decision.quorum = given, terms.quorum
    sha256 = decision.ruleset_sha256
    return await _told(session, decision, events.DecisionTaken, ruleset_sha256=sha256)


async def abandon(
    session: WriteSession, decision_id: UUID, *, motive: str, caller: Principal, reach: Reach
) -> Written:
    """Give a proposal up: either party may, the proposal is kept."""
    found = await held(session, decision_id, reach=reach)
    decision = found.decision
    decision.status = moved(rules.STEPS, decision.status, act="abandon_decision")
    decision.abandoned_by, decision.abandonment_motive = caller.organisation, motive
    decision.abandoned_at = found.terms.now
    decision.version += 1
    decision.updated_at = func.now()
    return await _between(session, decision, events.DecisionAbandoned)


async def correct(
    session: WriteSession,
    decision_id: UUID,
    *,
    motive: str,
    reason: str,
    caller: Principal,
    reach: Reach,
) -> Written:
    """Write the motives of a decision anew; who was notified stays so, earlier texts are kept."""
    decision = (await held(session, decision_id, reach=reach)).decision
    decision.status = moved(rules.STEPS, decision.status, act="correct_decision")
    number = (await last_text(session, decision_id)).number + 1
    _write(session, decision, number=number, motive=motive, reason=reason, by=caller)
    return await _told(session, decision, events.DecisionCorrected)


async def notify(
    session: WriteSession, decision_id: UUID, *, caller: Principal, reach: Reach
) -> Written:
    """Record that the carrier is notified: it may know of the decision from now on."""
    found = await held(session, decision_id, reach=reach)
    decision = found.decision
    decision.status = moved(rules.STEPS, decision.status, act="notify_decision")
    rules.check_notification(decision.notified_at)
    decision.notified_by, decision.notified_at = caller.organisation, found.terms.now
    return await _told(session, decision, events.DecisionNotified)


async def propose_revocation(
    session: WriteSession, decision_id: UUID, *, motive: str, caller: Principal, reach: Reach
) -> Written:
    """Propose to the other party to revoke a decision; readers are shown nothing of it."""
    decision = (await held(session, decision_id, reach=reach)).decision
    decision.status = moved(rules.STEPS, decision.status, act="revoke_decision")
    decision.revocation_by, decision.revocation_kind = caller.organisation, caller.kind
    decision.revocation_motive = motive
    return await _between(session, decision, events.RevocationProposed)


async def confirm_revocation(
    session: WriteSession, decision_id: UUID, *, caller: Principal, reach: Reach
) -> Written:
    """Revoke a decision as the other party proposed: it stays readable, its bid is examined."""
    found = await held(session, decision_id, reach=reach)
    decision, now = found.decision, found.terms.now
    status = moved(rules.STEPS, decision.status, act="confirm_revocation")
    rules.check_other_party(_revoking(found), _actor(caller))
    await outcomes.take_back(
        session,
        found.application,
        motive=str(decision.revocation_motive),
        by=caller.organisation,
        now=now,
    )
    decision.status, decision.revoked_at = status, now
    decision.revoked_by, decision.revoked_kind = caller.organisation, caller.kind
    return await _told(session, decision, events.DecisionRevoked)


async def abandon_revocation(session: WriteSession, decision_id: UUID, *, reach: Reach) -> Written:
    """Give the proposal to revoke a decision up: either party may."""
    decision = (await held(session, decision_id, reach=reach)).decision
    decision.status = moved(rules.STEPS, decision.status, act="abandon_revocation")
    decision.revocation_by = decision.revocation_kind = decision.revocation_motive = None
    return await _between(session, decision, events.RevocationAbandoned)


def _actor(caller: Principal) -> rules.Actor:
    return rules.Actor(caller.organisation, caller.kind)


def _revoking(found: Held) -> rules.Actor:
    return rules.Actor(str(found.decision.revocation_by), str(found.decision.revocation_kind))


def _write(
    session: WriteSession,
    decision: Decision,
    *,
    number: int,
    motive: str,
    reason: str | None,
    by: Principal,
) -> None:
    session.add(
        DecisionText(
            decision_id=decision.id,
            number=number,
            motive=motive,
            reason=reason,
            organisation=by.organisation,
        )
    )


def _written(decision: Decision) -> Written:
    return Written(*[getattr(decision, name) for name in Written._fields])


async def _between(session: WriteSession, decision: Decision, fact: type[Event]) -> Written:
    """Tell the parties what nobody else may know of."""
    said = {"id": decision.id, "application_id": decision.application_id}
    await record(session, fact(**said), place=TO_PARTIES)
    return _written(decision)


async def _told(
    session: WriteSession, decision: Decision, fact: type[Event], **more: str
) -> Written:
    """Count what an act changed, and tell it those who may know of the decision now."""
    decision.version += 1
    decision.updated_at = func.now()
    await session.flush()
    written = _written(decision)
    facts = {name: value for name, value in written._asdict().items() if name != "status"}
    place = await place_of_decision(session, decision.id)
    await record(session, fact(**facts, **more), place=place)
    return written

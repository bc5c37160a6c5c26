"""What bodies of panels do: stand aside, score, give their opinion."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from chassis.database import WriteSession
from chassis.events import record
from chassis.identity import Principal, Reach
from services.towns.panel import rules
from services.towns.panel.errors import ConflictAlreadyDeclared
from services.towns.panel.events import ApplicationScored, ConflictDeclared, OpinionGiven
from services.towns.panel.held import Held, conflicts, held, next_revision
from services.towns.panel.tables import PanelConflict, PanelOpinion, PanelScore, PanelSheet


class Written(NamedTuple):
    """What a body said."""

    application_id: UUID
    body: str
    revision: int


class Score(NamedTuple):
    """The points of one criterion, and what they rest on."""

    criterion: str
    points: int
    comment: str
    evidence: str | None


async def declare_conflict(
    session: WriteSession, application_id: UUID, *, reason: str, caller: Principal, reach: Reach
) -> Written:
    """Let a body stand aside: what it said of the bid is kept and counts no more."""
    found = await held(session, application_id, caller=caller, reach=reach)
    rules.check_assessed(found.status)
    if found.body in await conflicts(session, application_id):
        raise ConflictAlreadyDeclared
    session.add(
        PanelConflict(
            application_id=application_id,
            body=found.body,
            reason=reason,
            organisation=found.organisation,
        )
    )
    fact = ConflictDeclared(application_id=application_id, body=found.body)
    await record(session, fact, place=found.place)
    return Written(application_id, found.body, 1)


async def score(
    session: WriteSession,
    application_id: UUID,
    *,
    scores: Sequence[Score],
    caller: Principal,
    reach: Reach,
) -> Written:
    """Keep the sheet of a body, beside those that it handed in before."""
    found = await _speaking(session, application_id, caller=caller, reach=reach)
    terms = found.terms
    rules.check_scoring(terms.status, due_at=terms.scores_due_at, now=terms.now)
    grid = [rules.Criterion(one.code, one.weight, one.scale_max) for one in terms.criteria]
    worth = rules.total(grid, [(one.criterion, one.points) for one in scores])
    written = Written(application_id, found.body, await next_revision(session, PanelSheet, found))
    session.add(
        PanelSheet(
            **written._asdict(),
            submitted_number=found.application.submitted_number,
            ruleset_sha256=found.sha256,
            numerator=worth.numerator,
            denominator=worth.denominator,
            organisation=found.organisation,
        )
    )
    await session.flush()
    session.add_all([PanelScore(**written._asdict(), **one._asdict()) for one in scores])
    await record(session, ApplicationScored(**written._asdict()), place=found.place)
    return written


async def give_opinion(
    session: WriteSession,
    application_id: UUID,
    *,
    opinion: str,
    motive: str,
    caller: Principal,
    reach: Reach,
) -> Written:
    """Keep the opinion of a body, beside those that it gave before."""
    found = await _speaking(session, application_id, caller=caller, reach=reach)
    terms = found.terms
    rules.check_opinion(terms.status, due_at=terms.opinions_due_at, now=terms.now)
    written = Written(application_id, found.body, await next_revision(session, PanelOpinion, found))
    session.add(
        PanelOpinion(
            **written._asdict(),
            submitted_number=found.application.submitted_number,
            opinion=opinion,
            motive=motive,
            organisation=found.organisation,
        )
    )
    await record(session, OpinionGiven(**written._asdict()), place=found.place)
    return written


async def _speaking(
    session: WriteSession, application_id: UUID, *, caller: Principal, reach: Reach
) -> Held:
    found = await held(session, application_id, caller=caller, reach=reach)
    rules.check_assessed(found.status)
    rules.check_impartial(found.body, await conflicts(session, application_id))
    return found

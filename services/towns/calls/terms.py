"""What a bid has to know of its call: the window, the rules in force and their hash, the panel.

Other aggregates of the service ask here, within the transaction of their own act; who bids is
judged by `rules.admissible`, what is missing by `rules.missing_evidence`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.database import WriteSession
from services.towns.calls.errors import CallNotFound
from services.towns.calls.held import Lock, held, last_ruleset
from services.towns.calls.rules import Body, Criterion, Evidence, Window


@dataclass(frozen=True, slots=True)
class Terms:
    """A call that was published once, for those who bid, score and decide.

    `status` is that of `now`; `ruleset_sha256` and the rules are of the rule set in force, null and
    empty for the waves of the past, whose rules are not known. `panel` names the organisation of a
    body once it is attached; `quorum` counts bodies. A call of mode `test` counts nowhere.
    """

    call_id: UUID
    wave: int | None
    mode: str
    status: str
    window: Window
    ruleset_number: int | None
    ruleset_sha256: str | None
    criteria: tuple[Criterion, ...]
    evidence: tuple[Evidence, ...]
    panel: tuple[Body, ...]
    quorum: int | None
    scores_due_at: datetime | None
    opinions_due_at: datetime | None
    decisions_expected_on: date | None
    now: datetime

    @property
    def required_evidence(self) -> tuple[str, ...]:
        """The codes of what a bid must bring, in the order of the rules."""
        return tuple(item.code for item in self.evidence if item.required)

    def body_of(self, organisation: str) -> Body | None:
        """Return the body of the panel that an organisation is, if it is one."""
        return next((body for body in self.panel if body.organisation_id == organisation), None)


async def read_terms(session: WriteSession, call_id: UUID) -> Terms:
    """Return the terms of a call as they are now; they may change before the transaction ends.

    Raises:
        CallNotFound: none that was published has this id.
    """
    return await _terms(session, call_id, lock="none")


async def hold_terms(session: WriteSession, call_id: UUID) -> Terms:
    """Return the terms of a call, which nobody changes until the transaction ends.

    Others may hold them at the same time: for scores, opinions and decisions.

    Raises:
        CallNotFound: none that was published has this id.
    """
    return await _terms(session, call_id, lock="shared")


async def lock_terms(session: WriteSession, call_id: UUID) -> Terms:
    """Return the terms of a call, one transaction at a time.

    For what is counted over all the bids of a call: those from outside the programme.

    Raises:
        CallNotFound: none that was published has this id.
    """
    return await _terms(session, call_id, lock="alone")


async def _terms(session: WriteSession, call_id: UUID, *, lock: Lock) -> Terms:
    found = await held(session, call_id, lock=lock)
    call, rules = found.call, found.details()
    if call.published_at is None and call.source_url is None:
        raise CallNotFound
    ruleset = await last_ruleset(session, call_id)
    return Terms(
        call_id=call.id,
        wave=call.wave,
        mode=call.mode,
        status=found.standing,
        window=Window(
            call.status,
            opens_at=call.opens_at,
            priority_ends_at=call.priority_ends_at,
            closes_at=call.closes_at,
            outside_quota=call.outside_quota,
        ),
        ruleset_number=None if ruleset is None else ruleset.number,
        ruleset_sha256=None if ruleset is None else ruleset.sha256,
        criteria=rules.criteria,
        evidence=rules.evidence,
        panel=rules.panel,
        quorum=rules.quorum,
        scores_due_at=rules.scores_due_at,
        opinions_due_at=rules.opinions_due_at,
        decisions_expected_on=rules.decisions_expected_on,
        now=found.now,
    )

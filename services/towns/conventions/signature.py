"""The signature of a version: deliberations, guards and days are in order, or it is refused."""

from datetime import date
from typing import Any
from uuid import UUID

from chassis.database import WriteSession
from chassis.identity import Reach
from chassis.workflow import moved
from services.towns.conventions import rules
from services.towns.conventions.checks import check_days
from services.towns.conventions.commands import Written, kept
from services.towns.conventions.errors import AnotherConventionSigned
from services.towns.conventions.events import ConventionSigned
from services.towns.conventions.held import Held, held, lock_town, signed_convention, waived
from services.towns.conventions.tables import ConventionVersion


async def sign(
    session: WriteSession,
    convention_id: UUID,
    *,
    reach: Reach,
    signed_on: date,
    effective_on: date | None,
) -> Written:
    """Note that all parties signed: the text is final, and open data."""
    found = await held(session, convention_id, reach=reach)
    draft, content = found.draft, found.draft.content or {}
    status = moved(rules.STEPS, draft.status, act="sign_convention")
    effect = effective_on or signed_on
    _check_days(found, draft, signed_on=signed_on, effective_on=effect)
    rules.check_deliberations(rules.parties(content), by=signed_on)
    signing = await _signing(session, found, draft=draft, signed_on=signed_on)
    rules.check_guards(signing, waived=await waived(session, draft.id))
    if found.base is None:
        await _check_alone(session, found)
        found.convention.signed_on = signed_on
    draft.prolonged = (found.base is not None and found.base.prolonged) or rules.prolongs(
        draft.purpose, ends_on=draft.ends_on, base_ends_on=signing.base_ends_on
    )
    draft.status, draft.signed_on, draft.effective_on = status, signed_on, effect
    return await kept(session, found.convention, draft=draft, event=ConventionSigned)


async def _check_alone(session: WriteSession, found: Held) -> None:
    """Let one convention a phase be signed; the row of the town serialises those of a town."""
    convention = found.convention
    await lock_town(session, convention.acv_id)
    other = await signed_convention(session, convention.acv_id, phase=convention.phase)
    if other is not None:
        raise AnotherConventionSigned


def _check_days(
    found: Held, draft: ConventionVersion, *, signed_on: date, effective_on: date
) -> None:
    base = found.base.effective_on if found.base else None
    signed, effective = [(signed_on, found.today)], [(signed_on, effective_on)]
    signed += [(draft.observed_on, signed_on)] if draft.observed_on else []
    effective += [(base, effective_on)] if base else []
    check_days({"/signed_on": signed, "/effective_on": effective})


async def _signing(
    session: WriteSession, found: Held, *, draft: ConventionVersion, signed_on: date
) -> rules.Signing:
    content: dict[str, Any] = draft.content or {}
    ort = content["ort"] or {}
    earlier = await signed_convention(session, found.convention.acv_id, phase="acv1")
    projects = [one for one in found.versions if one.purpose == "project" and one.validated]
    return rules.Signing(
        phase=found.convention.phase,
        purpose=draft.purpose,
        stage=content["stage"],
        signed_on=signed_on,
        ends_on=draft.ends_on,
        confirmed_on=_day(content["confirmed_on"]),
        ort_status=ort.get("status"),
        ort_planned_on=_day(ort.get("planned_on")),
        base_ends_on=found.base.ends_on if found.base else None,
        project_validated=bool(projects),
        earlier_ends_on=earlier.ends_on if earlier else None,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)

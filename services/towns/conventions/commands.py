"""What happens to conventions: each act loads, decides, keeps, tells."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func

from chassis.database import WriteSession
from chassis.events import Event, record
from chassis.identifiers import uuid7
from chassis.identity import Limits, Place, Principal, Reach, refuse_outside
from chassis.preconditions import Condition
from chassis.workflow import moved
from services.towns.conventions import events, rules
from services.towns.conventions.checks import check_content, check_days
from services.towns.conventions.errors import (
    AlreadyInPreparation,
    ContentUnknown,
    ConventionNotSigned,
)
from services.towns.conventions.held import held
from services.towns.conventions.places import place_of_version
from services.towns.conventions.tables import Convention, ConventionVersion, ConventionWaiver
from services.towns.territories import place_of_town

Json = dict[str, Any]


class Written(NamedTuple):
    """A version as an act left it."""

    id: UUID
    acv_id: str
    number: int
    status: str
    version: int


async def create(
    session: WriteSession, acv_id: str, *, phase: str, content: Json, limits: Limits | None
) -> Written:
    """Begin the convention of a town."""
    place = await place_of_town(session, acv_id)
    refuse_outside(limits, place)
    check_content(content)
    convention = Convention(
        id=uuid7(), acv_id=acv_id, phase=phase, title=content["title"], version=1
    )
    session.add(convention)
    await session.flush()
    return await _drafted(session, convention, number=1, purpose="initial", content=content)


async def amend(
    session: WriteSession, convention_id: UUID, *, reach: Reach, purpose: str, content: Json | None
) -> Written:
    """Begin an amendment of a signed convention, from its last text unless another is sent."""
    found = await held(session, convention_id, reach=reach)
    base = found.base
    if base is None:
        raise ConventionNotSigned
    if found.preparing is not None:
        raise AlreadyInPreparation
    text = content or base.content
    if text is None:
        raise ContentUnknown
    check_content(text)
    return await _drafted(
        session, found.convention, number=base.number + 1, purpose=purpose, content=text
    )


async def _drafted(
    session: WriteSession, convention: Convention, *, number: int, purpose: str, content: Json
) -> Written:
    draft = ConventionVersion(
        id=uuid7(),
        convention_id=convention.id,
        number=number,
        purpose=purpose,
        status="draft",
        prolonged=False,
        version=1,
    )
    write(draft, content)
    session.add(draft)
    return await told(session, convention, draft=draft, event=events.ConventionDrafted)


async def change(
    session: WriteSession,
    convention_id: UUID,
    *,
    reach: Reach,
    seen: Condition,
    changed: Callable[[Json], Json],
) -> Written:
    """Change the text in preparation as `changed` says, if the caller saw it as it is."""
    found = await held(session, convention_id, reach=reach)
    draft = found.draft
    seen.met(draft.version)
    rules.check_changeable(draft.status)
    content = changed(draft.content or {})
    check_content(content)
    write(draft, content)
    return await kept(session, found.convention, draft=draft, event=events.ConventionDraftChanged)


class Observation(NamedTuple):
    """What the regional committee said."""

    observed_on: date
    observation: str
    validated: bool


async def observe(
    session: WriteSession, convention_id: UUID, *, reach: Reach, said: Observation
) -> Written:
    """Note what the regional committee said of the text."""
    found = await held(session, convention_id, reach=reach)
    draft = found.draft
    draft.status = moved(rules.STEPS, draft.status, act="observe_convention")
    check_days({"/observed_on": [(said.observed_on, found.today)]})
    draft.observed_on, draft.observation, draft.validated = said
    return await kept(session, found.convention, draft=draft, event=events.ConventionObserved)


async def deliberate(
    session: WriteSession, convention_id: UUID, *, reach: Reach, acts: Mapping[str, tuple[str, str]]
) -> Written:
    """Note the authorising acts; every local signatory must have one."""
    found = await held(session, convention_id, reach=reach)
    draft = found.draft
    draft.status = moved(rules.STEPS, draft.status, act="deliberate_convention")
    content = rules.with_acts(draft.content or {}, acts)
    rules.check_deliberations(rules.parties(content), by=found.today)
    write(draft, content)
    return await kept(session, found.convention, draft=draft, event=events.ConventionDeliberated)


async def abandon(
    session: WriteSession, convention_id: UUID, *, reach: Reach, reason: str
) -> Written:
    """Give up the text in preparation; it is kept, and another may be begun."""
    found = await held(session, convention_id, reach=reach)
    draft = found.draft
    place = await place_of_version(session, draft.id)
    draft.status = moved(rules.STEPS, draft.status, act="abandon_convention")
    fact = events.ConventionAbandoned
    return await kept(session, found.convention, draft=draft, event=fact, place=place, why=reason)


async def waive(
    session: WriteSession,
    convention_id: UUID,
    *,
    reach: Reach,
    guard: str,
    reason: str,
    author: Principal,
) -> Written:
    """Let the text in preparation be signed although a guard is not met: somebody answers."""
    found = await held(session, convention_id, reach=reach)
    draft = found.draft
    session.add(
        ConventionWaiver(
            id=uuid7(),
            version_id=draft.id,
            guard=guard,
            reason=reason,
            author=author.actor,
        )
    )
    fact = events.ConventionGuardWaived
    return await kept(session, found.convention, draft=draft, event=fact, guard=guard)


def write(draft: ConventionVersion, content: Json) -> None:
    """Put a text into a version, beside what the database compares."""
    draft.content = content
    draft.ends_on = content["ends_on"] and date.fromisoformat(content["ends_on"])
    named = [party["organisation_id"] for party in content["parties"]]
    draft.organisations = sorted({organisation for organisation in named if organisation})


async def kept(
    session: WriteSession,
    convention: Convention,
    *,
    draft: ConventionVersion,
    event: type[Event],
    place: Place | None = None,
    **more: Any,
) -> Written:
    """Count an act on the version in preparation, and tell it.

    The convention itself counts what its readers see: nothing of an amendment before it is signed.
    """
    draft.version += 1
    draft.updated_at = func.now()
    if draft.number == 1 or draft.status == "signed":
        convention.title = (draft.content or {}).get("title", convention.title)
        convention.version += 1
        convention.updated_at = func.now()
    return await told(session, convention, draft=draft, event=event, place=place, **more)


async def told(
    session: WriteSession,
    convention: Convention,
    *,
    draft: ConventionVersion,
    event: type[Event],
    place: Place | None = None,
    **more: Any,
) -> Written:
    """Tell of a version those who may know of it now, or who lie at `place`."""
    await session.flush()
    where = place or await place_of_version(session, draft.id)
    written = Written(convention.id, convention.acv_id, draft.number, draft.status, draft.version)
    facts = {name: value for name, value in written._asdict().items() if name != "status"}
    await record(session, event(**facts, **more), place=where)
    return written

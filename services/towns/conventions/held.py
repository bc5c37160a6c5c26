"""What an act on a convention holds while it lasts: its row, and the versions that matter."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from chassis.clock import today
from chassis.database import WriteSession
from chassis.identity import Reach
from services.towns.conventions.errors import ConventionNotFound, NothingInPreparation
from services.towns.conventions.places import place_of_convention
from services.towns.conventions.tables import Convention, ConventionVersion, ConventionWaiver
from services.towns.tables import Town


@dataclass(frozen=True, slots=True)
class Held:
    """A convention that nobody else changes meanwhile, and its versions but the abandoned ones."""

    convention: Convention
    versions: list[ConventionVersion]
    today: date

    @property
    def base(self) -> ConventionVersion | None:
        """The last version that was signed."""
        signed = [one for one in self.versions if one.status == "signed"]
        return signed[-1] if signed else None

    @property
    def preparing(self) -> ConventionVersion | None:
        """The version in preparation."""
        return next((one for one in self.versions if one.status != "signed"), None)

    @property
    def draft(self) -> ConventionVersion:
        """The version in preparation.

        Raises:
            NothingInPreparation: there is none.
        """
        if self.preparing is None:
            raise NothingInPreparation
        return self.preparing


async def held(session: WriteSession, convention_id: UUID, *, reach: Reach) -> Held:
    """Lock a convention within the caller's reach: one act on it at a time.

    Raises:
        ConventionNotFound: none that the caller may know of has this id.
        OutsidePerimeter: the caller may know of it only.
    """
    asked = select(Convention).where(Convention.id == convention_id)
    convention = await session.scalar(asked.with_for_update(key_share=True))
    if convention is None:
        raise ConventionNotFound
    reach.check(await place_of_convention(session, convention_id), missing=ConventionNotFound)
    kept = (
        select(ConventionVersion)
        .where(ConventionVersion.convention_id == convention_id)
        .where(ConventionVersion.status != "abandoned")
        .order_by(ConventionVersion.number)
    )
    return Held(convention, list(await session.scalars(kept)), await today(session))


async def waived(session: WriteSession, version_id: UUID) -> set[str]:
    """Return the guards that somebody lifted for a version."""
    asked = select(ConventionWaiver.guard).where(ConventionWaiver.version_id == version_id)
    return set(await session.scalars(asked))


async def lock_town(session: WriteSession, acv_id: str) -> None:
    """Let nobody else sign a convention of the town until the transaction ends."""
    await session.execute(
        select(Town.acv_id).where(Town.acv_id == acv_id).with_for_update(key_share=True)
    )


async def signed_convention(
    session: WriteSession, acv_id: str, *, phase: str
) -> ConventionVersion | None:
    """Return the last signed version of the town's convention in a phase."""
    asked = (
        select(ConventionVersion)
        .join(Convention, ConventionVersion.convention_id == Convention.id)
        .where(Convention.acv_id == acv_id, Convention.phase == phase)
        .where(ConventionVersion.status == "signed")
        .order_by(ConventionVersion.number.desc())
        .limit(1)
    )
    return await session.scalar(asked)

"""What happens to conventions, told to those who may read them.

ConventionDrafted      a version is in preparation: the initial text, or an amendment
ConventionDraftChanged the text in preparation says something else
ConventionObserved     the regional committee gave its observations
ConventionDeliberated  every local signatory has its authorising act
ConventionSigned       a version is signed: open data from now on
ConventionListed       an official list tells of a signed convention, or of another day
ConventionAbandoned    a text in preparation is given up
ConventionGuardWaived  a guard will not stop a signature, and somebody answers for it
ConventionActionWritten  an action sheet of a signed version is that of a Cnam site
"""

from typing import ClassVar
from uuid import UUID

from chassis.events import Event
from chassis.identity import Scoped
from services.towns.conventions.policy import READ


class _OfConvention(Event):
    """Something happened to a convention: to the version of this number."""

    audience: ClassVar[Scoped | None] = READ

    id: UUID
    acv_id: str
    number: int
    version: int

    @property
    def subject(self) -> str:
        """The convention."""
        return f"conventions/{self.id}"


class ConventionDrafted(_OfConvention):
    """A version is in preparation."""

    name: ClassVar[str] = "fr.acdt.towns.convention.drafted.v1"


class ConventionDraftChanged(_OfConvention):
    """The text in preparation says something else."""

    name: ClassVar[str] = "fr.acdt.towns.convention.draft-changed.v1"


class ConventionObserved(_OfConvention):
    """The regional committee gave its observations."""

    name: ClassVar[str] = "fr.acdt.towns.convention.observed.v1"


class ConventionDeliberated(_OfConvention):
    """Every local signatory has its authorising act."""

    name: ClassVar[str] = "fr.acdt.towns.convention.deliberated.v1"


class ConventionSigned(_OfConvention):
    """A version is signed."""

    name: ClassVar[str] = "fr.acdt.towns.convention.signed.v1"


class ConventionAbandoned(_OfConvention):
    """A text in preparation is given up; the reason is a word of a closed list."""

    name: ClassVar[str] = "fr.acdt.towns.convention.abandoned.v1"

    why: str


class ConventionGuardWaived(_OfConvention):
    """A guard will not stop a signature."""

    name: ClassVar[str] = "fr.acdt.towns.convention.guard-waived.v1"

    guard: str


class ConventionListed(_OfConvention):
    """An official list tells of a signed convention; anyone may know."""

    name: ClassVar[str] = "fr.acdt.towns.convention.listed.v1"
    audience: ClassVar[Scoped | None] = None


class ConventionActionWritten(_OfConvention):
    """An action sheet of a signed version is that of a Cnam site; anyone may know."""

    name: ClassVar[str] = "fr.acdt.towns.convention.cnam-action-written.v1"
    audience: ClassVar[Scoped | None] = None

    site_id: UUID
    action_number: str

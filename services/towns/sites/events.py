"""What the sites tell others: all of it is open data.

SiteListed           a public source tells of a site, or something else of it
SiteAnnounced        the Cnam announces a site
SiteChanged          a site describes itself otherwise
SitePrepared         a site is in preparation
SitePremisesAdded    a site in preparation has premises, or other ones
SiteOpened           a site is open
SiteSuspended        a site does not receive for a while
SiteResumed          a suspended site is open again
SiteRelocated        a site is open in other premises
SiteClosed           a site will not be open any more
"""

from typing import ClassVar
from uuid import UUID

from chassis.events import Event


class _OfSite(Event):
    """Something happened to a site."""

    id: UUID
    insee_code: str
    status: str
    version: int

    @property
    def subject(self) -> str:
        """The site."""
        return f"sites/{self.id}"


class SiteListed(_OfSite):
    """A public source tells of a site, or something else of it."""

    name: ClassVar[str] = "fr.acdt.towns.site.listed.v1"


class SiteAnnounced(_OfSite):
    """The Cnam announces a site."""

    name: ClassVar[str] = "fr.acdt.towns.site.announced.v1"


class SiteChanged(_OfSite):
    """A site describes itself otherwise."""

    name: ClassVar[str] = "fr.acdt.towns.site.changed.v1"


class SitePrepared(_OfSite):
    """A site is in preparation."""

    name: ClassVar[str] = "fr.acdt.towns.site.prepared.v1"


class SitePremisesAdded(_OfSite):
    """A site in preparation has premises, or other ones."""

    name: ClassVar[str] = "fr.acdt.towns.site.premises-added.v1"


class SiteOpened(_OfSite):
    """A site is open."""

    name: ClassVar[str] = "fr.acdt.towns.site.opened.v1"


class SiteSuspended(_OfSite):
    """A site does not receive for a while."""

    name: ClassVar[str] = "fr.acdt.towns.site.suspended.v1"


class SiteResumed(_OfSite):
    """A suspended site is open again."""

    name: ClassVar[str] = "fr.acdt.towns.site.resumed.v1"


class SiteRelocated(_OfSite):
    """A site is open in other premises."""

    name: ClassVar[str] = "fr.acdt.towns.site.relocated.v1"


class SiteClosed(_OfSite):
    """A site will not be open any more."""

    name: ClassVar[str] = "fr.acdt.towns.site.closed.v1"

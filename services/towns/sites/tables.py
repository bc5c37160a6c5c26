"""The sites of the Cnam at rest, their history and premises, and the facts that sources tell.

Triggers of the migration refuse to change what partners stated in history and premises; a fact that
a public source tells (`fact`) follows its source.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.towns.tables import Commune, Epci, Folded, Table, Town

STATUSES = "'announced', 'in-preparation', 'open', 'suspended', 'relocated', 'closed'"
_PLACE = "(lon IS NULL) = (lat IS NULL) AND lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90"
_CONFIDENCE = "confidence IN ('high', 'medium')"


def _dated(day: str) -> str:
    return f"({day} IS NULL) = (precision IS NULL) AND precision IN ('day', 'month', 'year')"


class CnamCentre(Table):
    """A regional centre of the Cnam: an official fact, with how far it is attested."""

    __tablename__ = "cnam_centre"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    region_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    zone: Mapped[str]
    seat_city: Mapped[str | None]
    seat_insee_code: Mapped[str | None]
    website: Mapped[str | None]
    evidence: Mapped[str]
    source: Mapped[str]


class SiteFact(Table):
    """What a public source tells of a site; `dated_on` is the first day of what it names.

    `selected_name` is that of the bid, where a source links them.
    """

    __tablename__ = "site_fact"

    fact: Mapped[str] = mapped_column(primary_key=True)
    selected_name: Mapped[str | None]
    insee_code: Mapped[str] = mapped_column(ForeignKey(Commune.insee_code), index=True)
    kind: Mapped[str]
    dated_on: Mapped[date | None]
    precision: Mapped[str | None]
    label: Mapped[str]
    premises_kind: Mapped[str | None]
    owner_kind: Mapped[str | None]
    owner: Mapped[str | None]
    address: Mapped[str | None]
    scheme: Mapped[str | None]
    confidence: Mapped[str]
    source_url: Mapped[str]


class Site(Table):
    """A site as it stands; its commune, address and point follow its premises.

    `since_on`, `precision`, `confidence` and `source_url` are of the status; without a source it
    is stated by the Cnam. `known_as` is what the facts call it. `application_id` and `call_id` are
    values until those tables are there.
    """

    __tablename__ = "site"
    __table_args__ = (
        CheckConstraint(f"status IN ({STATUSES})", "status_known"),
        CheckConstraint(_dated("since_on"), "since_whole"),
        CheckConstraint(_CONFIDENCE, "confidence_known"),
        CheckConstraint(_PLACE, "place_on_earth"),
        CheckConstraint("wave > 0", "wave_positive"),
        CheckConstraint("capacity_count > 0", "capacity_positive"),
        CheckConstraint(
            "status NOT IN ('open', 'suspended', 'relocated')"
            " OR source_url IS NOT NULL OR centre_code IS NOT NULL",
            "open_with_centre",
        ),
        Index(None, "updated_at", "id"),
        Index(None, "sort_name", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    sort_name: Mapped[Folded]
    words: Mapped[list[str]] = mapped_column(ARRAY(Text))
    insee_code: Mapped[str] = mapped_column(ForeignKey(Commune.insee_code), index=True)
    address: Mapped[str | None]
    lon: Mapped[float | None] = mapped_column(Double)
    lat: Mapped[float | None] = mapped_column(Double)
    application_id: Mapped[UUID | None] = mapped_column(index=True)
    call_id: Mapped[UUID | None]
    wave: Mapped[int | None] = mapped_column(SmallInteger)
    bidder_name: Mapped[str | None]
    bidder_acv_id: Mapped[str | None] = mapped_column(ForeignKey(Town.acv_id), index=True)
    bidder_insee_code: Mapped[str | None] = mapped_column(ForeignKey(Commune.insee_code))
    bidder_epci_siren: Mapped[str | None] = mapped_column(ForeignKey(Epci.siren))
    centre_code: Mapped[str | None] = mapped_column(ForeignKey(CnamCentre.code), index=True)
    host_organisation: Mapped[str | None]
    schemes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    rooms: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    equipment: Mapped[list[str]] = mapped_column(ARRAY(Text))
    capacity_count: Mapped[int | None]
    accessibility: Mapped[str | None]
    accessibility_note: Mapped[str | None]
    contacts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    note: Mapped[str | None]
    status: Mapped[str]
    since_on: Mapped[date | None]
    precision: Mapped[str | None]
    confidence: Mapped[str]
    source_url: Mapped[str | None]
    known_as: Mapped[str | None] = mapped_column(unique=True)
    author: Mapped[str | None]
    version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SitePremises(Table):
    """Where a site was from a day on, as stated: the next row ends it."""

    __tablename__ = "site_premises"
    __table_args__ = (
        CheckConstraint("kind IN ('provisional', 'definitive')", "kind_known"),
        CheckConstraint(
            "owner_kind IN ('commune', 'epci', 'department', 'region', 'state', 'other')",
            "owner_known",
        ),
        CheckConstraint(_dated("valid_from"), "from_whole"),
        CheckConstraint(_CONFIDENCE, "confidence_known"),
        CheckConstraint(_PLACE, "place_on_earth"),
        UniqueConstraint("site_id", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id))
    number: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str | None]
    description: Mapped[str | None]
    owner_kind: Mapped[str | None]
    owner: Mapped[str | None]
    address: Mapped[str | None]
    insee_code: Mapped[str] = mapped_column(ForeignKey(Commune.insee_code))
    lon: Mapped[float | None] = mapped_column(Double)
    lat: Mapped[float | None] = mapped_column(Double)
    valid_from: Mapped[date | None]
    precision: Mapped[str | None]
    confidence: Mapped[str]
    source_url: Mapped[str | None]
    author: Mapped[str | None]
    fact: Mapped[str | None] = mapped_column(unique=True)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SiteEvent(Table):
    """What happened to a site, and when: from `effect_on` to `latest_on`, as precise as known.

    `status` is where it led; null: what a source tells besides.
    """

    __tablename__ = "site_event"
    __table_args__ = (
        CheckConstraint(f"status IN ({STATUSES})", "status_known"),
        CheckConstraint(_dated("effect_on"), "effect_whole"),
        CheckConstraint("(effect_on IS NULL) = (latest_on IS NULL)", "latest_whole"),
        CheckConstraint("latest_on >= effect_on", "latest_after_effect"),
        CheckConstraint(_CONFIDENCE, "confidence_known"),
        UniqueConstraint("site_id", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id))
    number: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str]
    status: Mapped[str | None]
    effect_on: Mapped[date | None]
    latest_on: Mapped[date | None]
    precision: Mapped[str | None]
    motive: Mapped[str | None]
    confidence: Mapped[str]
    source_url: Mapped[str | None]
    author: Mapped[str | None]
    fact: Mapped[str | None] = mapped_column(unique=True)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

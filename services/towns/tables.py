"""Every table of the schema `towns`: official places, programme towns, their facts and cards."""

from datetime import date, datetime
from typing import Annotated

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.events import event_table
from chassis.idempotency import idempotency_table
from chassis.tables import TYPES, schema_metadata

Folded = Annotated[str, mapped_column(Text(collation="C"))]
"""A folded name; the collation lets one index serve order and prefixes."""


class Table(DeclarativeBase):
    """The base of the tables of this service."""

    metadata = schema_metadata("towns")
    type_annotation_map = TYPES


class Region(Table):
    """A region of the official geographic code."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    folded_name: Mapped[Folded]
    zone: Mapped[str]
    chief_town_insee: Mapped[str]


class Department(Table):
    """A department of the official geographic code."""

    __tablename__ = "department"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    folded_name: Mapped[Folded]
    region_code: Mapped[str] = mapped_column(ForeignKey(Region.code), index=True)
    zone: Mapped[str]
    chief_town_insee: Mapped[str]


class Epci(Table):
    """An intercommunality (EPCI with own taxation)."""

    __tablename__ = "epci"

    siren: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    folded_name: Mapped[Folded]
    type: Mapped[str]
    members_count: Mapped[int]
    population: Mapped[int]
    main_commune_insee: Mapped[str]
    department_code: Mapped[str] = mapped_column(ForeignKey(Department.code), index=True)
    region_code: Mapped[str] = mapped_column(ForeignKey(Region.code), index=True)


class Town(Table):
    """A programme town of Action cœur de ville: one commune, or two that share one convention."""

    __tablename__ = "town"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'left', 'merged')", "status_known"),
        CheckConstraint(
            "(status = 'merged') = (successor_acv_id IS NOT NULL)", "merged_has_successor"
        ),
    )

    acv_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    folded_name: Mapped[Folded]
    words: Mapped[list[str]] = mapped_column(ARRAY(Text))
    cohort: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[str]
    successor_acv_id: Mapped[str | None] = mapped_column(ForeignKey("towns.town.acv_id"))
    region_code: Mapped[str] = mapped_column(ForeignKey(Region.code), index=True)
    convention_signed_on: Mapped[date | None]
    convention_signed_on_2018: Mapped[date | None]


class Commune(Table):
    """A commune of the official code; coordinates are known for programme communes only."""

    __tablename__ = "commune"
    __table_args__ = (
        CheckConstraint("(lon IS NULL) = (lat IS NULL)", "place_whole"),
        CheckConstraint("lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90", "place_on_earth"),
        Index(None, "postal_codes", postgresql_using="gin"),
    )

    insee_code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    folded_name: Mapped[Folded] = mapped_column(index=True)
    words: Mapped[list[str]] = mapped_column(ARRAY(Text))
    department_code: Mapped[str] = mapped_column(ForeignKey(Department.code), index=True)
    region_code: Mapped[str] = mapped_column(ForeignKey(Region.code), index=True)
    arrondissement_code: Mapped[str | None]
    siren: Mapped[str] = mapped_column(unique=True)
    epci_siren: Mapped[str | None] = mapped_column(ForeignKey(Epci.siren), index=True)
    postal_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    population: Mapped[int | None]
    population_year: Mapped[int | None] = mapped_column(SmallInteger)
    lon: Mapped[float | None] = mapped_column(Double)
    lat: Mapped[float | None] = mapped_column(Double)
    place_source: Mapped[str | None]
    acv_id: Mapped[str | None] = mapped_column(ForeignKey(Town.acv_id), index=True)


class TownCommune(Table):
    """A commune of a programme town; the primary one stood for the town in the list of 2018."""

    __tablename__ = "town_commune"
    __table_args__ = (
        Index("uq_town_commune_primary", "acv_id", unique=True, postgresql_where="is_primary"),
    )

    insee_code: Mapped[str] = mapped_column(ForeignKey(Commune.insee_code), primary_key=True)
    acv_id: Mapped[str] = mapped_column(ForeignKey(Town.acv_id), index=True)
    is_primary: Mapped[bool]


class Membership(Table):
    """A phase of the programme that a town takes part in, with the dated lists that show it."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("starts_on IS NOT NULL OR attested_on IS NOT NULL", "beginning_known"),
    )

    acv_id: Mapped[str] = mapped_column(ForeignKey(Town.acv_id), primary_key=True)
    phase: Mapped[str] = mapped_column(primary_key=True)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    attested_on: Mapped[date | None]
    first_listed_on: Mapped[date | None]
    last_listed_on: Mapped[date | None]
    gone_from_list_on: Mapped[date | None]
    confidence: Mapped[str]
    note: Mapped[str | None]


class Population(Table):
    """The municipal population of a commune in a reference year."""

    __tablename__ = "population"

    insee_code: Mapped[str] = mapped_column(ForeignKey(Commune.insee_code), primary_key=True)
    reference_year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    inhabitants: Mapped[int]
    source: Mapped[str]


class ActSelection(Table):
    """A place selected for a Cnam site ("Au cœur des territoires"); the list is incomplete."""

    __tablename__ = "act_selection"

    selected_name: Mapped[str] = mapped_column(primary_key=True)
    wave: Mapped[int | None] = mapped_column(SmallInteger)
    announced_on: Mapped[date | None]
    holder_type: Mapped[str]
    insee_code: Mapped[str] = mapped_column(ForeignKey(Commune.insee_code), index=True)
    epci_siren: Mapped[str | None] = mapped_column(ForeignKey(Epci.siren), index=True)
    acv_id: Mapped[str | None] = mapped_column(ForeignKey(Town.acv_id), index=True)
    confidence: Mapped[str]
    source_url: Mapped[str]
    note: Mapped[str | None]


class ActionCount(Table):
    """How many actions of the programme a commune shows in a dated state of the published list."""

    __tablename__ = "action_count"

    insee_code: Mapped[str] = mapped_column(ForeignKey(Commune.insee_code), primary_key=True)
    acv_id: Mapped[str] = mapped_column(ForeignKey(Town.acv_id), index=True)
    in_progress: Mapped[int | None]
    delivered: Mapped[int | None]
    as_of: Mapped[date]


class ReferenceLoad(Table):
    """Which version of a shipped reference table the rows come from."""

    __tablename__ = "reference_load"

    table_name: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    vintage: Mapped[str]
    loaded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TownCard(Table):
    """The read model of towns: the JSON as served, beside the columns that filters and sorts use.

    `population` is -1 when unknown. `member_from` and `member_until` are stated by a source;
    `attested_from` and `gone_by` are the bounds that dated lists prove. `body` ends with
    `"distance_km":null}`.
    """

    __tablename__ = "town_card"

    acv_id: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[datetime]
    name: Mapped[str]
    sort_name: Mapped[Folded]
    population: Mapped[int]
    status: Mapped[str]
    phase: Mapped[str]
    phases: Mapped[list[str]] = mapped_column(ARRAY(Text))
    cohort: Mapped[int] = mapped_column(SmallInteger)
    region_code: Mapped[str]
    department_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    epci_sirens: Mapped[list[str]] = mapped_column(ARRAY(Text))
    insee_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    member_from: Mapped[date | None]
    member_until: Mapped[date | None]
    lon: Mapped[float | None] = mapped_column(Double)
    lat: Mapped[float | None] = mapped_column(Double)
    search: Mapped[str] = mapped_column(TSVECTOR)
    wave: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    attested_from: Mapped[date]
    gone_by: Mapped[date | None]
    population_year: Mapped[int | None] = mapped_column(SmallInteger)
    convention_signed_on: Mapped[date | None]
    selections_count: Mapped[int] = mapped_column(SmallInteger)


class TownWord(Table):
    """A word under which a town is found: the index of names, one entry a word.

    `entry` is the word, then the whole folded name, such as `bains luxeuil les bains`: the
    entries of a word, or of the words with the same beginning, stand together, by name.
    """

    __tablename__ = "town_word"

    entry: Mapped[Folded] = mapped_column(primary_key=True)
    acv_id: Mapped[str] = mapped_column(
        ForeignKey(TownCard.acv_id, ondelete="CASCADE"), primary_key=True
    )


card = TownCard.__table__.c

PLACE = func.point(card.lon, card.lat)
"""Where a town is, as `point(lon, lat)`: an indexed expression, to be written exactly so."""

Index("ix_town_card_place", PLACE, postgresql_using="gist")
Index("ix_town_card_search", card.search, postgresql_using="gin")
Index("ix_town_card_insee_codes", card.insee_codes, postgresql_using="gin")
Index("ix_town_card_department_codes", card.department_codes, postgresql_using="gin")
Index("ix_town_card_epci_sirens", card.epci_sirens, postgresql_using="gin")
Index("ix_town_card_phases", card.phases, postgresql_using="gin")
Index("ix_town_card_wave", card.wave, postgresql_using="gin")
Index("ix_town_card_sort_name", card.sort_name, card.acv_id)
Index("ix_town_card_population", card.population, card.acv_id)
Index("ix_town_card_updated_at", card.updated_at, card.acv_id)
Index("ix_town_card_region_code", card.region_code, card.acv_id)
Index("ix_town_card_status", card.status, card.acv_id)
Index("ix_town_card_phase", card.phase, card.acv_id)
Index("ix_town_card_cohort", card.cohort, card.acv_id)
Index("ix_town_card_attested_from", card.attested_from, card.gone_by)
Index("ix_town_word_acv_id", TownWord.acv_id, TownWord.entry)

event = event_table(Table.metadata)
idempotency_key = idempotency_table(Table.metadata)

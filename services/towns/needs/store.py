"""The SQL of the needs."""

from uuid import UUID

from sqlalchemy import Date, DateTime, Integer, Text, Uuid, case, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from chassis.actions import tagged
from chassis.database import WriteSession
from chassis.external_ids import OwnId
from chassis.listing import Listing, Order
from chassis.perimeters import Single
from chassis.statements import any_of, bound, instant, json_of, shares
from services.towns.needs.actions import STANDING, allowed_actions
from services.towns.needs.errors import NeedNotFound
from services.towns.needs.tables import Need
from services.towns.tables import Epci, card
from services.towns.territories import OF_TERRITORIES, with_territory

_need = Need.__table__.c
_epci = Epci.__table__.c
_PLACED = with_territory(Need.__table__, acv_id=_need.acv_id, epci_siren=_need.epci_siren)
_PATH = literal_column("'/v1/needs/'", Text).concat(cast(_need.id, Text))
_VERSION = tagged(_need.version, _need.status, standing=STANDING)
_TERRITORY = func.coalesce(
    literal_column("'/v1/towns/'", Text).concat(_need.acv_id),
    literal_column("'/v1/epcis/'", Text).concat(_need.epci_siren),
)
_STATED = {
    name: _need[name]
    for name in (
        *("volume_count", "horizon_from", "horizon_until", "level", "naf_division", "source_kind"),
        *("evidence_url", "evidence_reference", "evidence_title", "evidence_on", "strength"),
        *("expires_on", "author"),
    )
}
_EXTERNAL = json_of(namespace=_need.external_namespace, id=_need.external_id)
_QUALIFICATION = json_of(
    organisation=_need.qualified_by,
    at=instant(_need.qualified_at),
    motive=_need.qualification_motive,
)
_COVERAGE = json_of(
    organisation=_need.covered_by,
    at=instant(_need.covered_at),
    url=_need.coverage_url,
    reference=_need.coverage_reference,
)
_WITHDRAWAL = json_of(
    organisation=_need.withdrawn_by,
    at=instant(_need.withdrawn_at),
    motive=_need.withdrawal_motive,
)
_ITEM = cast(
    json_of(
        id=_need.id,
        acv_id=_need.acv_id,
        epci_siren=_need.epci_siren,
        rome_codes=_need.rome_codes,
        skills=_need.skills,
        **_STATED,
        external_id=case((_need.external_id.is_not(None), _EXTERNAL)),
        status=STANDING,
        qualification=case((_need.qualified_at.is_not(None), _QUALIFICATION)),
        coverage=case((_need.covered_at.is_not(None), _COVERAGE)),
        withdrawal=case((_need.withdrawn_at.is_not(None), _WITHDRAWAL)),
        version=_need.version,
        created_at=instant(_need.created_at),
        updated_at=instant(_need.updated_at),
        allowed_actions=allowed_actions(_PATH),
        links=json_of(self=_PATH, territory=_TERRITORY),
    ),
    Text,
)

NEEDS = Listing(
    name="needs",
    source=_PLACED,
    item=_ITEM,
    orders={
        name: Order((_need[name], _need.id))
        for name in ("updated_at", "expires_on", "volume_count")
    },
    filters={
        "acv_id": any_of(_need.acv_id, "acv_id"),
        "region": any_of(OF_TERRITORIES["region"], "region"),
        "department": shares(OF_TERRITORIES["department"], "department"),
        "epci": shares(OF_TERRITORIES["epci"], "epci"),
        "status": any_of(STANDING, "status"),
        "rome_code": shares(_need.rome_codes, "rome_code"),
        "source_kind": any_of(_need.source_kind, "source_kind"),
        "strength": any_of(_need.strength, "strength"),
        "level": any_of(_need.level, "level", kind=Integer),
        "naf_division": any_of(_need.naf_division, "naf_division"),
        "volume_gte": _need.volume_count >= bound("volume_gte", Integer),
        "volume_lte": _need.volume_count <= bound("volume_lte", Integer),
        "expires_on_gte": _need.expires_on >= bound("expires_on_gte", Date),
        "expires_on_lte": _need.expires_on <= bound("expires_on_lte", Date),
        "updated_since": _need.updated_at >= bound("updated_since", DateTime(timezone=True)),
    },
    cells={
        "id": _need.id,
        "acv_id": _need.acv_id,
        "epci_siren": _need.epci_siren,
        "territory_name": func.coalesce(card.name, _epci.name),
        "rome_codes": func.array_to_string(_need.rome_codes, "|"),
        "skills": func.array_to_string(_need.skills, "|"),
        **_STATED,
        "external_namespace": _need.external_namespace,
        "external_id": _need.external_id,
        "status": STANDING,
        "version": _need.version,
        "updated_at": instant(_need.updated_at),
    },
    place=(card.lon, card.lat),
    perimeter=OF_TERRITORIES,
)
NEED = Single(
    select(func.convert_to(_ITEM, literal_column("'UTF8'")), _VERSION, _PATH)
    .select_from(_PLACED)
    .where(_need.id == bound("id", Uuid)),
    perimeter=OF_TERRITORIES,
)


async def claimed(session: WriteSession, own: OwnId, need: Need) -> bool:
    """Keep a new need under its author's own id; tell whether nobody was faster."""
    columns = {name: value for name, value in vars(need).items() if name in _need}
    named = {"external_namespace": own.namespace, "external_id": own.id}
    made = insert(Need).values(columns | named).on_conflict_do_nothing().returning(_need.id)
    return (await session.execute(made)).one_or_none() is not None


async def locked_by(session: WriteSession, own: OwnId) -> Need | None:
    """Return the need that its author calls so, if there is one; nobody else changes it then."""
    mine = (_need.author, _need.external_namespace, _need.external_id)
    named = [column == value for column, value in zip(mine, own, strict=True)]
    found: Need | None = await session.scalar(select(Need).where(*named).with_for_update())
    return found


async def locked(session: WriteSession, need_id: UUID) -> Need:
    """Return a need that nobody else changes meanwhile.

    Raises:
        NeedNotFound: none has this id.
    """
    found = await session.scalar(select(Need).where(_need.id == need_id).with_for_update())
    if found is None:
        raise NeedNotFound
    return found

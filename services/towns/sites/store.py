"""The SQL of the sites."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Double,
    Numeric,
    Text,
    Uuid,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from chassis.database import WriteSession
from chassis.listing import Listing, Order
from chassis.perimeters import Single
from chassis.statements import any_of, bound, code, instant, json_of, shares
from services.towns.catalogue.store import distance_km
from services.towns.geography.store import named
from services.towns.sites.actions import ACTIONS, PATH
from services.towns.sites.errors import SiteNotFound
from services.towns.sites.places import OF_SITES, WITH_PLACE, centre, commune, site
from services.towns.sites.points import LAT, LON, open_on
from services.towns.sites.tables import CnamCentre, Site

_UTF8: ColumnElement[str] = literal_column("'UTF8'")
_NULL: ColumnElement[Any] = literal_column("NULL::double precision")
_DISTANCE = func.coalesce(distance_km(LON, LAT), literal_column("'infinity'::float8"), type_=Double)


def _if_known(column: ColumnElement[Any], **shown: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((column.is_not(None), json_of(**shown)))


_BIDDER = {name: site[f"bidder_{name}"] for name in ("name", "acv_id", "insee_code", "epci_siren")}
_PLAIN = {
    name: site[name]
    for name in (
        *("host_organisation", "schemes", "rooms", "equipment", "capacity_count"),
        *("accessibility", "accessibility_note", "contacts", "note"),
    )
}


_COMMUNE = json_of(
    insee_code=commune.insee_code,
    name=commune.name,
    department_code=commune.department_code,
    region_code=commune.region_code,
    epci_siren=commune.epci_siren,
    acv_id=commune.acv_id,
)
_OF = case((site.lon.is_not(None), code("premises")), else_=code("commune"))
_LINKS = json_of(
    self=PATH,
    events=PATH.concat(code("/events")),
    premises=PATH.concat(code("/premises")),
    commune=literal_column("'/v1/communes/'", Text).concat(site.insee_code),
)


def _item(distance: ColumnElement[Any]) -> ColumnElement[str]:
    shown = json_of(
        id=site.id,
        name=site.name,
        status=site.status,
        since=_if_known(site.since_on, on=site.since_on, precision=site.precision),
        confidence=site.confidence,
        source_url=site.source_url,
        commune=_COMMUNE,
        address=site.address,
        place=_if_known(LON, lon=LON, lat=LAT, of=_OF),
        distance_km=distance,
        application_id=site.application_id,
        call_id=site.call_id,
        wave=site.wave,
        bidder=_if_known(func.coalesce(*_BIDDER.values()), **_BIDDER),
        centre=_if_known(centre.code, code=centre.code, name=centre.name),
        **_PLAIN,
        convention=literal_column("NULL::json"),
        version=site.version,
        created_at=instant(site.created_at),
        updated_at=instant(site.updated_at),
        allowed_actions=ACTIONS,
        links=_LINKS,
    )
    return cast(shown, Text)


_NEAR = func.round(cast(func.nullif(_DISTANCE, literal_column("'infinity'::float8")), Numeric), 3)
SITES = Listing(
    name="sites",
    source=WITH_PLACE,
    item=_item(_NULL),
    variants={"near": _item(_NEAR)},
    orders={
        "name": Order((site.sort_name, site.id)),
        "updated_at": Order((site.updated_at, site.id)),
        "distance": Order((_DISTANCE, site.id)),
    },
    filters={
        "region": any_of(commune.region_code, "region"),
        "department": any_of(commune.department_code, "department"),
        "epci": any_of(commune.epci_siren, "epci"),
        "acv_id": or_(any_of(commune.acv_id, "acv_id"), any_of(site.bidder_acv_id, "acv_id")),
        "insee_code": any_of(site.insee_code, "insee_code"),
        "status": any_of(site.status, "status"),
        "centre": any_of(site.centre_code, "centre"),
        "scheme": shares(site.schemes, "scheme"),
        "application_id": any_of(site.application_id, "application_id", kind=Uuid),
        "open_on": open_on(bound("open_on", Date)),
        "near": bound("radius_km", Double) >= _DISTANCE,
        "q": or_(named(site.words), named(commune.words)),
        "updated_since": site.updated_at >= bound("updated_since", DateTime(timezone=True)),
    },
    cells={
        "id": site.id,
        "name": site.name,
        "status": site.status,
        "since_on": site.since_on,
        "precision": site.precision,
        "confidence": site.confidence,
        "source_url": site.source_url,
        "insee_code": site.insee_code,
        "commune_name": commune.name,
        "department_code": commune.department_code,
        "region_code": commune.region_code,
        "epci_siren": commune.epci_siren,
        "acv_id": commune.acv_id,
        "address": site.address,
        "lon": LON,
        "lat": LAT,
        "wave": site.wave,
        **{f"bidder_{name}": column for name, column in _BIDDER.items()},
        "centre_code": site.centre_code,
        "host_organisation": site.host_organisation,
        "schemes": func.array_to_string(site.schemes, "|"),
        "equipment": func.array_to_string(site.equipment, "|"),
        "capacity_count": site.capacity_count,
        "accessibility": site.accessibility,
        "note": site.note,
        "version": site.version,
        "updated_at": instant(site.updated_at),
    },
    place=(LON, LAT),
    perimeter=OF_SITES,
)
SITE = Single(
    select(func.convert_to(_item(_NULL), _UTF8), site.version, PATH)
    .select_from(WITH_PLACE)
    .where(site.id == bound("id", Uuid)),
    perimeter=OF_SITES,
)

_CENTRE = {
    name: centre[name]
    for name in (
        *("code", "name", "region_codes", "zone", "seat_city", "seat_insee_code"),
        *("website", "evidence", "source"),
    )
}
CENTRES = Listing(
    name="cnam-centres",
    source=CnamCentre.__table__,
    item=cast(json_of(**_CENTRE), Text),
    orders={"code": Order((centre.code,))},
    filters={"region": shares(centre.region_codes, "region")},
    cells=_CENTRE | {"region_codes": func.array_to_string(centre.region_codes, "|")},
)


async def locked(session: WriteSession, site_id: UUID) -> Site:
    """Return a site that nobody else changes meanwhile.

    Raises:
        SiteNotFound: none has this id.
    """
    found = await session.scalar(select(Site).where(Site.id == site_id).with_for_update())
    if found is None:
        raise SiteNotFound
    return found

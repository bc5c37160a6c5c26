"""The documents around the features: landing page, conformance, collections, links."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from services.towns.features.contract import (
    OgcCollection,
    OgcCollections,
    OgcConformance,
    OgcExtent,
    OgcLanding,
    OgcLink,
    OgcSpatialExtent,
    OgcTemporalExtent,
)
from services.towns.reference.contract import SOURCES_PATH

GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA = "application/schema+json"
_JSON = "application/json"
_HTML = "text/html"

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
_CLASSES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"

_TITLE = "Villes du programme Action cœur de ville"
_ABOUT = (
    "Les villes du programme, celles de 2018, celles de 2023 et celles qui l'ont quitté, à la place"
    " de leur commune principale. Les vagues « Au cœur des territoires » sont incomplètes : une"
    " valeur absente ne prouve rien."
)


def landing(public_url: str, attribution: str) -> OgcLanding:
    """Return the landing page."""
    ogc = f"{public_url}/ogc"
    return OgcLanding(
        title=_TITLE,
        description=_ABOUT,
        attribution=attribution,
        links=[
            _link(ogc, "self", _JSON, "This page"),
            _link(f"{ogc}/api", "service-desc", OPENAPI, "The definition of this API"),
            _link(f"{public_url}/docs", "service-doc", _HTML, "The reference of the whole API"),
            _link(f"{ogc}/conformance", "conformance", _JSON, "The standards it keeps to"),
            _link(f"{ogc}/collections", "data", _JSON, "The collections of features"),
        ],
    )


def conformance() -> OgcConformance:
    """Return the conformance classes."""
    return OgcConformance(conforms_to=[_CLASSES + name for name in ("core", "oas30", "geojson")])


def collections(public_url: str, *, attribution: str, around: Sequence[Any]) -> OgcCollections:
    """Return the list of collections: the towns alone."""
    return OgcCollections(
        collections=[towns(public_url, attribution=attribution, around=around)],
        links=[_link(f"{public_url}/ogc/collections", "self", _JSON, "This page")],
    )


def towns(public_url: str, *, attribution: str, around: Sequence[Any]) -> OgcCollection:
    """Return the collection of towns; `around` is the box and the time of all of them."""
    collection = f"{public_url}/ogc/collections/towns"
    return OgcCollection(
        id="towns",
        title=_TITLE,
        description=_ABOUT,
        attribution=attribution,
        item_type="feature",
        crs=[CRS84],
        extent=_extent(around),
        links=[
            _link(collection, "self", _JSON, "This page"),
            _link(f"{collection}/items", "items", GEOJSON, "The towns"),
            # GDAL compares relations letter by letter, and writes this one so
            _link(f"{collection}/schema", "describedBy", SCHEMA, "The shape of a town"),
            _link(public_url + SOURCES_PATH, "license", _JSON, "Sources and licences of the facts"),
            _link(f"{public_url}/v1/towns", "related", _JSON, "All that is known of the towns"),
            _link(f"{public_url}/v1/towns?format=csv", "enclosure", "text/csv", "The same as CSV"),
        ],
    )


def links_of_page(address: str, collection: str, *, following: str | None) -> list[OgcLink]:
    """Return the links of a page of features."""
    links = [
        _link(address, "self", GEOJSON, "This page"),
        _link(collection, "collection", _JSON, "The collection"),
    ]
    if following is not None:
        links.append(_link(following, "next", GEOJSON, "The next page"))
    return links


def links_of_feature(public_url: str, acv_id: str) -> list[OgcLink]:
    """Return the links of one feature."""
    collection = f"{public_url}/ogc/collections/towns"
    return [
        _link(f"{collection}/items/{acv_id}", "self", GEOJSON, "This town"),
        _link(f"{public_url}/v1/towns/{acv_id}", "alternate", _JSON, "All that is known about it"),
        _link(collection, "collection", _JSON, "The collection"),
    ]


def _link(href: str, rel: str, *described: str) -> OgcLink:
    media, title = described
    return OgcLink(href=href, rel=rel, type=media, title=title)


def _extent(around: Sequence[Any]) -> OgcExtent:
    west, south, east, north, first, after = around
    box = [-180.0, -90.0, 180.0, 90.0] if west is None else [west, south, east, north]
    return OgcExtent(
        spatial=OgcSpatialExtent(bbox=[box], crs=CRS84),
        temporal=OgcTemporalExtent(interval=[[_midnight(first), _midnight(after)]], trs=_GREGORIAN),
    )


def _midnight(day: date | None) -> datetime | None:
    if day is None or day == date.max:
        return None
    return datetime.combine(day, time(), UTC)

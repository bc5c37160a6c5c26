"""The towns for geographic software: OGC API Features Part 1, core, GeoJSON and OpenAPI 3.0."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any

import orjson
from fastapi import Path, Query
from starlette.responses import JSONResponse

from chassis.lane import Reading, Router
from chassis.problems import InvalidCursor
from chassis.reads import Answer, Reads
from services.towns.catalogue.contract import AcvId
from services.towns.errors import InvalidParameter, TownNotFound
from services.towns.features import documents, store
from services.towns.features.contract import (
    FeatureShape,
    FeaturesOfTowns,
    LinkedTownFeature,
    OgcApiDefinition,
    OgcCollection,
    OgcCollections,
    OgcConformance,
    OgcLanding,
    OgcLink,
    TownProperties,
)
from services.towns.features.definition import definition, shape_of_feature
from services.towns.features.queries import DocumentQuery, FeatureQuery

router = Router()

FeatureId = Annotated[AcvId, Path(description="`acv_id` of the town", examples=["acv-051"])]


Document = Annotated[DocumentQuery, Query()]


class GeoJson(JSONResponse):
    """GeoJSON, as the contract shows it."""

    media_type = documents.GEOJSON


class SchemaJson(JSONResponse):
    """A JSON Schema, as the contract shows it."""

    media_type = documents.SCHEMA


class OpenApi(JSONResponse):
    """An OpenAPI 3.0 document, as the contract shows it."""

    media_type = documents.OPENAPI


@router.read("/ogc/", answer=OgcLanding, invalid=InvalidParameter)
async def show_ogc_landing_with_slash(reads: Reading, _form: Document) -> Answer:
    """Show the landing page to the clients that add a slash to every address (OWSLib)."""
    return reads.computed(documents.landing(reads.public_url, store.attribution()))


@router.read("/ogc", answer=OgcLanding, invalid=InvalidParameter)
async def show_ogc_landing(reads: Reading, _form: Document) -> Answer:
    """Show where everything is: the landing page of OGC API Features."""
    return reads.computed(documents.landing(reads.public_url, store.attribution()))


@router.read("/ogc/api", answer=OgcApiDefinition, response_class=OpenApi, invalid=InvalidParameter)
async def show_ogc_definition(reads: Reading, _form: Document) -> Answer:
    """Show the definition of this part of the API, OpenAPI 3.0."""
    return reads.ready(_definition(reads.public_url), documents.OPENAPI.encode())


@router.read("/ogc/conformance", answer=OgcConformance, invalid=InvalidParameter)
async def show_ogc_conformance(reads: Reading, _form: Document) -> Answer:
    """List the conformance classes of OGC API Features that are kept to."""
    return reads.computed(documents.conformance())


@router.read("/ogc/collections", answer=OgcCollections, invalid=InvalidParameter)
async def list_ogc_collections(reads: Reading, _form: Document) -> Answer:
    """List the collections of features: the towns alone."""
    around = await _around(reads)
    return reads.computed(
        documents.collections(reads.public_url, attribution=store.attribution(), around=around)
    )


@router.read("/ogc/collections/towns", answer=OgcCollection, invalid=InvalidParameter)
async def show_ogc_collection(reads: Reading, _form: Document) -> Answer:
    """Show the collection of towns: its box, its time, its links."""
    around = await _around(reads)
    return reads.computed(
        documents.towns(reads.public_url, attribution=store.attribution(), around=around)
    )


@router.read(
    "/ogc/collections/towns/schema",
    answer=FeatureShape,
    response_class=SchemaJson,
    invalid=InvalidParameter,
)
async def show_town_feature_schema(reads: Reading, _form: Document) -> Answer:
    """Show the shape of a feature: the columns that a table of towns has, and their types."""
    return reads.ready(_schema(), documents.SCHEMA.encode())


@router.read(
    "/ogc/collections/towns/items",
    answer=FeaturesOfTowns,
    refusals=[InvalidCursor],
    response_class=GeoJson,
    invalid=InvalidParameter,
)
async def list_town_features(reads: Reading, query: Annotated[FeatureQuery, Query()]) -> Answer:
    """List the towns as GeoJSON features, those that left the programme included."""
    part = await reads.part(store.FEATURES, query, sort="acv_id", counted=True)
    following = None if part.following is None else reads.public_url + part.following
    collection = f"{reads.public_url}/ogc/collections/towns"
    parts = [
        b'{"type":"FeatureCollection","links":',
        _json(documents.links_of_page(reads.address, collection, following=following)),
        datetime.now(UTC).strftime(',"timeStamp":"%Y-%m-%dT%H:%M:%SZ"').encode(),
        b',"numberMatched":%d,"numberReturned":%d' % (part.total or 0, part.count),
        b',"features":[',
        part.items,
        b"]}",
    ]
    links = [(b"link", f'<{following}>; rel="next"'.encode())] if following else []
    return reads.ready(b"".join(parts), documents.GEOJSON.encode(), *links)


@router.read(
    "/ogc/collections/towns/items/{feature_id}",
    answer=LinkedTownFeature,
    refusals=[TownNotFound],
    response_class=GeoJson,
    invalid=InvalidParameter,
)
async def show_town_feature(reads: Reading, feature_id: FeatureId, _form: Document) -> Answer:
    """Show one town as a GeoJSON feature."""
    links = _json(documents.links_of_feature(reads.public_url, feature_id)).decode()
    values = {"acv_id": feature_id, "links": links, "public_url": reads.public_url}
    media = documents.GEOJSON.encode()
    return await reads.one(store.ONE_FEATURE, values, missing=TownNotFound, media=media)


async def _around(reads: Reads) -> Any:
    return await reads.pool.fetchrow(store.AROUND_ALL.sql, *store.AROUND_ALL.arguments({}))


@lru_cache(maxsize=1)
def _schema() -> bytes:
    return orjson.dumps(shape_of_feature(TownProperties))


@lru_cache(maxsize=1)
def _definition(public_url: str) -> bytes:
    return orjson.dumps(definition(router.routes, public_url))


def _json(links: list[OgcLink]) -> bytes:
    return orjson.dumps([link.model_dump() for link in links])

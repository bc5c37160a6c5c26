"""The SQL of the catalogue of towns: one card, and the listing of cards."""

from functools import partial

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    and_,
    cast,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY, array

from chassis.listing import Listing, Order, Path, Stratum
from chassis.perimeters import Single
from chassis.statements import any_of, bound, instant, shares, unseen
from services.towns.reference.contract import SOURCES_PATH, completeness
from services.towns.tables import PLACE, Region, TownCard, TownWord, card

SHOWN = (
    *("programme_towns", "programme_communes", "memberships", "communes", "populations"),
    *("action_counts", "selected_towns"),
)
"""The tables of facts that a town is made of."""

EARTH_KM = 6371.0088
"""Mean radius of the Earth (IUGG), kilometres."""

_region = Region.__table__.c
_UNKNOWN_DISTANCE = "null}"
"""How the body of every card ends: the value of `distance_km`, its last key."""


def _inside(box: str) -> ColumnElement[bool]:
    """Return the condition of the box whose sides are bound as `<box>west`, and so on."""
    low = func.point(bound(f"{box}west", Double), bound(f"{box}south", Double))
    high = func.point(bound(f"{box}east", Double), bound(f"{box}north", Double))
    return PLACE.op("<@", is_comparison=True)(func.box(low, high))


def distance_km(to_lon: ColumnElement[float], to_lat: ColumnElement[float]) -> ColumnElement[float]:
    """Return the great-circle distance from a place to the point of `near`, km."""
    lon, lat = bound("lon", Double), bound("lat", Double)
    north = func.pow(func.sin(func.radians(to_lat - lat) / 2), 2)
    east = func.pow(func.sin(func.radians(to_lon - lon) / 2), 2)
    scale = func.cos(func.radians(lat)) * func.cos(func.radians(to_lat))
    whole = func.asin(func.least(1.0, func.sqrt(north + scale * east)), type_=Double)
    return whole * (2 * EARTH_KM)


_DISTANCE = distance_km(card.lon, card.lat)
_METRES = func.round(cast(_DISTANCE, Numeric), 3)
_PHRASE = unseen(bound("phrase", Text))
_WORDS = cast(bound("words", Text), TSQUERY)
_WHOLE_WORDS = cast(bound("whole_words", Text), TSQUERY)
_RARE_WORD = cast(bound("rare_word", Text), TSQUERY)
_MATCHES = card.search.op("@@", is_comparison=True)


def _begins(after: str) -> ColumnElement[bool]:
    """Return the condition that a name begins with the phrase, as one range of the index.

    `after` stands for the first text that no longer counts: `!` follows the space in ASCII.
    """
    return and_(card.sort_name >= _PHRASE, card.sort_name < func.concat(_PHRASE, after))


_BY_NAME = _begins("!")
_BY_PREFIX = _begins("\uffff")
# the function, not the operator, where the index must not be asked
_HOLDS_WORDS = func.ts_match_vq(card.search, _WHOLE_WORDS, type_=Boolean)
_RELEVANCE = (
    Stratum(_BY_NAME, ordered=True),
    Stratum(and_(_MATCHES(_WHOLE_WORDS), not_(_BY_NAME)), ordered=False),
    Stratum(and_(_BY_PREFIX, not_(_BY_NAME), not_(_HOLDS_WORDS)), ordered=True),
    Stratum(
        and_(
            _MATCHES(_RARE_WORD),
            func.ts_match_vq(card.search, _WORDS, type_=Boolean),
            not_(_BY_PREFIX),
            not_(_HOLDS_WORDS),
        ),
        ordered=False,
    ),
)
"""The name itself, then whole words anywhere, then its beginning, then beginnings of words."""

_WORD = TownWord.__table__
_EARLIER = _WORD.alias("earlier")
_ENTRIES = TownCard.__table__.join(_WORD, _WORD.c.acv_id == card.acv_id)


def _by_entries(stratum: Stratum, low: str, high: str, *, but: ColumnElement[bool]) -> Stratum:
    """Return a stratum whose pages are read off the index of names, however many towns there are.

    Its entries begin with the word asked for, then come from `low` on, before `high`. A town
    stands under the first of its entries.
    """

    def among(entry: ColumnElement[str]) -> ColumnElement[bool]:
        return and_(entry >= func.concat(_PHRASE, low), entry < func.concat(_PHRASE, high))

    earlier = and_(_EARLIER.c.acv_id == _WORD.c.acv_id, _EARLIER.c.entry < _WORD.c.entry)
    first = not_(exists().where(earlier, among(_EARLIER.c.entry)))
    standing = select(func.min(_EARLIER.c.entry)).where(_EARLIER.c.acv_id == card.acv_id)
    path = Path(_ENTRIES, and_(among(_WORD.c.entry), but, first), (_WORD.c.entry, _WORD.c.acv_id))
    return stratum._replace(
        ordered=True,
        path=path,
        standing=standing.where(among(_EARLIER.c.entry)).scalar_subquery(),
    )


_RELEVANCE_OF_WORD = (
    _RELEVANCE[0],
    _by_entries(_RELEVANCE[1], " ", "!", but=not_(_BY_NAME)),
    _RELEVANCE[2],
    _by_entries(_RELEVANCE[3], "!", "\uffff", but=and_(not_(_BY_PREFIX), not_(_HOLDS_WORDS))),
)


def _card(condition: ColumnElement[bool]) -> Single:
    path = literal_column("'/v1/towns/'").concat(card.acv_id)
    body = func.convert_to(card.body, literal_column("'UTF8'"))
    return Single(select(body, card.version, path).where(condition))


_CODE = bound("code", Text)
BY_ACV_ID = _card(card.acv_id == _CODE)
BY_INSEE_CODE = _card(
    card.insee_codes.op("@>", is_comparison=True)(cast(array([_CODE]), ARRAY(Text)))
)


def card_of(code: str) -> Single:
    """Return what finds a town by its `acv_id`, or by the INSEE code of a commune."""
    return BY_ACV_ID if code.startswith("acv-") else BY_INSEE_CODE


TOWNS = Listing(
    name="towns",
    source=TownCard.__table__,
    item=card.body,
    variants={
        "near": func.concat(func.left(card.body, -len(_UNKNOWN_DISTANCE)), _METRES, "}"),
    },
    orders={
        "acv_id": Order((card.acv_id,)),
        "name": Order((card.sort_name, card.acv_id)),
        "population": Order((card.population, card.acv_id)),
        "updated_at": Order((card.updated_at, card.acv_id)),
        "distance": Order((_DISTANCE, card.acv_id)),
        "relevance": Order((card.sort_name, card.acv_id), strata=_RELEVANCE, within="q"),
        "relevance_of_word": Order(
            (card.sort_name, card.acv_id), strata=_RELEVANCE_OF_WORD, within="q"
        ),
        # where many rows match, a walk in order finds a page at once
        "relevance_of_common": Order(
            (card.sort_name, card.acv_id),
            strata=tuple(stratum._replace(ordered=True) for stratum in _RELEVANCE),
            within="q",
        ),
    },
    filters={
        "acv_id": any_of(card.acv_id, "acv_id"),
        "insee_code": shares(card.insee_codes, "insee_code"),
        "region": any_of(card.region_code, "region"),
        "department": shares(card.department_codes, "department"),
        "epci": shares(card.epci_sirens, "epci"),
        "status": any_of(card.status, "status"),
        "phase": shares(card.phases, "phase"),
        "cohort": any_of(card.cohort, "cohort", kind=SmallInteger),
        "wave": shares(card.wave, "wave", kind=SmallInteger),
        "q": and_(_MATCHES(_RARE_WORD), func.ts_match_vq(card.search, _WORDS, type_=Boolean)),
        "bbox": _inside(""),
        "near": _inside("near_") & (bound("radius_km", Double) >= _DISTANCE),
        "population_gte": card.population >= bound("population_gte", Integer),
        "population_lte": (card.population <= bound("population_lte", Integer))
        & (card.population >= 0),
        "updated_since": card.updated_at >= bound("updated_since", DateTime(timezone=True)),
        "as_of": (card.attested_from <= bound("as_of", Date))
        & or_(card.gone_by.is_(None), card.gone_by > bound("as_of", Date)),
    },
    cells={
        "acv_id": card.acv_id,
        "name": card.name,
        "status": card.status,
        "phase": card.phase,
        "cohort": card.cohort,
        "insee_codes": func.array_to_string(card.insee_codes, "|"),
        "region_code": card.region_code,
        "region_name": select(_region.name)
        .where(_region.code == card.region_code)
        .correlate(TownCard.__table__)
        .scalar_subquery(),
        "department_codes": func.array_to_string(card.department_codes, "|"),
        "epci_sirens": func.array_to_string(card.epci_sirens, "|"),
        "population": func.nullif(card.population, -1),
        "population_year": card.population_year,
        "member_from": card.member_from,
        "attested_from": card.attested_from,
        "member_until": card.member_until,
        "gone_by": card.gone_by,
        "convention_signed_on": card.convention_signed_on,
        "waves": func.array_to_string(card.wave, "|"),
        "selections_count": card.selections_count,
        "lon": card.lon,
        "lat": card.lat,
        "version": card.version,
        "updated_at": instant(card.updated_at),
    },
    place=(card.lon, card.lat),
    remarks=partial(completeness, *SHOWN),
    sources=SOURCES_PATH,
)

"""Which representation a caller asked for, by `?format=` or by `Accept`."""

from enum import Enum

from chassis.headers import preferred
from chassis.problems import FieldError, InvalidValue, NotAcceptable, Text

JSON = b"application/json"
PARTIAL = b"application/vnd.acdt.partial+json"


class Format(Enum):
    """A representation of a collection; the value is its media type."""

    JSON = "application/json"
    PARTIAL = "application/vnd.acdt.partial+json"
    CSV = "text/csv"
    NDJSON = "application/x-ndjson"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    GEOJSON = "application/geo+json"


def chosen_format(asked: str | None, accept: str, *, placed: bool) -> Format:
    """Return the format of the answer: `?format=` first, then `Accept` by preference.

    Raises:
        InvalidValue: GeoJSON of a collection that has no place.
        NotAcceptable: `Accept` names nothing that we make.
    """
    offered = [known for known in Format if placed or known is not Format.GEOJSON]
    if asked is not None:
        wanted = Format[asked.upper()]
        if wanted not in offered:
            detail = Text("cette collection n'a pas de lieu", "this collection has no place")
            raise InvalidValue(errors=[FieldError("no-place", detail, parameter="format")])
        return wanted
    if not accept or accept == "*/*":
        return Format.JSON
    for media in preferred(accept):
        for known in offered:
            if media in {known.value, "*/*", known.value.partition("/")[0] + "/*"}:
                return known
    names = ", ".join(known.value for known in offered)
    raise NotAcceptable(Text(f"Formats disponibles : {names}", f"Available formats: {names}"))

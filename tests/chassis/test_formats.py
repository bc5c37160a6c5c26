"""The representation that a caller gets."""

import pytest

from chassis.formats import Format, chosen_format
from chassis.problems import InvalidValue, NotAcceptable

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("asked", "accept", "expected"),
    [
        (None, "", Format.JSON),
        (None, "*/*", Format.JSON),
        (None, "application/json", Format.JSON),
        (None, BROWSER, Format.JSON),
        (None, "text/csv", Format.CSV),
        (None, "text/*", Format.CSV),
        (None, "application/geo+json", Format.GEOJSON),
        (None, "text/csv;q=0.2, application/x-ndjson;q=0.9", Format.NDJSON),
        (None, "text/csv;q=0, application/json", Format.JSON),
        (None, "TEXT/CSV", Format.CSV),
        (None, "application/vnd.acdt.partial+json", Format.PARTIAL),
        (None, "application/json;q=0.1, text/csv; q=0.9", Format.CSV),
        (None, "*/*;q=0.1" + ",a/a" * 40_000, Format.JSON),
        ("csv", "application/json", Format.CSV),
        ("json", "text/csv", Format.JSON),
        ("xlsx", "", Format.XLSX),
    ],
)
def test_the_parameter_wins_then_the_preferred_type(
    asked: str | None, accept: str, expected: Format
) -> None:
    assert chosen_format(asked, accept, placed=True) is expected


@pytest.mark.parametrize("accept", ["text/html", "image/png", "text/csv;q=0"])
def test_a_type_we_do_not_make_is_refused(accept: str) -> None:
    with pytest.raises(NotAcceptable) as refused:
        chosen_format(None, accept, placed=True)
    assert "text/csv" in refused.value.detail.en


def test_geojson_needs_a_place() -> None:
    with pytest.raises(InvalidValue):
        chosen_format("geojson", "", placed=False)
    with pytest.raises(NotAcceptable):
        chosen_format(None, "application/geo+json", placed=False)

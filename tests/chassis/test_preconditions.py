"""A reader that holds the current version gets 304; a writer that saw another one is stopped."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.preconditions import InvalidPrecondition, etag, match, not_modified
from chassis.problems import PreconditionFailed, PreconditionRequired


@given(st.integers(min_value=1), st.integers(min_value=1), st.sampled_from(["", "geojson"]))
def test_two_versions_or_representations_never_share_a_tag(one: int, other: int, kind: str) -> None:
    assert (etag(one, kind) == etag(other, kind)) == (one == other)
    assert etag(one, "csv") != etag(one, kind)


@pytest.mark.parametrize(
    "header", ['"7"', 'W/"7"', "*", ' "7" ', '"6", "7"', '"6","7","8"', 'W/"6" ,W/"7"', ', "7",']
)
def test_a_reader_that_holds_the_version_is_told_so(header: str) -> None:
    assert not_modified(header, '"7"')


@pytest.mark.parametrize("header", ["", '"8"', "7", '"7', "'7'", '"7" x', '"6"; "7"', '"77"', ","])
def test_any_other_header_gets_the_body(header: str) -> None:
    assert not not_modified(header, '"7"')


@pytest.mark.parametrize("header", ['"7"', "*", '"6", "7"', ' "7"'])
def test_a_writer_that_saw_the_version_passes(header: str) -> None:
    match(header, '"7"')


@pytest.mark.parametrize("header", ['"8"', 'W/"7"', '"6", "8"', '"77"'])
def test_a_writer_that_saw_another_version_learns_the_current_state(header: str) -> None:
    with pytest.raises(PreconditionFailed) as refusal:
        match(header, '"7"', current={"name": "Quimper"})

    assert refusal.value.headers == {"ETag": '"7"'}
    assert refusal.value.extra == {"current": {"name": "Quimper"}}


@pytest.mark.parametrize("header", ["", "  "])
def test_a_change_needs_if_match(header: str) -> None:
    with pytest.raises(PreconditionRequired):
        match(header, '"7"')


@pytest.mark.parametrize("header", ["7", '"7', '"7" x', ",", '"6"; "7"', 'w/"7"'])
def test_an_unreadable_if_match_is_a_bad_request(header: str) -> None:
    with pytest.raises(InvalidPrecondition):
        match(header, '"7"')


@given(st.text())
def test_no_header_breaks_the_comparison(header: str) -> None:
    assert not_modified(header, '"7"') in {True, False}


@pytest.mark.parametrize("part", [", ", "W/", '"', ",\t, ", 'W/"'])
def test_a_long_hostile_header_costs_no_time(part: str) -> None:
    began = time.perf_counter()
    not_modified(part * 20_000 + "x", '"7"')

    assert time.perf_counter() - began < 1

"""Cursors: opaque, signed, bound to their traversal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.pages import Cursors
from chassis.problems import InvalidCursor

CURSORS = Cursors("a secret that only the tests know.")
VALUES = st.lists(st.text(max_size=40), min_size=1, max_size=3)


@given(values=VALUES, binding=st.text(max_size=40))
def test_a_cursor_gives_back_what_it_was_made_of(values: list[str], binding: str) -> None:
    assert CURSORS.opened(binding, CURSORS.signed(binding, values)) == values


@given(
    values=VALUES,
    position=st.integers(min_value=0, max_value=10_000),
    letter=st.sampled_from("AZaz09-_=é"),
)
def test_no_altered_cursor_opens(values: list[str], position: int, letter: str) -> None:
    cursor = CURSORS.signed("towns", values)
    at = position % len(cursor)
    altered = cursor[:at] + letter + cursor[at + 1 :]
    if altered != cursor:
        with pytest.raises(InvalidCursor):
            CURSORS.opened("towns", altered)


def test_a_cursor_of_another_traversal_is_refused() -> None:
    with pytest.raises(InvalidCursor):
        CURSORS.opened("towns acv_id {}", CURSORS.signed("towns name {}", ["acv-001"]))


def test_a_cursor_of_another_secret_is_refused() -> None:
    foreign = Cursors("another secret, of another product").signed("towns", ["acv-001"])
    with pytest.raises(InvalidCursor):
        CURSORS.opened("towns", foreign)


@pytest.mark.parametrize("text", ["", "A", "=", "é", "a" * 3_000, "\ud800"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor):
        CURSORS.opened("towns", text)

"""Cursors: sealed, bound to their traversal, the same for the same place."""

from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.pages import Cursors
from chassis.problems import InvalidCursor

CURSORS = Cursors("a secret that only the tests know.")
VALUES = st.lists(st.text(max_size=40), min_size=1, max_size=3)


@given(values=VALUES, binding=st.text(max_size=40))
def test_a_cursor_gives_back_what_it_was_made_of(values: list[str], binding: str) -> None:
    assert CURSORS.opened(binding, CURSORS.sealed(binding, values)) == values


@given(
    values=VALUES,
    position=st.integers(min_value=0, max_value=10_000),
    letter=st.sampled_from("AZaz09-_=é"),
)
def test_no_altered_cursor_opens(values: list[str], position: int, letter: str) -> None:
    cursor = CURSORS.sealed("towns", values)
    at = position % len(cursor)
    altered = cursor[:at] + letter + cursor[at + 1 :]
    if altered != cursor:
        with pytest.raises(InvalidCursor):
            CURSORS.opened("towns", altered)


def test_the_same_place_has_the_same_cursor_and_processes_share_it() -> None:
    twin = Cursors("a secret that only the tests know.")
    assert CURSORS.sealed("towns", ["acv-001"]) == twin.sealed("towns", ["acv-001"])


@given(place=st.integers(min_value=10**9, max_value=10**12).map(lambda half: 2 * half))
def test_what_a_cursor_holds_cannot_be_read_nor_compared(place: int) -> None:
    cursor, later = (CURSORS.sealed("events", [place + more, 1]) for more in (0, 1))
    raw, other = (urlsafe_b64decode(text + "=" * (-len(text) % 4)) for text in (cursor, later))
    assert str(place)[:6].encode() not in raw
    assert sum(one == two for one, two in zip(raw, other, strict=True)) < len(raw) / 2


def test_a_cursor_of_another_traversal_is_refused() -> None:
    with pytest.raises(InvalidCursor):
        CURSORS.opened("towns acv_id {}", CURSORS.sealed("towns name {}", ["acv-001"]))


def test_a_cursor_of_another_secret_is_refused() -> None:
    foreign = Cursors("another secret, of another product").sealed("towns", ["acv-001"])
    with pytest.raises(InvalidCursor):
        CURSORS.opened("towns", foreign)


@pytest.mark.parametrize("text", ["", "A", "=", "é", "a" * 3_000, "\ud800"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor):
        CURSORS.opened("towns", text)

"""What the cache keeps, and for whom: values in, values out."""

import pytest

from gateway.cache import Entry, Store, Validity, entry_of, key_of, matches

KEY = (b"/v1/towns", b"", b"", "fr")


def entry(
    body: bytes = b"{}", *headers: tuple[bytes, bytes], known: Validity | None = None
) -> Entry:
    validity = known or Validity(trusted_until=1e9)
    return entry_of(
        body,
        list(headers),
        validity=validity,
        generation=validity.generation,
        now=0.0,
        lifetime=60.0,
    )


def key(query: bytes, accept: bytes = b"", language: bytes = b"") -> object:
    return key_of({"raw_path": b"/v1/towns", "query_string": query}, accept, language)


def test_an_entry_is_fresh_until_news_silence_or_age() -> None:
    validity = Validity(trusted_until=10.0)
    kept = entry(known=validity)
    assert kept.fresh(9.9)
    assert not kept.fresh(10.0)
    validity.trusted_until = 1e9
    assert kept.fresh(59.9)
    assert not kept.fresh(60.0)
    validity.changed()
    assert not kept.fresh(0.0)


def test_the_order_of_different_parameters_does_not_matter() -> None:
    assert key(b"limit=3&region=44") == key(b"region=44&limit=3")


def test_the_order_of_a_repeated_parameter_matters() -> None:
    assert key(b"sort=a&sort=b") != key(b"sort=b&sort=a")


def test_media_type_and_language_tell_answers_apart() -> None:
    assert key(b"", b"application/json") != key(b"", b"text/csv")
    assert key(b"", b"", b"en") != key(b"", b"", b"fr")
    assert key(b"", b"", b"fr-FR,fr;q=0.9") == key(b"")


def test_the_etag_of_the_service_is_kept_and_a_missing_one_is_made_of_the_bytes() -> None:
    assert entry(b"a", (b"etag", b'"7"')).etag == b'"7"'
    assert entry(b"a").etag == entry(b"a").etag != entry(b"b").etag
    assert entry(b"a").upstream_etag is None


def test_the_age_grows_by_the_second() -> None:
    kept = entry()
    assert (b"age", b"0") in kept.headers(0.5, unchanged=False)
    assert (b"age", b"7") in kept.headers(7.9, unchanged=False)
    assert (b"age", b"7") in kept.headers(7.9, unchanged=True)


def test_headers_that_answers_share_cannot_be_changed() -> None:
    kept = entry()
    first = kept.headers(0.0, unchanged=False)
    assert isinstance(first, tuple)
    assert kept.headers(0.9, unchanged=False) is first


@pytest.mark.parametrize(
    ("condition", "same"),
    [
        (b'"a"', True),
        (b'W/"a"', True),
        (b'"b", "a"', True),
        (b" * ", True),
        (b'"b"', False),
        (b"a", False),
    ],
)
def test_conditions_are_compared_weakly(condition: bytes, *, same: bool) -> None:
    assert matches(condition, b'"a"') is same


def test_the_store_never_holds_more_than_its_capacity() -> None:
    store = Store(100_000)
    for number in range(50):
        store.put((b"/%d" % number, b"", b"", "fr"), entry(b"x" * 9_000))
        assert store.held <= 100_000
    assert store.get((b"/49", b"", b"", "fr")) is not None
    assert store.get((b"/0", b"", b"", "fr")) is None


def test_what_was_used_last_stays_longest() -> None:
    store = Store(40_000)
    store.put(KEY, entry(b"x" * 3_000))
    for number in range(20):
        store.put((b"/%d" % number, b"", b"", "fr"), entry(b"x" * 3_000))
        assert store.get(KEY) is not None


def test_a_replaced_entry_is_counted_once() -> None:
    store = Store(100_000)
    for _ in range(30):
        store.put(KEY, entry(b"x" * 5_000))
    assert store.held == entry(b"x" * 5_000).cost


def test_an_answer_too_large_for_the_store_is_not_kept() -> None:
    store = Store(100_000)
    store.put(KEY, entry(b"x" * 20_000))
    assert store.get(KEY) is None
    assert store.held == 0

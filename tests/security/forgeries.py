"""Tokens that nobody may get in with, each with the reason for which it is refused."""

from collections.abc import Iterator
from typing import Any

from chassis.jws import Reason
from tests.security.forged_texts import (
    CLAIMS,
    STRANGER,
    Case,
    Maker,
    of_json,
    of_keys,
    of_signature,
    of_text,
)
from tests.tokens import Issuer

_OTHERS: dict[str, Any] = {
    "null": None, "a number": 7, "true": True, "a list": [], "an object": {"a": 1}, "empty": "",
}  # fmt: skip
_OF_HEADER: dict[str, tuple[Reason, dict[str, Any]]] = {
    **{
        f"alg {name}": (Reason.ALGORITHM, {"alg": name})
        for name in (
            *("none", "NONE", "es256", "RS256", "PS256", "ES384", "ES512", "EdDSA", "HS256"),
            *("", None, ["ES256"], 256),
        )
    },
    **{
        f"member {name}": (Reason.HEADER, {name: value})
        for name, value in {
            "jwk": STRANGER.as_dict(private=False),
            "jku": "https://evil.test/jwks.json",
            "x5u": "https://evil.test/cert.pem",
            "x5c": ["MIIB"],
            "crit": ["exp"],
            "b64": False,
            "zip": "DEF",
            "cty": "JWT",
            "enc": "A256GCM",
        }.items()
    },
    **{
        f"typ {name}": (Reason.TYPE, {"typ": name})
        for name in ("JWT", "AT+JWT", "application/at+jwt", "at+jwt ", "", None, 7, ["at+jwt"])
    },
    **{
        f"kid {name!r}": (Reason.HEADER, {"kid": name})
        for name in ("", None, 1, ["key-1"], "key 1", "key-1\x00", "clé", "k" * 256)
    },
    **{
        f"kid {name!r}": (Reason.UNKNOWN_KEY, {"kid": name})
        for name in ("key-9", "KEY-1", "../../dev/null", "'OR'1'='1", "https://evil.test/k")
    },
}
_OF_CLAIMS: dict[str, tuple[Reason, dict[str, Any]]] = {
    **{
        f"{claim} is {name}": (Reason.CLAIMS, {claim: value})
        for claim in CLAIMS
        for name, value in _OTHERS.items()
        if (claim, name)
        not in {("perimeter", "an object"), ("iat", "a number"), ("exp", "a number")}
    },
    **{
        f"iss {name!r}": (Reason.ISSUER, {"iss": name})
        for name in ("http://acdt.test/", "HTTP://acdt.test", "https://evil.test", "", None, 7)
    },
    **{
        f"aud {name!r}": (Reason.AUDIENCE, {"aud": name})
        for name in (
            *(["http://acdt.test/v1"], "http://acdt.test", "http://acdt.test/v1/", "*"),
            *(None, {"http://acdt.test/v1": 1}),
        )
    },
    **{
        f"scope {name!r}": (Reason.CLAIMS, {"scope": name})
        for name in (" ", "a  b", " a", "a ", 'a"b', "a\\b", "a\nb", "é", ["towns:read"])
    },
    **{
        f"perimeter {name!r}": (Reason.CLAIMS, {"perimeter": name})
        for name in (
            *({"everywhere": False}, {"everywhere": 1}, {"everywhere": "true"}),
            *({"everywhere": True, "region": ["44"]}, {"everywhere": ["44"]}),
            *({"region": "44"}, {"region": [44]}, {"region": ["4 4"]}, {"region": [["44"]]}),
            *({"Region": ["44"]}, {"": ["44"]}, {"region": None}, [{"region": ["44"]}]),
        )
    },
    **{
        f"act {name!r}": (Reason.CLAIMS, {"act": name})
        for name in (None, "me", {}, {"sub": 7}, {"sub": "me", "org": "x"}, [{"sub": "me"}])
    },
    "exp NaN": (Reason.MALFORMED, {"exp": float("nan")}),
    "exp infinite": (Reason.MALFORMED, {"exp": float("inf")}),
    "exp a fraction": (Reason.MALFORMED, {"exp": 2e9 + 0.5}),
    "a text with NUL": (Reason.CLAIMS, {"sub": "town-client\x00"}),
    "a lone surrogate": (Reason.CLAIMS, {"org": "\ud800"}),
    "letters that look alike": (Reason.CLAIMS, {"sub": "t\u043ewn-client"}),
    "a very long text": (Reason.CLAIMS, {"org": "x" * 256}),
    "exp too large": (Reason.CLAIMS, {"exp": 2**40}),
    "exp beyond all integers": (Reason.CLAIMS, {"exp": 10**400}),
    "exp negative": (Reason.CLAIMS, {"exp": -1}),
    "iat zero": (Reason.CLAIMS, {"iat": 0}),
    "nbf a text": (Reason.CLAIMS, {"nbf": "0"}),
}


def _of_times() -> Iterator[tuple[str, Case]]:
    def moved(reason: Reason, *, issued: int, life: int, **more: int) -> Case:
        def make(issuer: Issuer) -> str:
            now = int(issuer.claims()["iat"])
            shifted: dict[str, Any] = {name: now + value for name, value in more.items()}
            return issuer.token(iat=now + issued, exp=now + issued + life, **shifted)

        return reason, make

    yield "expired", moved(Reason.EXPIRED, issued=-311, life=300)
    yield "issued in the future", moved(Reason.NOT_YET_VALID, issued=30, life=300)
    yield "not valid before later", moved(Reason.NOT_YET_VALID, issued=0, life=300, nbf=30)
    yield "living too long", moved(Reason.TOO_LONG_LIVED, issued=0, life=601)
    yield "living a year", moved(Reason.TOO_LONG_LIVED, issued=-9, life=31_536_000)
    yield "never alive", moved(Reason.TOO_LONG_LIVED, issued=0, life=0)
    yield "ended before it began", moved(Reason.TOO_LONG_LIVED, issued=0, life=-60)


def forgeries() -> dict[str, Case]:
    """Return every forgery by its name."""
    found: dict[str, Case] = {}
    for name, (reason, changes) in _OF_HEADER.items():
        found[name] = (reason, _with_header(changes))
    for name, (reason, changes) in _OF_CLAIMS.items():
        found[name] = (reason, _with_claims(changes))
    for cases in (_of_times, of_json, of_text, of_signature, of_keys):
        found |= dict(cases())
    return found


def _with_header(changes: dict[str, Any]) -> Maker:
    return lambda issuer: issuer.signed(issuer.header(**changes), issuer.claims())


def _with_claims(changes: dict[str, Any]) -> Maker:
    return lambda issuer: issuer.token(**changes)


SCHEMES: dict[str, list[str]] = {
    "Basic": ["Basic dG93bjpzZWNyZXQ="],
    "another scheme": ["DPoP {token}"],
    "no scheme": ["{token}"],
    "no token": ["Bearer"],
    "an empty token": ["Bearer "],
    "nothing": [""],
    "a tabulator": ["Bearer\t{token}"],
    "a colon": ["Bearer: {token}"],
    "two headers": ["Bearer {token}", "Bearer {token}"],
    "a header of another scheme first": ["Basic dG93bjpzZWNyZXQ=", "Bearer {token}"],
}
"""Values of `Authorization` that hold no token, or not one."""

"""Forged, stale, borrowed and misshapen proofs of clients, and requests that are none."""

import json
import time
from base64 import b64encode
from collections.abc import Callable
from hmac import digest as hmac
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
from joserfc.jwk import ECKey

from chassis.testing import TEST_URL
from gateway.partners.tokens.proofs import ASSERTION_TYPE
from tests.partners.tokens.registered import Partner, basic
from tests.tokens import encoded

Given = dict[str, Any]
NOW = int(time.time())


class World(NamedTuple):
    """A registry with a few clients, and how to reach it."""

    client: httpx.AsyncClient
    ours: Partner
    other: Partner
    edwards: Partner
    withdrawn: ECKey
    expired: ECKey
    secret: str
    of_the_other: str


def claiming(**changes: Any) -> Callable[[World], Given]:
    """Return the case of an assertion with these claims."""
    return lambda world: {"data": world.ours.form(world.ours.assertion(**changes))}


def lacking(name: str) -> Callable[[World], Given]:
    """Return the case of an assertion without a claim."""
    return lambda world: {"data": world.ours.form(world.ours.assertion(without=(name,)))}


def headed(**changes: Any) -> Callable[[World], Given]:
    """Return the case of an assertion with this header."""

    def case(world: World) -> Given:
        header = world.ours.header(**changes)
        return {"data": world.ours.form(world.ours.signed(header, world.ours.claims()))}

    return case


def signed_by(name: str) -> Callable[[World], Given]:
    """Return the case of an assertion signed by another key of the world, under its name."""

    def case(world: World) -> Given:
        key = getattr(world, name)
        key = key.key if isinstance(key, Partner) else key
        header = world.ours.header(kid=key.thumbprint())
        return {"data": world.ours.form(world.ours.signed(header, world.ours.claims(), key=key))}

    return case


def texts(change: Callable[[str], str]) -> Callable[[World], Given]:
    """Return the case of a sound assertion whose text is changed."""
    return lambda world: {"data": world.ours.form(change(world.ours.assertion()))}


def by_secret(client_id: str, name: str, change: Callable[[str], str] = str) -> Any:
    """Return the case of a secret of the world shown for a client."""

    def case(world: World) -> Given:
        shown = change(getattr(world, name))
        return {
            "data": {"grant_type": "client_credentials"},
            "headers": basic(client_id, shown),
        }

    return case


def authorized(value: str) -> Callable[[World], Given]:
    """Return the case of an `Authorization` header."""
    return lambda _: {
        "data": {"grant_type": "client_credentials"},
        "headers": {"Authorization": value},
    }


def _with_the_public_key_as_secret(world: World) -> Given:
    public = json.dumps(world.ours.key.as_dict(private=False)).encode()
    told = f"{encoded(world.ours.header(alg='HS256'))}.{encoded(world.ours.claims())}"
    return {"data": world.ours.form(f"{told}.{encoded(hmac(public, told.encode(), 'sha256'))}")}


def _unsigned(world: World) -> Given:
    told = f"{encoded(world.ours.header(alg='none'))}.{encoded(world.ours.claims())}"
    return {"data": world.ours.form(f"{told}.")}


def _with_der_signature(world: World) -> Given:
    head, payload, signature = world.ours.assertion().split(".")
    return {"data": world.ours.form(f"{head}.{payload}.{signature[:-6]}")}


def _payload_of_another(world: World) -> Given:
    head, _, signature = world.ours.assertion().split(".")
    claims = encoded(world.ours.claims(iss="other", sub="other"))
    return {"data": world.ours.form(f"{head}.{claims}.{signature}")}


def _access_token(world: World) -> Given:
    return {
        "data": world.ours.form(
            world.ours.signed(world.ours.header(typ="at+jwt"), world.ours.claims())
        )
    }


def _twice_named(world: World) -> Given:
    payload = json.dumps(world.ours.claims())[:-1] + ', "jti": "again"}'
    return {"data": world.ours.form(world.ours.signed(world.ours.header(), payload.encode()))}


def _edwards_as_ecdsa(world: World) -> Given:
    header = world.edwards.header(alg="ES256")
    return {"data": world.edwards.form(world.edwards.signed(header, world.edwards.claims()))}


UNAUTHENTICATED: dict[str, Callable[[World], Given]] = {
    "no proof at all": lambda _: {"data": {"grant_type": "client_credentials"}},
    "an id without proof": lambda _: {
        "data": {"grant_type": "client_credentials", "client_id": "ours"}
    },
    "an issuer that is no client": claiming(iss="nobody", sub="nobody"),
    "the subject of another": claiming(sub="other"),
    "the issuer of another": claiming(iss="other"),
    "both of another": claiming(iss="other", sub="other"),
    "the token endpoint as audience": claiming(aud=f"{TEST_URL}/oauth/token"),
    "the API as audience": claiming(aud=f"{TEST_URL}/v1"),
    "a list of audiences": claiming(aud=[TEST_URL]),
    "a foreign audience": claiming(aud="https://elsewhere.example"),
    "no audience": lacking("aud"),
    "no jti": lacking("jti"),
    "no end": lacking("exp"),
    "no beginning": lacking("iat"),
    "no issuer": lacking("iss"),
    "no subject": lacking("sub"),
    "61 seconds of life": claiming(iat=NOW, exp=NOW + 61),
    "an hour of life": claiming(iat=NOW, exp=NOW + 3_600),
    "an end long past": claiming(iat=NOW - 120, exp=NOW - 60),
    "a beginning to come": claiming(iat=NOW + 3_600, exp=NOW + 3_660),
    "not before an hour": claiming(nbf=NOW + 3_600),
    "an end before its beginning": claiming(iat=NOW + 5, exp=NOW),
    "times as text": claiming(iat=str(NOW), exp=str(NOW + 60)),
    "times with fractions": claiming(iat=NOW + 0.5, exp=NOW + 60.5),
    "a jti that is a number": claiming(jti=7),
    "an empty jti": claiming(jti=""),
    "a jti of a kilobyte": claiming(jti="j" * 1_000),
    "a NUL in the id": claiming(iss="ours\x00", sub="ours\x00"),
    "the key of another": signed_by("other"),
    "a withdrawn key": signed_by("withdrawn"),
    "an expired key": signed_by("expired"),
    "no kid": lambda world: {
        "data": world.ours.form(
            world.ours.signed(world.ours.header(without=("kid",)), world.ours.claims())
        )
    },
    "an unknown kid": headed(kid="unknown"),
    "a kid that is a path": headed(kid="../../etc/passwd"),
    "the type of an access token": _access_token,
    "another algorithm": headed(alg="ES384"),
    "an algorithm in small letters": headed(alg="es256"),
    "no algorithm": _unsigned,
    "the public key as a shared secret": _with_the_public_key_as_secret,
    "an Edwards key under ECDSA": _edwards_as_ecdsa,
    "a key of its own in the header": lambda world: headed(
        jwk=world.ours.key.as_dict(private=False)
    )(world),
    "an address of keys in the header": headed(jku="https://evil.example/jwks.json"),
    "a critical extension": headed(crit=["exp"], b64=False),
    "a name twice in the payload": _twice_named,
    "the payload of another": _payload_of_another,
    "a short signature": _with_der_signature,
    "no signature": texts(lambda text: text.rpartition(".")[0] + "."),
    "two parts": texts(lambda text: text.rpartition(".")[0]),
    "four parts": texts(lambda text: text + ".AAAA"),
    "padding": texts(lambda text: text + "="),
    "a blank after": texts(lambda text: text + " "),
    "not ASCII": texts(lambda text: "é" + text),
    "no JWT": texts(lambda _: "assertion"),
    "five kilobytes": texts(lambda text: text + "A" * 5_000),
    "a client_id that is another's": lambda world: {"data": world.ours.form(client_id="other")},
    "a client that has secrets only": lambda world: {
        "data": world.ours.form(world.ours.assertion(iss="keeper", sub="keeper"))
    },
    "a wrong secret": by_secret("keeper", "secret", lambda text: text[:-1] + "!"),
    "a wrong secret of the right form": by_secret(
        "keeper", "secret", lambda text: text[:-2] + ("aa" if text[-2:] != "aa" else "bb")
    ),
    "the secret of another": by_secret("keeper", "of_the_other"),
    "a secret for a client that has a key": by_secret("ours", "secret"),
    "a secret for nobody": by_secret("nobody", "secret"),
    "an empty secret": by_secret("keeper", "secret", lambda _: ""),
    "a NUL in the id shown": by_secret("keeper\x00", "secret"),
    "an enormous secret": by_secret("keeper", "secret", lambda text: text * 100),
    "a bearer token": authorized("Bearer abc"),
    "Basic and nothing": authorized("Basic"),
    "Basic that is no base64": authorized("Basic ***"),
    "Basic without a colon": authorized("Basic " + b64encode(b"keeper").decode()),
    "Basic that is no UTF-8": authorized("Basic " + b64encode(b"\xff\xfe:x").decode()),
    "Basic with a lone surrogate": authorized("Basic " + b64encode(b"%ed%a0%80:x").decode()),
}


def _both(world: World) -> Given:
    return {"data": world.ours.form(), "headers": basic("keeper", world.secret)}


def formed(change: Callable[[Given], Given], **headers: str) -> Callable[[World], Given]:
    """Return the case of a sound form, changed."""
    return lambda world: {"data": change(world.ours.form()), "headers": headers}


def raw(content: bytes, media_type: str = "application/x-www-form-urlencoded") -> Any:
    """Return the case of a body given as bytes."""
    return lambda _: {"content": content, "headers": {"Content-Type": media_type}}


def _repeated(world: World) -> Given:
    form = world.ours.form()
    pairs = [*form.items(), ("client_assertion", form["client_assertion"])]
    return {"content": urlencode(pairs), "headers": _FORM}


_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MISSHAPEN: dict[str, tuple[Callable[[World], Given], int, str]] = {
    "two proofs": (_both, 400, "invalid_request"),
    "a proof twice": (_repeated, 400, "invalid_request"),
    "an unknown field": (formed(lambda form: form | {"x": "1"}), 400, "invalid_request"),
    "a secret in the form": (
        formed(lambda form: form | {"client_secret": "s"}),
        400,
        "invalid_request",
    ),
    "an assertion without its type": (
        formed(lambda form: form | {"client_assertion_type": ""}),
        400,
        "invalid_request",
    ),
    "an assertion of another type": (
        formed(lambda form: form | {"client_assertion_type": ASSERTION_TYPE + "x"}),
        400,
        "invalid_request",
    ),
    "a type without an assertion": (
        formed(lambda form: form | {"client_assertion": ""}),
        400,
        "invalid_request",
    ),
    "no grant": (formed(lambda form: form | {"grant_type": ""}), 400, "invalid_request"),
    "a password grant": (
        formed(lambda form: form | {"grant_type": "password"}),
        400,
        "unsupported_grant_type",
    ),
    "a right that it lacks": (
        formed(lambda form: form | {"scope": "partners:suspend"}),
        400,
        "invalid_scope",
    ),
    "rights badly written": (
        formed(lambda form: form | {"scope": " partners:read"}),
        400,
        "invalid_scope",
    ),
    "another resource": (
        formed(lambda form: form | {"resource": "https://elsewhere.example"}),
        400,
        "invalid_target",
    ),
    "another audience": (formed(lambda form: form | {"audience": "x"}), 400, "invalid_target"),
    "JSON": (raw(b'{"grant_type":"x"}', "application/json"), 415, "invalid_request"),
    "multipart": (raw(b"--x--", "multipart/form-data; boundary=x"), 415, "invalid_request"),
    "nothing": (raw(b""), 400, "invalid_request"),
    "bytes": (raw(b"\xff\xfe=\x00"), 400, "invalid_request"),
    "percents that are no UTF-8": (raw(b"grant_type=%ff"), 400, "invalid_request"),
    "a thousand fields": (raw(b"&".join(b"a=1" for _ in range(1000))), 400, "invalid_request"),
    "20 kilobytes": (raw(b"scope=" + b"a" * 20_000), 413, "invalid_request"),
    "a NUL": (raw(b"grant_type=client_credentials&scope=%00"), 400, "invalid_request"),
}

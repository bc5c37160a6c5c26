"""Tokens whose text, keys or signature nobody may get in with, each with the reason."""

import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from functools import partial

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc.jwk import ECKey

from chassis.jws import LONGEST, Reason
from tests.tokens import Issuer, encoded

Maker = Callable[[Issuer], str | bytes]
Case = tuple[Reason, Maker]

CLAIMS = ("sub", "jti", "org", "kind", "cred", "scope", "perimeter", "iat", "exp")
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the points of P-256."""
STRANGER = ECKey.generate_key("P-256")


def of_json() -> Iterator[tuple[str, Case]]:
    def payload(change: Callable[[str], str | bytes]) -> Case:
        def make(issuer: Issuer) -> str:
            raw = change(json.dumps(issuer.claims()))
            return issuer.signed(issuer.header(), raw if isinstance(raw, bytes) else raw.encode())

        return Reason.MALFORMED, make

    def header(change: Callable[[str], str]) -> Case:
        return Reason.MALFORMED, lambda issuer: issuer.signed(
            change(json.dumps(issuer.header())).encode(), issuer.claims()
        )

    yield "alg twice in the header", header(lambda text: text[:-1] + ', "alg": "none"}')
    yield "kid twice in the header", header(lambda text: '{"kid": "key-9", ' + text[1:])
    yield "a header that is a list", header(lambda text: f"[{text}]")
    yield "a header with a BOM", header(lambda text: "\ufeff" + text)
    yield "a header with something behind", header(lambda text: text + "{}")
    yield "sub twice", payload(lambda text: text[:-1] + ', "sub": "state"}')
    yield "sub twice, escaped", payload(lambda text: text[:-1] + ', "\\u0073ub": "state"}')
    yield (
        "region twice in the perimeter",
        payload(lambda text: text.replace('"town":', '"region": ["1"], "region":')),
    )
    yield "no object", payload(lambda text: f"[{text}]")
    yield "a text", payload(lambda _: '"claims"')
    yield "null", payload(lambda _: "null")
    yield "nothing but a blank", payload(lambda _: " ")
    yield "half of it", payload(lambda text: text[:40])
    yield "UTF-16", payload(lambda text: text.encode("utf-16"))
    yield "bytes that are no UTF-8", payload(lambda text: text.encode() + b"\xff")
    yield "an overlong slash", payload(lambda text: text.encode().replace(b"-", b"\xc0\xaf", 1))
    yield "a raw NUL", payload(lambda text: text.replace("-", "\0", 1))
    yield (
        "lists in lists",
        payload(lambda text: text[:-1] + ', "x": ' + "[" * 1100 + "]" * 1100 + "}"),
    )


def of_text() -> Iterator[tuple[str, Case]]:
    def text(change: Callable[[str, str, str], str | bytes]) -> Case:
        return Reason.MALFORMED, lambda issuer: change(*issuer.token().split("."))

    yield "padded", text(lambda h, p, s: f"{h}=.{p}==.{s}==")
    yield "a blank inside", text(lambda h, p, s: f"{h}. {p}.{s}")
    yield "a blank behind", text(lambda h, p, s: f"{h}.{p}.{s} ")
    yield "a line end", text(lambda h, p, s: f"{h}.{p}\r\n.{s}")
    yield "a NUL behind", text(lambda h, p, s: f"{h}.{p}.{s}\0")
    yield "letters of other alphabets", text(lambda h, p, s: f"{h}.{p}.{s[:-1]}\u0430".encode())
    yield "plus and slash", text(lambda h, p, s: f"{h}.{p}.+/{s[2:]}")
    yield "bits to spare", text(lambda h, p, s: f"{h}.{p}.{s[:-1]}{chr(ord(s[-1]) + 1)}")
    yield "a digit too many", text(lambda h, p, s: f"{h}.{p}.{s}AAA")
    yield "no signature", text(lambda h, p, _s: f"{h}.{p}.")
    yield "two parts", text(lambda h, p, _s: f"{h}.{p}")
    yield "four parts", text(lambda h, p, s: f"{h}.{p}.{s}.{s}")
    yield "five parts as of a JWE", text(lambda h, p, s: f"{h}.{s}.{s}.{p}.{s}")
    yield "dots only", text(lambda *_: "..")
    yield "a word", text(lambda *_: "password")
    yield (
        "as JSON",
        text(lambda h, p, s: f'{{"protected":"{h}","payload":"{p}","signature":"{s}"}}'),
    )
    yield "two tokens", text(lambda h, p, s: f"{h}.{p}.{s},{h}.{p}.{s}")
    yield "two tokens apart", text(lambda h, p, s: f"{h}.{p}.{s} {h}.{p}.{s}")


def of_signature() -> Iterator[tuple[str, Case]]:
    def signature(change: Callable[[int, int], bytes]) -> Case:
        def make(issuer: Issuer) -> str:
            told, r, s = halves(issuer.token())
            return f"{told}.{encoded(change(r, s))}"

        return Reason.SIGNATURE, make

    yield "r is zero", signature(lambda _, s: raw(0, s))
    yield "s is zero", signature(lambda r, _: raw(r, 0))
    yield "both are zero", signature(lambda *_: raw(0, 0))
    yield "both are the order", signature(lambda *_: raw(ORDER, ORDER))
    yield "all bits", signature(lambda *_: b"\xff" * 64)
    yield "r and s exchanged", signature(lambda r, s: raw(s, r))
    yield "DER", signature(encode_dss_signature)
    yield "a byte more", signature(lambda r, s: raw(r, s) + b"\0")
    yield "a byte less", signature(lambda r, s: raw(r, s)[:-1])
    yield "a bit turned", signature(lambda r, s: raw(r, s ^ 1))


def of_keys() -> Iterator[tuple[str, Case]]:
    def by_secret(secret: Callable[[ECKey], bytes]) -> Maker:
        def make(issuer: Issuer) -> str:
            told = f"{encoded(issuer.header(alg='HS256'))}.{encoded(issuer.claims())}"
            key = secret(issuer.keys[issuer.kid])
            return f"{told}.{encoded(hmac.digest(key, told.encode(), 'sha256'))}"

        return make

    def exchanged(issuer: Issuer) -> str:
        mine, theirs = issuer.token(), issuer.token(scope="everything")
        header, _, signature = mine.split(".")
        return f"{header}.{theirs.split('.')[1]}.{signature}"

    pem = by_secret(lambda key: key.as_pem(private=False))
    jwk = by_secret(lambda key: json.dumps(key.as_dict(private=False)).encode())
    yield "HS256 by the public PEM", (Reason.ALGORITHM, pem)
    yield "HS256 by the public JWK", (Reason.ALGORITHM, jwk)
    yield (
        "the kid of another key",
        (Reason.SIGNATURE, lambda one: one.signed(one.header(kid="key-2"), one.claims())),
    )
    yield (
        "a key of their own",
        (Reason.SIGNATURE, lambda one: one.signed(one.header(), one.claims(), key=STRANGER)),
    )
    yield "the claims of another token", (Reason.SIGNATURE, exchanged)
    yield "too long by a byte", (Reason.TOO_LONG, lambda one: one.token().ljust(LONGEST + 1, "A"))
    yield "far too long", (Reason.TOO_LONG, lambda one: one.token(x="A" * 60_000))
    absent = {"alg": Reason.ALGORITHM, "typ": Reason.TYPE, "kid": Reason.HEADER}
    for name, why in absent.items():
        yield f"no {name}", (why, _without(name))
    for claim in (*CLAIMS, "iss", "aud"):
        reason = {"iss": Reason.ISSUER, "aud": Reason.AUDIENCE}.get(claim, Reason.CLAIMS)
        yield f"no {claim}", (reason, partial(Issuer.token, without={claim}))


def _without(member: str) -> Maker:
    return lambda issuer: issuer.signed(issuer.header(without={member}), issuer.claims())


def halves(token: str) -> tuple[str, int, int]:
    """Return what is signed, and the two numbers of the signature."""
    told, _, signature = token.rpartition(".")
    both = urlsafe_b64decode(signature + "==")
    return told, int.from_bytes(both[:32]), int.from_bytes(both[32:])


def raw(r: int, s: int) -> bytes:
    """Return a signature as a JWS carries it."""
    return r.to_bytes(32) + s.to_bytes(32)

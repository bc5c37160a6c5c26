"""Requests that carry canaries: secrets and names that nothing but their owner may see again.

They are drawn from the contracts: every parameter, every field of every body, in turn, and the
headers in which secrets travel. Not the path: it is in the access log, in traces and in `instance`
on purpose, and holds ids alone; nor the names of fields that do not exist in a refusal, which says
where the mistake is (no log, metric or trace holds them). Nor `X-Request-Id` and `traceparent`:
they are there to be found. `Idempotency-Key` is a canary as others are: no log needs it.
"""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from json import dumps
from typing import Any
from urllib.parse import quote, urlencode

from gateway.partners.tokens.proofs import ASSERTION_TYPE
from tests.contracts.documents import Document, example_of, operations, parameters, resolved

MARK = "zq7canary"
DIGITS = "699887766"
BASIC = b64encode(f"client:{MARK}-secret".encode()).decode()
MARKS = (MARK, DIGITS, BASIC.casefold())
"""What is looked for, whatever the case of letters."""
NAME = "zq7named"
"""A field or a parameter that does not exist: a refusal says where it is, hence its name."""

FORMED: dict[str, str] = {
    "claim": f"{MARK}".ljust(43, "A"),
    "credential": f"acdt_live_zq7canar_{MARK.ljust(43, 'A')}",
    "name": f"{MARK} name",
    "client_name": f"{MARK} client name",
    "x": MARK.ljust(43, "A"),
    "y": MARK.ljust(43, "A"),
    "email": f"{MARK}@{MARK}.fr",
    "phone": f"+33{DIGITS}",
    "token": f"{MARK}.{MARK}.{MARK}",
    "client_assertion": f"{MARK}.{MARK}.{MARK}",
}
"""Canaries of the form that a field asks for, by its name."""

FORM = "application/x-www-form-urlencoded"
HEADERS = {"traceparent": f"00-{7:032x}-{7:016x}-01"} | {
    name: f"{MARK}-{name}"
    for name in (
        *("Cookie", "User-Agent", "Referer", "Origin", "Accept", "Accept-Language", "Forwarded"),
        *("If-None-Match", "If-Match", "Idempotency-Key", "X-Forwarded-For", "baggage"),
        *("tracestate", "X-Api-Key", "Range", "Prefer"),
    )
}


@dataclass(frozen=True, slots=True)
class Sent:
    """One request."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    json: Any = None
    form: dict[str, str] | None = None


def requests(document: Document) -> Iterator[Sent]:
    """Yield every request: one canary each, or all where they do not hide each other."""
    for method, template, operation in operations(document):
        path, queries = template, []
        for parameter in parameters(document, template, operation):
            if parameter["in"] == "path":
                example = quote(str(example_of(document, parameter)), safe="")
                path = path.replace(f"{{{parameter['name']}}}", example)
            elif parameter["in"] == "query":
                queries.append(parameter["name"])
        for name in [*queries, NAME]:
            yield Sent(method, f"{path}?{urlencode({name: f'{MARK} {DIGITS}'})}")
        yield Sent(method, path, HEADERS)
        yield Sent(method, path, {"Authorization": f"Bearer {MARK}.{MARK}.{MARK}"})
        yield Sent(method, path, {"Authorization": f"Basic {BASIC}"})
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            held = bodies(document, content["schema"])
            if media == FORM:
                yield from (Sent(method, path, form=body) for body in held)
            else:
                kind = {"Content-Type": media}
                yield from (Sent(method, path, kind, json=body) for body in held)


def bodies(document: Document, schema: Document) -> Iterator[Any]:
    """Yield a body that holds all it may, then the same with a canary in each place in turn."""
    base = filled(document, schema, "")
    yield base
    if not isinstance(base, dict):  # a file
        yield MARK
        return
    for place in places(base):
        changed = deepcopy(base)
        held = changed
        for step in place[:-1]:
            held = held[step]
        held[place[-1]] = MARK
        yield changed
    yield base | {NAME: MARK}
    for example in resolved(document, schema).get("examples", []):
        yield marked_as(base, example)


def filled(document: Document, schema: Document, name: str) -> Any:
    """Return a value of a schema: a canary wherever its form lets us."""
    schema = resolved(document, schema)
    for choice in schema.get("anyOf", []):
        return filled(document, choice, name)
    kind = schema.get("type", "")
    if name in FORMED:
        return FORMED[name]
    if "properties" in schema:
        return {key: filled(document, inner, key) for key, inner in schema["properties"].items()}
    if kind == "array":
        return [filled(document, schema["items"], name)]
    if "string" in kind and not {"pattern", "format", "enum", "const"} & schema.keys():
        return f"{MARK} {name}"[: schema.get("maxLength", 200)]
    first = schema.get("const", schema.get("enum", [None])[0])
    return first or example_of(document, {"schema": schema})


def marked_as(base: Any, example: Any) -> Any:
    """Return a documented example, which is sound, with the canaries of `base`."""
    if isinstance(example, dict) and isinstance(base, dict):
        return {name: marked_as(base.get(name), value) for name, value in example.items()}
    free = isinstance(base, str) and MARK in base and isinstance(example, str)
    return base if free and " " in base else example


def proofs(client: str) -> Iterator[Sent]:
    """Yield wrong proofs of a client that exists, and a right that nobody has."""
    secret = FORMED["credential"]
    token = {"grant_type": "client_credentials"}
    for path, form in (("/oauth/token", token), ("/oauth/revoke", {"token": FORMED["token"]})):
        for wrong in (secret, MARK):
            basic = b64encode(f"{client}:{wrong}".encode()).decode()
            yield Sent("post", path, {"Authorization": f"Basic {basic}"}, form=form)
        basic = b64encode(f"{secret}:{secret}".encode()).decode()
        yield Sent("post", path, {"Authorization": f"Basic {basic}"}, form=form)
        for claimed in (client, MARK):
            claims = {"iss": claimed, "sub": claimed, "aud": MARK, "jti": MARK, MARK: MARK}
            parts = ({"alg": "ES256", "kid": MARK, "typ": "JWT"}, claims)
            assertion = ".".join(_encoded(part) for part in parts) + f".{MARK}"
            proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
            yield Sent("post", path, {"Authorization": ""}, form=form | proof)


def _encoded(part: dict[str, str]) -> str:
    return urlsafe_b64encode(dumps(part).encode()).rstrip(b"=").decode()


def places(body: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each value of a body."""
    inner = body.items() if isinstance(body, dict) else enumerate(body)
    for step, value in inner:
        yield (step,)
        if isinstance(value, dict | list):
            yield from ((step, *rest) for rest in places(value))

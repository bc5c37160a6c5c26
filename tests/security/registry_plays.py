"""How the operations of the registry are played: its things belong to organisations."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import text

from chassis.database import Database
from chassis.identity import EVERYWHERE, NOWHERE, OWN, Known, Open, Principal, seen
from gateway.partners import kinds
from gateway.partners.policy import APPROVE, READ
from tests.partners.asking import a_request
from tests.partners.attaching import an_attachment
from tests.partners.callers import Caller, public_jwk
from tests.security.matrix import REGISTRY, Case, NotPlayed, text_of, without
from tests.security.plays import UNKNOWN, Stage, list_all, nobody_sees_more

WAY = "straight"
"""One door a stage: what stands behind it is the registry itself, or the whole gateway."""
PARTNER = "/v1/partners/{organisation_id}"
CLIENT = f"{PARTNER}/clients/{{client_id}}"
NOBODY = "production-0000000000000000"
SCOPES = frozenset(name for name in kinds.SCOPES if name.startswith("partners:"))


@dataclass(frozen=True, slots=True)
class Registry:
    """Two organisations of each kind, one that signs and one with a secret, and a request."""

    stage: Stage
    database: Database
    cast: Sequence[Caller]
    kids: Mapping[str, str]
    request_id: str
    attachments: Mapping[str, str]
    """By system, the attachment that is asked for it."""

    def met(self, caller: Caller) -> list[Caller]:
        """Return itself, the other of its kind, and one of another kind."""
        pair = self.cast.index(caller) // 2 * 2
        return [self.cast[(pair + step) % len(self.cast)] for step in range(3)]

    async def held(self) -> list[str]:
        """Return all that the registry holds of systems, and its events."""
        tables = ("organisation", "client", "client_secret", "client_key", "attachment", "event")
        async with self.database.writing() as session:
            return [
                str((await session.scalars(text(f"SELECT t::text FROM {one} t"))).all())
                for one in (f"gateway.{name}" for name in tables)
            ]

    def credential(self, target: Caller) -> dict[str, Any]:
        """Return how a revocation names what a system proves itself with."""
        return {"prefix": target.prefix} if target.prefix else {"kid": self.kids[target.client]}


def player_of(caller: Caller) -> Principal:
    """Return a caller with every right of the registry: only whose it is differs."""
    nationwide = kinds.EVERYWHERE in kinds.AREAS[caller.kind]
    return Principal(
        organisation=str(caller.organisation),
        kind=caller.kind,
        client=caller.client,
        scopes=SCOPES,
        perimeter=EVERYWHERE if nationwide else NOWHERE,
    )


def knows(case: Case, player: Principal, target: Caller) -> bool:
    """Tell whether the row lets a player know of an organisation's things."""
    return seen(case.row.limits(player), {OWN: frozenset({str(target.organisation)})})


def _at(case: Case, organisation: object, client: str, attachment: str = UNKNOWN) -> str:
    path = case.path.replace("{organisation_id}", str(organisation))
    return path.replace("{client_id}", client).replace("{attachment_id}", attachment)


def _of(registry: Registry, case: Case, target: Caller) -> str:
    return _at(case, target.organisation, target.client, registry.attachments[target.client])


async def partners(registry: Registry, case: Case, caller: Caller) -> list[str]:
    """Play the list of the partners: pages, count, files."""
    return await list_all(registry.stage, WAY, case, player_of(caller))


async def reads(registry: Registry, case: Case, caller: Caller) -> list[str]:
    """Play what is under a partner, in every form: another's is as if it did not exist."""
    player = player_of(caller)
    hidden = 404 if "404" in case.operation["responses"] else 200  # a list of nothing
    found = []
    for form in ["", *(f"?format={form}" for form in case.formats)]:
        unknown = _at(case, UNKNOWN, NOBODY)
        nothing = await registry.stage.ask(WAY, case, unknown + form, player)
        for target in registry.met(caller):
            path = _of(registry, case, target)
            answer = await registry.stage.ask(WAY, case, path + form, player)
            if knows(case, player, target):
                others = {str(one.organisation) for one in registry.cast if one is not target}
                right = answer.status_code == 200 and not [o for o in others if o in answer.text]
            else:
                right = nothing.status_code == hidden
                right = right and _told(answer, path) == _told(nothing, unknown)
            found += [] if right else [f"{answer.status_code} for {target.kind}{form}"]
    return found


def _told(answer: httpx.Response, path: str) -> tuple[object, ...]:
    """Return what an answer tells but for its path; a workbook's bytes hold when it was made."""
    if answer.is_success:
        return answer.status_code, text_of(answer)
    return without(answer, path)


def _key(_registry: Registry, _target: Caller) -> dict[str, Any]:
    return {"jwk": public_jwk()}


def _revocation(registry: Registry, target: Caller) -> dict[str, Any]:
    return registry.credential(target) | {"reason": "lost"}


BODIES: Mapping[str, Callable[[Registry, Caller], dict[str, Any]]] = {
    f"{CLIENT}/secrets": lambda *_: {},
    f"{CLIENT}/keys": _key,
    f"{CLIENT}/revocations": _revocation,
    f"{PARTNER}/attachments": lambda _, target: an_attachment(target),
    f"{PARTNER}/attachments/{{attachment_id}}/revocation": lambda *_: {"reason": "left"},
}
"""By path of a change of a system: a body that whoever may send it succeeds with."""


async def changes(registry: Registry, case: Case, caller: Caller) -> list[str]:
    """Play changes of systems: another's is as if it did not exist, and stays as it was."""
    player = player_of(caller)
    found = []
    for target in registry.met(caller):
        path, body = _of(registry, case, target), BODIES[case.path]
        sent = body(registry, target)
        before = await registry.held()
        answer = await registry.stage.ask(WAY, case, path, player, json=sent)
        if knows(case, player, target):
            right = answer.status_code in {201, 409}
        else:
            unknown = _at(case, UNKNOWN, NOBODY)
            nothing = await registry.stage.ask(WAY, case, unknown, player, json=sent)
            right = nothing.status_code == 404 and before == await registry.held()
            right = right and without(answer, path) == without(nothing, unknown)
        found += [] if right else [f"{answer.status_code} for {target.kind}"]
    return found


async def leaks(registry: Registry, case: Case, caller: Caller) -> list[str]:
    """Play the report of a leak: another's secret is as if nobody had it."""
    player = player_of(caller)
    found = []
    report = {"seen_at": "2026-11-20T08:00:00Z", "where": "log"}
    for target in registry.met(caller):
        if target.secret is None:
            continue
        sent = report | {"credential": target.secret}
        before = await registry.held()
        answer = await registry.stage.ask(WAY, case, case.path, player, json=sent)
        if knows(case, player, target):
            right = answer.status_code == 201
        else:
            sent["credential"] = "zzzzzzzz"
            nothing = await registry.stage.ask(WAY, case, case.path, player, json=sent)
            right = nothing.status_code == 422 and before == await registry.held()
            right = right and without(answer, "") == without(nothing, "")
        found += [] if right else [f"{answer.status_code} for {target.kind}"]
    return found


async def admitted(registry: Registry, case: Case, caller: Caller) -> list[str]:
    """Play what a scope alone rules: whoever has it is let in, whosever the thing is."""
    found = []
    for target in registry.met(caller):
        path = _of(registry, case, target).replace("{request_id}", registry.request_id)
        answer = await registry.stage.ask(WAY, case, path, player_of(caller), json={})
        if case.method == "get":
            attachment = registry.attachments[target.client]
            named = attachment if "attachment" in path else registry.request_id
            right = answer.status_code == 200 and named in answer.text
        else:
            right = answer.status_code in {409, 422}
        found += [] if right else [f"{answer.status_code} for {target.kind}"]
    return found


async def open_reads(registry: Registry, case: Case, caller: Caller) -> list[str]:
    """Play open data: the same for all."""
    return await nobody_sees_more(registry.stage, WAY, case, player_of(caller))


FORMS: Mapping[str, Mapping[str, Any]] = {
    "/oauth/token": {"data": {"grant_type": "client_credentials"}},
    "/oauth/revoke": {"data": {"token": "header.claims.signature"}},
    "/v1/access-requests": {"json": a_request()},
    "/v1/access-requests/{request_id}/credentials": {"json": {"claim": "A" * 43}},
}
"""What anyone may send, by path: a proof is asked for by other means, or none is."""


async def anyone(registry: Registry, case: Case, caller: Caller) -> list[str]:
    """Play what anyone may send: a token changes nothing of the answer."""
    path = case.path.replace("{request_id}", registry.request_id)
    told = [
        (answer.status_code, answer.json().get("code"))
        for player in (None, player_of(caller))
        for answer in [await registry.stage.ask(WAY, case, path, player, **FORMS[case.path])]
    ]
    return [] if told[0] == told[1] and told[0][0] < 500 else [str(told)]


async def me(registry: Registry, case: Case, caller: Caller) -> list[str]:
    """Play what a caller is told of itself: nothing without a token, nothing of others."""
    stranger = await registry.stage.ask(WAY, case, case.path, None)
    door = registry.stage.doors[REGISTRY]
    answer = await door.get(case.path, headers=caller.bearer())
    others = [str(one.organisation) for one in registry.cast if one is not caller]
    found = [] if stranger.status_code == 401 else [f"{stranger.status_code} without token"]
    shown = answer.json()
    own = (shown["organisation_id"], shown["client_id"], shown["client_name"])
    right = own == (str(caller.organisation), caller.client, f"System of {caller.kind}")
    right = right and not [other for other in others if other in answer.text]
    return found + ([] if right else ["another"])


async def told(registry: Registry, case: Case, player: Principal | None) -> str:
    """Return all that the feed tells."""
    texts, following = "", f"{case.path}?limit=200"
    while following:
        page = await registry.stage.ask(WAY, case, following, player)
        texts += text_of(page)
        following = page.json().get("next", "")
    return texts


async def feed(registry: Registry, case: Case, caller: Caller) -> list[str]:
    """Play the feed: one's own organisation and systems, and the requests that one may judge."""
    player = player_of(caller)
    texts = await told(registry, case, player)
    limits = READ.limits(player)
    found = [
        f"{one.kind} is told or hidden"
        for one in registry.cast
        for name in (f"partners/{one.organisation}", f"clients/{one.client}")
        if (name in texts) != seen(limits, {OWN: frozenset({str(one.organisation)})})
    ]
    return found if f"access-requests/{registry.request_id}" in texts else [*found, "no request"]


Play = Callable[[Registry, Case, Caller], Awaitable[list[str]]]


def play_of(case: Case) -> Play:
    """Return how an operation is played.

    Raises:
        NotPlayed: in no way that we know.
    """
    row = case.row
    if isinstance(row, Known) and case.path == "/v1/me":
        return me
    if isinstance(row, Open):
        play = _open(case, row)
    elif isinstance(row, Known):
        play = None
    elif not row.within:
        play = admitted
    else:
        play = _owned(case) if row.within == (OWN,) else None
    if play is None:
        raise NotPlayed(f"{case.method} {case.path}")
    return play


def _open(case: Case, row: Open) -> Play | None:
    if row.more:
        known = row.more == (READ, APPROVE) and case.path == f"/v1/events/{REGISTRY}"
        return feed if known else None
    if case.method == "get":
        return open_reads
    return anyone if case.path in FORMS else None


def _owned(case: Case) -> Play | None:
    if case.method == "post":
        known = {"/v1/leaked-credentials": leaks} | dict.fromkeys(BODIES, changes)
        return known.get(case.path)
    if case.path == "/v1/partners":
        return partners
    rest = case.path.replace("{client_id}", "").replace("{attachment_id}", "")
    own = rest.count("{") == 1 and case.path.startswith(PARTNER)
    return reads if case.method == "get" and own else None

"""How each kind of operation of the rights matrix is played: the faults that a player finds."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import httpx

from chassis.identity import ANONYMOUS, Open, Policy, Principal, Scoped, seen
from tests.callers import bearer
from tests.security.estates import ESTATES, SITES, Thing
from tests.security.matrix import Case, policy_of, text_of, without

ID = "matrix-request-0001"
LATEST = "limit=200&sort=-updated_at"
UNKNOWN = "0198c0de-0000-7000-8000-00000000beef"


@dataclass(frozen=True, slots=True)
class Stage:
    """The product with things at both sites, and its doors."""

    doors: Mapping[str, httpx.AsyncClient]
    things: dict[str, list[Thing]]
    published: dict[str, int] = field(default_factory=dict)
    """By collection, how many official facts it holds beside the things: everybody's."""

    async def ask(
        self, way: str, case: Case, path: str, player: Principal | None, **request: object
    ) -> httpx.Response:
        """Ask for a path of an operation as a player."""
        door = self.doors["gateway" if way == "gateway" else case.part]
        headers = {"X-Request-Id": ID, "If-Match": '"999999"'} if case.method != "get" else {}
        headers = {"X-Request-Id": ID} | headers | bearer(player)
        return await door.request(case.method, path, headers=headers, **request)  # type: ignore[arg-type]

    def known(
        self, case: Case, player: Principal | None, *, row: Policy | None = None
    ) -> list[Thing]:
        """What a row, that of the operation unless said, lets a player know of its collection."""
        limits = (row or case.row).limits(player or ANONYMOUS)
        return [thing for thing in self.things[case.collection] if seen(limits, thing.place)]


async def list_all(stage: Stage, way: str, case: Case, player: Principal | None) -> list[str]:
    """Play a list: its pages, its count, all its files."""
    known = {thing.key for thing in stage.known(case, player)}
    every = {thing.key for thing in stage.things[case.collection]}
    published = stage.published.get(case.collection, 0)
    whole_page = LATEST if published else "limit=200"
    whole = await stage.ask(way, case, f"{case.path}?{whole_page}&include_total=true", player)
    total = len(known) + published
    found = [] if whole.json()["total"] == total else ["another total"]
    texts = {"page": text_of(whole), "pages": "", "fields": ""}
    following = f"{case.path}?limit={7 if published else 1}"
    while following:
        page = await stage.ask(way, case, following, player)
        texts["pages"] += page.text
        following = page.json().get("next", "")
    partial = await stage.ask(way, case, f"{case.path}?{whole_page}&fields=id", player)
    texts["fields"] = partial.text
    for form in case.formats:
        texts[form] = text_of(await stage.ask(way, case, f"{case.path}?format={form}", player))
    for name, text in texts.items():
        shown = {key for key in every if key in text}
        found += [] if shown == known else [f"{name}: {len(shown)} shown, {len(known)} known"]
    return found


async def show(stage: Stage, way: str, case: Case, player: Principal) -> list[str]:
    """Play the things one by one; what is not to be known is as if it did not exist."""
    return await _each(stage, way, case, player, expected=200)


async def change(stage: Stage, way: str, case: Case, player: Principal) -> list[str]:
    """Play a change of another version: 412 within the limits, as if it did not exist outside."""
    return await _each(stage, way, case, player, expected=412)


async def act(stage: Stage, way: str, case: Case, player: Principal) -> list[str]:
    """Play an act on each thing: its state may refuse it, the rights do where they say so."""
    return await _each(stage, way, case, player, expected=None)


async def _each(
    stage: Stage, way: str, case: Case, player: Principal, *, expected: int | None
) -> list[str]:
    asked, _, query = case.requests()[0].partition("?")
    tail = "/".join(["", *asked.removeprefix(f"{case.collection}/").split("/")[1:]])
    sent: dict[str, object] = {"json": {}} if case.method in {"patch", "put"} else {}
    if case.play == "act":
        sent = {"json": ESTATES[case.collection].acts[str(case.operation["operationId"])]}
    reached = stage.known(case, player)
    known = stage.known(case, player, row=_known(case.row))
    unknown = f"{case.collection}/{UNKNOWN}{tail}"
    nothing = await stage.ask(way, case, f"{unknown}?{query}".rstrip("?"), player, **sent)
    found = [] if nothing.status_code == 404 else [f"{nothing.status_code} for nothing"]
    for thing in stage.things[case.collection][: 2 * len(SITES)]:
        path = f"{thing.path}{tail}"
        answer = await stage.ask(way, case, f"{path}?{query}".rstrip("?"), player, **sent)
        if thing in reached and thing in known:
            right = (
                _let_through(answer, nothing)
                if expected is None
                else answer.status_code == expected
            )
        elif thing in known:
            right = answer.status_code == 403 and answer.json()["code"] == "outside-perimeter"
        else:
            right = without(answer, path) == without(nothing, unknown)
        found += [] if right else [f"{answer.status_code} for {thing.key}"]
    return found


def _known(row: Policy) -> Policy:
    """Return the row of those who may know of what a row lets change."""
    return row.known if isinstance(row, Scoped) and row.known else row


def _let_through(answer: httpx.Response, nothing: httpx.Response) -> bool:
    """Tell whether rights let an act through to the rules, which may refuse it.

    A thing that is known may have no such part: that is told apart from an unknown thing.
    """
    partless = answer.status_code == 404 and answer.json()["code"] != nothing.json()["code"]
    return answer.is_success or partless or answer.status_code in {409, 412, 422}


async def create(stage: Stage, way: str, case: Case, player: Principal) -> list[str]:
    """Play the making of a thing at each site; what is made stays for the other plays."""
    found = []
    for site, place in ESTATES[case.collection].places.items():
        body = ESTATES[case.collection].body(site)
        answer = await stage.ask(way, case, case.path, player, json=body)
        allowed = seen(case.row.limits(player), place)
        if answer.status_code == 201:
            stage.things[case.collection].append(Thing(answer.headers["location"], place))
        told = answer.status_code, answer.json().get("code")
        right = told == ((201, None) if allowed else (403, "outside-perimeter"))
        found += [] if right else [f"{told} at {site}"]
    return found


async def replace(stage: Stage, way: str, case: Case, player: Principal) -> list[str]:
    """Play the replacing of what is not there: 412 within the limits, for something was seen."""
    found = []
    for site, place in SITES.items():
        body = ESTATES[case.collection].body(site)
        answer = await stage.ask(way, case, case.requests()[0], player, json=body)
        allowed = seen(case.row.limits(player), place)
        expected = (412, "precondition-failed") if allowed else (403, "outside-perimeter")
        told = answer.status_code, answer.json()["code"]
        found += [] if told == expected else [f"{told} at {site}"]
    return found


async def feed(stage: Stage, way: str, case: Case, player: Principal | None) -> list[str]:
    """Play the feed: it names the things that the reader may know of, and no others."""
    row = case.row
    heard = row.audiences(player or ANONYMOUS) if isinstance(row, Open) else {}
    found = []
    text = await _followed(stage, way, case, player)
    for collection, estate in ESTATES.items():
        policy = policy_of(case.part)
        audience = audience_of(policy, estate.reading)
        told = is_told_to_all(policy, estate.reading)
        for thing in stage.things[collection]:
            known = told or (audience in heard and seen(heard[audience], thing.place))
            if (thing.key in text) != known:
                found.append(f"{thing.key} is {'hidden' if known else 'told'}")
    return found


def audience_of(policy: Mapping[str, Policy], reading: str) -> str:
    """Return the scope of the events of a collection; none if it is of another service."""
    match policy.get(reading):
        case Open(more=(row, *_)) | (Scoped() as row):
            return row.scope
    return ""


def is_told_to_all(policy: Mapping[str, Policy], reading: str) -> bool:
    """Tell whether a service tells everybody of a collection."""
    row = policy.get(reading)
    return isinstance(row, Open) and not row.more


async def _followed(stage: Stage, way: str, case: Case, player: Principal | None) -> str:
    text, following = "", f"{case.path}?limit=200"
    while following:
        page = await stage.ask(way, case, following, player)
        text += page.text
        following = page.json().get("next", "")
    return text


async def nobody_sees_more(
    stage: Stage, way: str, case: Case, player: Principal | None
) -> list[str]:
    """Play open data: the same for all, whoever asks."""
    for path in case.requests():
        public = await stage.ask(way, case, path, None)
        if public.is_success:
            answer = await stage.ask(way, case, path, player)
            return [] if text_of(answer) == text_of(public) else ["not the same for all"]
    return ["no documented example succeeds"]


async def admitted(stage: Stage, way: str, case: Case, player: Principal) -> list[str]:
    """Play an operation that a scope alone rules: the refusals are played for all."""
    answer = await stage.ask(way, case, case.requests()[0], player, json={})
    return ["refused"] if answer.status_code in {401, 403} else []


Play = Callable[[Stage, str, Case, Principal], Awaitable[list[str]]]
PLAYS: Mapping[str, Play] = {
    "list": list_all,
    "show": show,
    "create": create,
    "change": change,
    "replace": replace,
    "act": act,
    "feed": feed,
    "open": nobody_sees_more,
    "scope": admitted,
}

"""Who is shown a bid depends on how far it is: every kind, at every state, in every way."""

from chassis.identity import EVERYWHERE, Principal
from tests.callers import caller
from tests.towns.asking import Towns
from tests.towns.bidding import (
    BY_ACV_ID,
    CENTRE,
    CNAM,
    DIRECTORATE,
    EPCI,
    EVALUATOR,
    FAR_PREFECTURE,
    HERE,
    ITS_EPCI,
    ITS_TOWN,
    NOUNS,
    NOWHERE,
    OTHER_BODY,
    OTHER_TOWN,
    PANEL,
    PREFECTURE,
    READS,
    REGION,
    a_bid,
    a_call,
    brought,
    decided,
    drafted,
)

NATIONAL = Principal(
    "national", "ministry", "national", frozenset({READS, "applications:examine"}), EVERYWHERE
)
CARRIERS = {"town": ITS_TOWN, "by its acv_id": BY_ACV_ID}
ONCE_SUBMITTED = {
    "directorate": DIRECTORATE,
    "cnam": CNAM,
    "everywhere": NATIONAL,
    "panel": PANEL,
    "prefecture": PREFECTURE,
    "region": REGION,
    "centre": CENTRE,
}
NEVER = {
    "other town": OTHER_TOWN,
    "its epci": EPCI,
    "other body": OTHER_BODY,
    "far prefecture": FAR_PREFECTURE,
    "evaluator": EVALUATOR,
    "council": caller("region", READS, region="44"),
}
EVERYONE = {**CARRIERS, **ONCE_SUBMITTED, **NEVER}
SECRET = "Zanzibar"


async def shown(desk: Towns, path: str) -> set[str]:
    """Who is shown a bid: alike by its paths, in lists, counts, searches, and in every file."""
    key = path.rsplit("/", 1)[1]
    ways = [path, f"/v1/applications/{key}/versions", f"/v1/applications/{key}/steps"]
    ways += [f"/v1/applications?q={SECRET}&limit=200"]
    ways += [f"/v1/applications?format={form}" for form in ("csv", "ndjson")]
    ways += ["/v1/applications?sort=title&fields=id,title"]
    found = []
    for way in ways:
        answers = {name: await desk.ask("GET", way, who) for name, who in EVERYONE.items()}
        by_path = way.startswith(path)
        told = {
            name
            for name, answer in answers.items()
            if (answer.is_success if by_path else key in answer.text)
        }
        found.append(told)
    counts = {
        name: (await desk.ask("GET", "/v1/applications?include_total=true", who)).json()["total"]
        for name, who in EVERYONE.items()
    }
    found.append({name for name, total in counts.items() if total})
    assert all(names == found[0] for names in found), found
    return found[0]


async def test_each_state_shows_a_bid_to_those_concerned(desk: Towns, fresh_url: str) -> None:
    path = await drafted(desk, await a_call(fresh_url), title=SECRET)
    states = [await shown(desk, path)]
    for noun in ("submission", "consolidation", "resubmission", "examination"):
        await brought(desk, path, noun)
        states.append(await shown(desk, path))
    await decided(fresh_url, path, "refused")
    states.append(await shown(desk, path))
    await decided(fresh_url, path, "selected", told_in_days=2)
    states.append(await shown(desk, path))
    await decided(fresh_url, path, "selected")

    concerned = CARRIERS.keys() | ONCE_SUBMITTED.keys()
    assert states == [set(CARRIERS), *[concerned] * 6]
    assert await shown(desk, path) == set(EVERYONE)


async def test_a_draft_that_is_withdrawn_stays_its_carriers(desk: Towns, fresh_url: str) -> None:
    path = await drafted(desk, await a_call(fresh_url), title=SECRET)
    await brought(desk, path, "withdrawal")
    assert await shown(desk, path) == set(CARRIERS)


async def test_partners_of_a_joint_bid_read_its_draft(desk: Towns, fresh_url: str) -> None:
    carriers = ({"insee_code": HERE}, {"epci_siren": ITS_EPCI, "role": "partner"})
    body = a_bid(await a_call(fresh_url), *carriers, title=SECRET)
    path = await desk.made("/v1/applications", ITS_TOWN, body)
    assert await shown(desk, path) == {*CARRIERS, "its epci"}


async def test_an_act_on_a_bid_that_is_not_shared_answers_as_on_none(
    desk: Towns, fresh_url: str
) -> None:
    path = await drafted(desk, await a_call(fresh_url), title=SECRET)
    for (hidden, who), (nothing, _) in zip(acts_on(path), acts_on(NOWHERE), strict=True):
        said = NOUNS[hidden.rsplit("/", 1)[1]][1]
        sent = {} if said is None else {"json": said}
        answers = [await desk.ask("POST", one, who, **sent) for one in (hidden, nothing)]
        told, same = [
            {key: value for key, value in answer.json().items() if key not in _OF_REQUEST}
            for answer in answers
        ]
        assert told == same
        assert (told["code"], SECRET in str(told)) == ("application-not-found", False)
    headers = {"If-Match": '"1"'}
    for one in (path, NOWHERE):
        answer = await desk.ask("PATCH", one, OTHER_TOWN, headers=headers, json={"title": "?"})
        assert answer.json()["code"] == "application-not-found"


def acts_on(path: str) -> list[tuple[str, Principal]]:
    """The acts on a bid, each with somebody who has the scope and does not know of it."""
    key = path.rsplit("/", 1)[1]
    return [
        (f"/v1/applications/{key}/submission", OTHER_TOWN),
        (f"/v1/applications/{key}/resubmission", OTHER_TOWN),
        (f"/v1/applications/{key}/withdrawal", OTHER_TOWN),
        (f"/v1/applications/{key}/consolidation", NATIONAL),
        (f"/v1/applications/{key}/examination", NATIONAL),
    ]


_OF_REQUEST = {"instance", "request_id"}


async def test_the_feed_tells_no_stranger_of_a_draft(desk: Towns, fresh_url: str) -> None:
    path = await drafted(desk, await a_call(fresh_url), title=SECRET)
    about = path.removeprefix("/v1/")
    assert len(await desk.heard(ITS_TOWN, about, count=1)) == 1
    hidden = {**ONCE_SUBMITTED, **NEVER, "nobody": None}
    told = [name for name, who in hidden.items() if await desk.told(who, about)]
    assert told == []


async def test_the_carriers_of_others_are_found_by_nobody(desk: Towns, fresh_url: str) -> None:
    await drafted(desk, await a_call(fresh_url), title=SECRET)
    for asked in ("acv_id=acv-051", f"insee_code={HERE}", "department=51", "status=draft"):
        page = await desk.ask("GET", f"/v1/applications?{asked}&include_total=true", OTHER_TOWN)
        assert page.json() == {"items": [], "total": 0}

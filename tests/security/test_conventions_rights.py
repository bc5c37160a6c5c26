"""Who is shown a convention depends on how far it is: every kind, at every state, in every way."""

from chassis.identity import Principal
from tests.towns.asking import Towns, fault
from tests.towns.conventions import (
    CENTRE,
    COUNCIL,
    DEPARTMENT,
    DIRECTORATE,
    EVALUATOR,
    HERE,
    ITS_EPCI,
    ITS_TOWN,
    OTHER_REGION,
    OTHER_TOWN,
    REGION,
    TO_SIGNATURE,
    act,
    brought,
    drafted,
    signed,
)

FROM_THE_FIRST = {"town": ITS_TOWN, "epci": ITS_EPCI, "region": REGION, "department": DEPARTMENT}
ONCE_OBSERVED = {
    "directorate": DIRECTORATE,
    "centre": CENTRE,
    "council": COUNCIL,
    "evaluator": EVALUATOR,
}
ONLY_SIGNED: dict[str, Principal | None] = {
    "stranger": None,
    "other": OTHER_TOWN,
    "elsewhere": OTHER_REGION,
}
EVERYONE = {**FROM_THE_FIRST, **ONCE_OBSERVED, **ONLY_SIGNED}


async def shown(desk: Towns, key: str, *, draft: bool = False) -> set[str]:
    """Who is shown a convention: alike by its path, in the list, in every file."""
    ways = [f"/v1/conventions/{key}", f"/v1/conventions?acv_id={HERE}&limit=200"]
    ways += [f"/v1/conventions?acv_id={HERE}&format={form}" for form in ("csv", "ndjson")]
    ways = [f"/v1/conventions/{key}/draft"] if draft else ways
    found = []
    for way in ways:
        answers = {name: await desk.ask("GET", way, who) for name, who in EVERYONE.items()}
        seen = {name for name, answer in answers.items() if answer.is_success}
        found.append({name for name in seen if key in answers[name].text})
    assert all(names == found[0] for names in found)
    return found[0]


async def test_each_state_shows_a_convention_to_more(desk: Towns) -> None:
    path = await drafted(desk)
    key = path.rsplit("/", 1)[1]
    states = [await shown(desk, key)]
    for noun in TO_SIGNATURE:
        await brought(desk, path, noun)
        states.append(await shown(desk, key))

    known = FROM_THE_FIRST.keys() | ONCE_OBSERVED.keys()
    assert states == [set(FROM_THE_FIRST), known, known, set(EVERYONE)]


async def test_an_amendment_in_preparation_is_told_to_no_stranger(desk: Towns) -> None:
    path = await signed(desk)
    key = path.rsplit("/", 1)[1]
    before = await desk.ask("GET", path, None)
    await brought(desk, path, "amendments")
    first = await shown(desk, key, draft=True)
    await brought(desk, path, "observation")
    observed = await shown(desk, key, draft=True)
    after = await desk.ask("GET", path, None)

    assert first == set(FROM_THE_FIRST)
    assert observed == FROM_THE_FIRST.keys() | ONCE_OBSERVED.keys()
    assert (before.text, before.headers["etag"]) == (after.text, after.headers["etag"])
    for asked in ("to=2", "from=2"):
        hidden = await desk.ask("GET", f"/v1/conventions/{key}/diff?{asked}", OTHER_TOWN)
        assert fault(hidden) == (404, "convention-version-not-found")
    mine = await desk.ask("GET", f"/v1/conventions/{key}/diff?to=2", ITS_TOWN)
    assert mine.status_code == 200
    assert await desk.told(None, f"conventions/{key}") == await desk.told(
        OTHER_TOWN, f"conventions/{key}"
    )


async def test_the_feed_tells_of_a_text_those_who_may_know_of_it_then(desk: Towns) -> None:
    path = await drafted(desk)
    about = path.removeprefix("/v1/")
    await brought(desk, path, *TO_SIGNATURE)
    await desk.heard(ITS_TOWN, about, count=4)

    told = {name: len(await desk.told(who, about)) for name, who in EVERYONE.items()}
    assert told == {
        **dict.fromkeys(FROM_THE_FIRST, 4),
        **dict.fromkeys(ONCE_OBSERVED, 3),
        **dict.fromkeys(ONLY_SIGNED, 1),
    }


async def test_acts_of_others_are_refused_as_far_as_they_may_know(desk: Towns) -> None:
    path = await drafted(desk)
    key = path.rsplit("/", 1)[1]
    acts = {
        f"/v1/conventions/{key}/observation": {
            "observed_on": "2023-10-10", "observation": "x", "validated": True
        },
        f"/v1/conventions/{key}/deliberation": {"acts": []},
        f"/v1/conventions/{key}/signature": {"signed_on": "2023-12-15"},
        f"/v1/conventions/{key}/abandonment": {"reason": "given-up"},
        f"/v1/conventions/{key}/amendments": {"purpose": "other"},
        f"/v1/conventions/{key}/waivers": {"guard": "ort-after-end", "reason": "Accord"},
    }  # fmt: skip
    for at, body in acts.items():
        writes = at.endswith(("deliberation", "abandonment", "amendments"))
        outsider = OTHER_TOWN if writes else OTHER_REGION
        hidden = await desk.ask("POST", at, outsider, json=body)
        assert fault(hidden) == (404, "convention-not-found"), at
    by_department = await desk.ask(
        "POST", f"/v1/conventions/{key}/observation", DEPARTMENT,
        json=acts[f"/v1/conventions/{key}/observation"],
    )  # fmt: skip
    await brought(desk, path, *TO_SIGNATURE)
    known = await desk.ask(
        "POST", f"/v1/conventions/{key}/amendments", OTHER_TOWN, json={"purpose": "other"}
    )

    assert fault(by_department) == (403, "outside-perimeter")
    assert fault(known) == (403, "outside-perimeter")
    assert (await act(desk, path, "amendments")).status_code == 201

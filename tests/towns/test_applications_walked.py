"""Random acts by random callers against a small model: no illegal state, no 5xx."""

import random
from dataclasses import dataclass, field
from typing import Any

from chassis.identity import Principal
from services.towns.applications.rules import STEPS
from tests.callers import caller
from tests.towns.asking import Towns
from tests.towns.bidding import ASKED, CNAM, DIRECTORATE, MOTIVE, WRITES, a_bid, a_call

SEQUENCES, LENGTH, SEED = 400, 7, 20190401
STRANGE, ONWARD = 0.2, 0.7
"""How often somebody acts who may have no right to, and how often the next step is tried."""
ACTS: dict[str, tuple[str, dict[str, Any] | None, set[str]]] = {
    "submit_application": ("submission", None, {"town"}),
    "resubmit_application": ("resubmission", None, {"town"}),
    "withdraw_application": ("withdrawal", MOTIVE, {"town"}),
    "consolidate_application": ("consolidation", ASKED, {"cnam", "directorate"}),
    "examine_application": ("examination", MOTIVE, {"cnam", "directorate"}),
}
PATCH = "change_application"
USUAL = (*(act for act in ACTS if act != "withdraw_application"), PATCH)


@dataclass
class Model:
    """What a bid should be: where it stands, whether it is whole, what was submitted of it."""

    status: str = "draft"
    whole: bool = True
    version: int = 1
    texts: list[bool] = field(default_factory=list)
    steps: int = 1

    def allows(self, act: str) -> bool:
        """Whether the state lets an act happen."""
        if act == PATCH:
            return self.status in {"draft", "consolidation"}
        submits = act in {"submit_application", "resubmit_application"}
        return self.status in STEPS[act].sources and (self.whole or not submits)

    def does(self, act: str) -> None:
        """Move as an act moves."""
        self.version += 1
        if act == PATCH:
            self.whole = not self.whole
            return
        self.status = STEPS[act].target
        self.steps += 1
        if self.status == "submitted":
            self.texts.append(self.whole)

    @property
    def known(self) -> set[str]:
        """Who may know of the bid."""
        return {"town"} | ({"cnam", "directorate", "prefecture"} if self.texts else set())


async def test_no_walk_leads_to_an_illegal_state(desk: Towns, fresh_url: str) -> None:
    chance = random.Random(SEED)  # noqa: S311  # reproducible, not secret
    page = (await desk.ask("GET", "/v1/towns?limit=200&status=active", None)).json()
    towns, ends = page["items"], set()
    calls = [await a_call(fresh_url) for _ in range(0, SEQUENCES, len(towns))]
    for number in range(SEQUENCES):
        turn, place = divmod(number, len(towns))
        ends.add(await walked(desk, chance, towns[place], calls[turn]))

    assert {status for status, _ in ends} >= {
        *("draft", "submitted", "consolidation", "examined", "withdrawn")
    }
    assert max(count for _, count in ends) > 1


def callers_of(town: dict[str, Any]) -> dict[str, Principal | None]:
    """Those who act on the bids of a town, and those who should not."""
    (department, *_) = town["departments"]
    return {
        "town": caller("commune", *WRITES, town=town["acv_id"]),
        "cnam": CNAM,
        "directorate": DIRECTORATE,
        "prefecture": caller(
            "department_prefecture", "applications:read", department=department["code"]
        ),
        "other town": caller("commune", *WRITES, name="other", town="acv-999"),
        "stranger": None,
    }


async def walked(
    desk: Towns, chance: random.Random, town: dict[str, Any], call_id: str
) -> tuple[str, int]:
    """Walk one bid; return where it ended, and how often it was submitted."""
    callers, model = callers_of(town), Model()
    lead = {"insee_code": town["communes"][0]["insee_code"], "role": "lead"}
    own = callers["town"]
    assert own is not None
    path = await desk.made("/v1/applications", own, a_bid(call_id, lead))
    for _ in range(LENGTH):
        onward = [act for act in USUAL if model.allows(act)] if chance.random() < ONWARD else []
        act = chance.choice(onward or [*ACTS, PATCH])
        actors = {"town"} if act == PATCH else ACTS[act][2]
        name = chance.choice(sorted(callers if chance.random() < STRANGE else actors))
        answer = await done(desk, path, act, callers[name], model=model)
        assert answer == expected(model, act, name), (act, name, model)
        if answer in {200, 201}:
            model.does(act)
    await agrees(desk, path, callers, model=model)
    return model.status, len(model.texts)


async def done(desk: Towns, path: str, act: str, who: Principal | None, *, model: Model) -> int:
    """Do an act; return the status of the answer."""
    if act == PATCH:
        said: dict[str, Any] = {"learners_count": None if model.whole else 120}
        headers = {"If-Match": f'"{model.version}"'}
        return (await desk.ask("PATCH", path, who, json=said, headers=headers)).status_code
    noun, body, _ = ACTS[act]
    request = {} if body is None else {"json": body}
    return (await desk.ask("POST", f"{path}/{noun}", who, **request)).status_code


def expected(model: Model, act: str, name: str) -> int:
    """Return the status that an act must answer."""
    writes = act == PATCH or ACTS[act][2] == {"town"}
    holders = {"town", "other town"} if writes else {"cnam", "directorate"}
    if name == "stranger":
        return 401
    if name not in holders:
        return 403
    if name not in model.known:
        return 404
    if not model.allows(act):
        return 409
    return 200 if act == PATCH else 201


async def agrees(
    desk: Towns, path: str, callers: dict[str, Principal | None], *, model: Model
) -> None:
    """Hold the reads against the model: who is shown it, where it stands, what was kept."""
    for name, who in callers.items():
        shown = await desk.ask("GET", path, who)
        status = 401 if who is None else 200 if name in model.known else 404
        assert shown.status_code == status, name
    own = (await desk.ask("GET", path, callers["town"])).json()
    versions = (await desk.ask("GET", f"{path}/versions", callers["town"])).json()["items"]
    steps = (await desk.ask("GET", f"{path}/steps", callers["town"])).json()["items"]
    assert (own["status"], own["version"]) == (model.status, model.version)
    assert (own["missing"] == []) is model.whole
    assert all(model.texts)
    assert (len(versions), len(steps)) == (len(model.texts), model.steps)

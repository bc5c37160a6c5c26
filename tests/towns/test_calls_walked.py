"""Random acts by random callers against a small model of a call: no illegal state, no 5xx."""

import random
from dataclasses import dataclass
from typing import Any

from chassis.identity import Principal
from services.towns.calls.rules import STEPS
from tests.towns.asking import Towns
from tests.towns.calling import (
    BODY,
    CNAM,
    DIRECTORATE,
    EVERYWHERE,
    LATER,
    MOTIVE,
    ORGANISATION,
    READER,
    SEEN,
    TOWN,
    WRITER,
    shown,
)

SEQUENCES, LENGTH, SEED = 400, 5, 20190513
CALLERS: dict[str, Principal | None] = {
    "directorate": DIRECTORATE,
    "cnam": CNAM,
    "writer": WRITER,
    "reader": READER,
    "evaluator": EVERYWHERE,
    "town": TOWN,
    "stranger": None,
}
PARTIES = {"directorate", "cnam"}
KNOWING = PARTIES | {"writer", "reader"}
ACTS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "change_call": ("PATCH", "/v1/calls/{id}", {"quorum": 2}),
    "publish_call": ("POST", "/v1/calls/{id}/publication", None),
    "extend_call": ("POST", "/v1/calls/{id}/extension", LATER),
    "close_call": ("POST", "/v1/calls/{id}/closure", MOTIVE),
    "conclude_call": ("POST", "/v1/calls/{id}/conclusion", MOTIVE),
    "cancel_call": ("POST", "/v1/calls/{id}/cancellation", MOTIVE),
    "attach_call_body": (
        "POST",
        "/v1/calls/{id}/attachment",
        {"body": "cnam", "organisation_id": ORGANISATION},
    ),
}
WRITES = {"change_call", "attach_call_body"}


@dataclass
class Model:
    """What a call should be: its status, whether it was published, how many rule sets it had."""

    status: str = "draft"
    rulesets: int = 0
    quorum: int | None = None

    def expected(self, act: str, name: str) -> int:
        """Return the status that an act must answer."""
        if name == "stranger":
            return 401
        holders = PARTIES | {"evaluator"} | ({"writer"} if act in WRITES else set())
        if name not in holders:
            return 403
        if name == "evaluator":
            return 403 if self.rulesets else 404
        if self.status not in STEPS[act].sources or (act == "publish_call" and not self.quorum):
            return 409
        # the closing moves once to the same instant
        if act == "extend_call" and self.rulesets > 1:
            return 422
        return 200 if act == "change_call" else 201

    def does(self, act: str) -> None:
        """Move as an act moves."""
        self.status = STEPS[act].target or self.status
        self.rulesets += act in {"publish_call", "extend_call"}
        self.quorum = 2 if act == "change_call" else self.quorum


async def test_no_walk_leads_to_an_illegal_state(desk: Towns) -> None:
    chance = random.Random(SEED)  # noqa: S311  # reproducible, not secret
    ends = [await _walked(desk, chance) for _ in range(SEQUENCES)]

    assert {end.status for end in ends} == {
        *("draft", "published", "closed", "decided", "cancelled"),
    }
    assert {end.rulesets for end in ends} == {0, 1, 2}


async def _walked(desk: Towns, chance: random.Random) -> Model:
    """Walk one call; return where it ended."""
    model = Model(quorum=chance.choice([None, 3, 3, 3]))
    path = await desk.made("/v1/calls", DIRECTORATE, BODY | {"quorum": model.quorum})
    for _ in range(LENGTH):
        onward = [act for act in ACTS if model.status in STEPS[act].sources]
        act = chance.choice(onward if onward and chance.random() < 0.8 else list(ACTS))
        name = chance.choice(sorted(PARTIES if chance.random() < 0.8 else CALLERS))
        method, where, said = ACTS[act]
        headers = SEEN if method == "PATCH" else {}
        where = where.format(id=path.rsplit("/", 1)[1])
        answer = await desk.ask(method, where, CALLERS[name], json=said, headers=headers)
        assert answer.status_code == model.expected(act, name), (act, name, model, answer.text)
        if answer.is_success:
            model.does(act)
    await _agrees(desk, path, model=model, name=chance.choice(sorted(CALLERS)))
    return model


async def _agrees(desk: Towns, path: str, *, model: Model, name: str) -> None:
    """Hold the reads against the model: who is shown the call, and where it stands."""
    answer = await desk.ask("GET", path, CALLERS[name])
    assert answer.status_code == (200 if model.rulesets or name in KNOWING else 404), name
    call = await shown(desk, path)
    rulesets = (await shown(desk, f"{path}/rulesets"))["items"]
    assert (call["status"], call["quorum"]) == (model.status, model.quorum)
    assert [one["number"] for one in rulesets] == list(range(1, model.rulesets + 1))
    assert (call["ruleset"] or {}).get("sha256") == (rulesets[-1]["sha256"] if rulesets else None)

"""Random acts by random callers against a small model: no illegal state, no 5xx."""

import random
from dataclasses import dataclass
from typing import Any

from chassis.identity import Principal
from services.towns.conventions.rules import STEPS
from tests.callers import caller
from tests.towns.asking import Towns
from tests.towns.conventions import (
    ACTS,
    APPROVES,
    BOTH,
    DIRECTORATE,
    EVALUATOR,
    OBSERVED,
    SIGNED,
    a_text,
)

SEQUENCES, LENGTH, SEED = 250, 9, 20190401
STRANGE, ONWARD = 0.2, 0.7
"""How often somebody acts who may have no right to, and how often the next step is tried."""
WRITERS, OBSERVERS = {"town"}, {"region"}
APPROVERS = {"region", "department", "directorate", "other region"}
NOUNS: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "observe_convention": ("observation", OBSERVED, OBSERVERS),
    "deliberate_convention": ("deliberation", ACTS, WRITERS),
    "sign_convention": ("signature", SIGNED, {"region", "department", "directorate"}),
    "abandon_convention": ("abandonment", {"reason": "given-up"}, WRITERS),
    "amend_convention": ("amendments", {"purpose": "other"}, WRITERS),
}
EVERYBODY = WRITERS | APPROVERS | {"evaluator", "other town", "stranger"}
USUAL = ("observe_convention", "deliberate_convention", "sign_convention", "amend_convention")


@dataclass
class Model:
    """What a convention should be: its text in preparation, and how many were signed."""

    preparing: str = "draft"
    signed: int = 0

    def allows(self, act: str) -> bool:
        """Whether the state lets an act happen."""
        if act == "amend_convention":
            return self.signed > 0 and not self.preparing
        return self.preparing in STEPS[act].sources

    def does(self, act: str) -> None:
        """Move as an act moves."""
        target = "draft" if act == "amend_convention" else STEPS[act].target
        self.signed += target == "signed"
        self.preparing = "" if target in {"signed", "abandoned"} else target

    @property
    def known(self) -> set[str]:
        """Who may be shown the convention."""
        if self.signed:
            return EVERYBODY
        seen = self.preparing in {"observed", "deliberated"}
        return {"town", "region", "department"} | ({"directorate", "evaluator"} if seen else set())


async def test_no_walk_leads_to_an_illegal_state(desk: Towns) -> None:
    chance = random.Random(SEED)  # noqa: S311  # reproducible, not secret
    page = (await desk.ask("GET", "/v1/towns?limit=200&phase=acv1&status=active", None)).json()
    towns = [callers_of(town) for town in page["items"]]
    taken: set[str] = set()
    ends = {await walked(desk, chance, towns[n % len(towns)], taken) for n in range(SEQUENCES)}

    assert {signed for signed, _ in ends} >= {0, 1, 2}
    assert {status for _, status in ends} >= {"draft", "observed", "deliberated", ""}


def callers_of(town: dict[str, Any]) -> dict[str, Principal | None]:
    """Those who act on the conventions of a town, and those who should not."""
    (department, *_) = town["departments"]
    return {
        "town": caller("commune", *BOTH, town=town["acv_id"]),
        "region": caller("region_prefecture", *APPROVES, region=town["region"]["code"]),
        "department": caller("department_prefecture", *APPROVES, department=department["code"]),
        "directorate": DIRECTORATE,
        "evaluator": EVALUATOR,
        "other town": caller("commune", *BOTH, name="other", town="acv-999"),
        "other region": caller("region_prefecture", *APPROVES, name="other", region="00"),
        "stranger": None,
    }


async def walked(
    desk: Towns, chance: random.Random, callers: dict[str, Principal | None], taken: set[str]
) -> tuple[int, str]:
    """Walk one convention; return where it ended. A town signs one convention a phase."""
    town = callers["town"]
    assert town is not None
    (acv_id,) = town.perimeter.values["town"]
    body = {"acv_id": acv_id, "phase": "acv2", "content": a_text()}
    path, model = await desk.made("/v1/conventions", town, body), Model()
    for _ in range(LENGTH):
        onward = [act for act in USUAL if model.allows(act)] if chance.random() < ONWARD else []
        act = chance.choice(onward or list(NOUNS))
        noun, said, actors = NOUNS[act]
        name = chance.choice(sorted(callers if chance.random() < STRANGE else actors))
        answer = await desk.ask("POST", f"{path}/{noun}", callers[name], json=said)
        barred = act == "sign_convention" and not model.signed and acv_id in taken
        status = expected(model, act, name)
        assert answer.status_code == (409 if barred and status == 201 else status), answer.text
        if answer.is_success:
            model.does(act)
            taken |= {acv_id} if act == "sign_convention" else set()
    some = {name: callers[name] for name in chance.sample(sorted(callers), 3)}
    await agrees(desk, path, callers={**some, "town": town}, model=model)
    return model.signed, model.preparing


async def agrees(
    desk: Towns, path: str, *, callers: dict[str, Principal | None], model: Model
) -> None:
    """Hold the reads against the model: who is shown it, and where it stands."""
    for name, who in callers.items():
        shown = await desk.ask("GET", path, who)
        assert shown.status_code == (200 if name in model.known else 404), name
    standing = (await desk.ask("GET", path, callers["town"])).json()
    unsigned = model.preparing or "abandoned"
    status = {0: unsigned, 1: "signed"}.get(model.signed, "amended")
    assert (standing["status"], len(standing["versions"])) == (status, model.signed)


def expected(model: Model, act: str, name: str) -> int:
    """Return the status that an act must answer."""
    actors = NOUNS[act][2]
    holders = {"town", "other town"} if actors == WRITERS else APPROVERS
    if name == "stranger":
        return 401
    if name not in holders:
        return 403
    if name not in model.known:
        return 404
    blind = name == "directorate" and model.preparing not in {"observed", "deliberated"}
    if name not in actors or blind:
        return 403
    return 201 if model.allows(act) else 409

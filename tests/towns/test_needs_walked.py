"""Random acts by random callers, and time, against a small model: no illegal state, no 5xx."""

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import asyncpg

from services.towns.needs.rules import PERISHABLE, STEPS
from tests.callers import caller
from tests.towns.asking import Towns
from tests.towns.needing import BODY, COVERED, HERE, ITS_EPCI, MOTIVE, THERE

SEQUENCES, LENGTH, SEED = 400, 6, 20180927
STRANGE = 0.25
"""How often somebody acts who may have no right to."""
BOTH = ("needs:write", "needs:qualify")
CALLERS = {
    "town": caller("commune", *BOTH, town=HERE),
    "epci": caller("epci", "needs:write", epci=ITS_EPCI),
    "department": caller("department_prefecture", *BOTH, department="51"),
    "region": caller("region_prefecture", *BOTH, region="44"),
    "centre": caller("cnam_centre", "needs:qualify", region="44"),
    "cnam": caller("cnam_national", *BOTH),
    "directorate": caller("acv_directorate", *BOTH),
    "other town": caller("commune", *BOTH, name="other", town=THERE),
    "evaluator": caller("evaluator", "contacts:read"),
    "stranger": None,
}
WRITERS = {"town", "epci", "department", "region", "directorate"}
QUALIFIERS = {"department", "region", "centre", "cnam", "directorate"}
ACTS: dict[str, tuple[str, set[str]]] = {
    "change_need": ("", WRITERS),
    "replace_need": ("", {"town"}),
    "withdraw_need": ("/withdrawal", WRITERS),
    "qualify_need": ("/qualification", QUALIFIERS),
    "cover_need": ("/coverage", QUALIFIERS),
}
USUAL = ("qualify_need", "qualify_need", "cover_need", "change_need", "replace_need")


@dataclass
class Model:
    """What a need should be."""

    status: str = "declared"
    volume: int = 1
    late: bool = False
    version: int = 1

    @property
    def standing(self) -> str:
        """Its status today."""
        return "expired" if self.late and self.status in PERISHABLE else self.status

    def says(self, volume: int) -> bool:
        """Whether it says so already."""
        return self.volume == volume and not self.late

    def allows(self, act: str) -> bool:
        """Whether the state lets an act happen; to replace is to change."""
        return self.standing in STEPS["change_need" if act == "replace_need" else act].sources

    def does(self, act: str, volume: int) -> None:
        """Move as an act moves."""
        self.version += 1
        self.status = "declared" if act == "replace_need" else STEPS[act].target
        if act in {"change_need", "replace_need"}:
            self.volume, self.late = volume, False


async def test_no_walk_leads_to_an_illegal_state(desk: Towns, fresh_url: str) -> None:
    chance = random.Random(SEED)  # noqa: S311  # reproducible, not secret
    connection = await asyncpg.connect(fresh_url)
    try:
        ends = Counter([await walked(desk, chance, connection, n) for n in range(SEQUENCES)])
    finally:
        await connection.close()

    assert ends.keys() == {"declared", "qualified", "covered", "withdrawn", "expired"}
    for status, count in ends.items():
        page = await desk.ask("GET", f"/v1/needs?status={status}&include_total=true", None)
        assert page.json()["total"] == count, status


async def walked(
    desk: Towns, chance: random.Random, connection: asyncpg.Connection, number: int
) -> str:
    """Walk one need; return where it ended."""
    own, model = f"/v1/needs/by-external-id/walk/{number}", Model()
    body = BODY | {"volume_count": 1}
    path = (await desk.ask("PUT", own, CALLERS["town"], json=body)).headers["location"]
    for _ in range(LENGTH):
        if chance.random() < 1 / LENGTH:
            await connection.execute(
                "UPDATE towns.need SET expires_on = current_date - 1 WHERE id = $1",
                path.rsplit("/", 1)[1],
            )
            model.late = True
        await stepped(desk, chance, own=own, path=path, model=model)
    await agrees(desk, path, chance.choice(sorted(CALLERS)), model)
    return model.standing


async def stepped(desk: Towns, chance: random.Random, *, own: str, path: str, model: Model) -> None:
    """Let somebody do something, and hold the answer against the model."""
    act = chance.choice(USUAL if chance.random() > STRANGE else sorted(ACTS))
    noun, actors = ACTS[act]
    name = chance.choice(sorted(CALLERS if chance.random() < STRANGE else actors))
    if act == "replace_need" and name != "stranger":
        name = "town"  # the same words of another organisation name another need
    volume = chance.randint(1, 2)
    said: dict[str, Any] = {
        "change_need": {"volume_count": volume, "expires_on": BODY["expires_on"]},
        "replace_need": BODY | {"volume_count": volume},
        "cover_need": COVERED,
    }.get(act, MOTIVE)
    method = {"change_need": "PATCH", "replace_need": "PUT"}.get(act, "POST")
    headers = {"If-Match": "*"} if method == "PATCH" else {}
    target = own if method == "PUT" else f"{path}{noun}"
    answer = await desk.ask(method, target, CALLERS[name], json=said, headers=headers)
    same = act == "replace_need" and name == "town" and model.says(volume)
    assert answer.status_code == (200 if same else expected(model, act, name)), answer.text
    if answer.is_success and not same:
        model.does(act, volume)
    if answer.is_success:
        written = answer.json()
        assert (written["status"], written["version"]) == (model.standing, model.version)


async def agrees(desk: Towns, path: str, name: str, model: Model) -> None:
    """Hold what somebody reads against the model, and what it is told that it may do."""
    answer = await desk.ask("GET", path, CALLERS[name])
    need = answer.json()
    tag = f"{model.version}-expired" if model.standing == "expired" else f"{model.version}"
    assert (need["status"], answer.headers["etag"]) == (model.standing, f'"{tag}"')
    assert (need["volume_count"], need["version"]) == (model.volume, model.version)
    for key, statuses in {"coverage": {"covered"}, "withdrawal": {"withdrawn"}}.items():
        assert (need[key] is not None) == (model.status in statuses), key
    for offer in need["allowed_actions"]:
        allowed = expected(model, offer["action"], name) < 400
        assert offer["allowed"] == allowed, (name, offer, model)


def expected(model: Model, act: str, name: str) -> int:
    """Return the status that an act must answer."""
    if name == "stranger":
        return 401
    if name not in ACTS[act][1]:
        return 403
    if not model.allows(act):
        return 409
    return 200 if act in {"change_need", "replace_need"} else 201

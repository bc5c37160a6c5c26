"""Random acts on sites by random callers against a small model: no illegal state, no 5xx."""

import random
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from services.towns.sites.rules import OPEN, STEPS
from tests.towns.asking import Towns
from tests.towns.siting import (
    CNAM,
    ITS_CENTRE,
    OF_REGION,
    OTHER_CENTRE,
    PLACED,
    TOWN,
    acting,
    announced,
    at,
    on,
)

SEQUENCES, LENGTH, SEED = 400, 8, 20190926
ONWARD = 0.7
"""How often the next step of a life is tried, and not any."""
WRITERS = {"cnam": CNAM, "centre": ITS_CENTRE, "region": OF_REGION}
CALLERS = {**WRITERS, "far": OTHER_CENTRE, "town": TOWN, "stranger": None}
REFUSED = {"far": 403, "town": 403, "stranger": 401}
COMMUNES = ("08409", "08105", "51108")


@dataclass
class Model:
    """What a site should be."""

    attached: bool
    status: str = "announced"
    commune: str = "08409"
    houses: int = 0

    def expected(self, act: str, name: str) -> int:
        """Return the status that an act must answer."""
        if name in REFUSED:
            return REFUSED[name]
        ready = act != "open_site" or (self.houses > 0 and self.attached)
        return 201 if self.status in STEPS[act].sources and ready else 409

    def does(self, act: str, commune: str) -> None:
        """Move as an act moves."""
        self.status = STEPS[act].target
        if act in PLACED:
            self.commune, self.houses = commune, self.houses + 1


async def test_no_walk_leads_to_an_illegal_state(desk: Towns) -> None:
    chance = random.Random(SEED)  # noqa: S311  # reproducible, not secret
    ends = Counter([await _walked(desk, chance) for _ in range(SEQUENCES)])
    assert set(ends) == {step.target for step in STEPS.values()} | {"announced"}


async def _walked(desk: Towns, chance: random.Random) -> str:
    model = Model(attached=chance.random() < 0.9)  # some lack a centre
    centre = {} if model.attached else {"centre_code": None}
    bid = str(UUID(int=chance.getrandbits(62) | 7 << 76 | 2 << 62))
    path = await announced(desk, application_id=bid, **centre)
    for month in range(1, chance.randint(2, LENGTH)):
        onward = [act for act in STEPS if model.expected(act, "cnam") == 201]
        tried = onward if onward and chance.random() < ONWARD else list(STEPS)
        act, commune = chance.choice(tried), chance.choice(COMMUNES)
        name = chance.choice(sorted(WRITERS if chance.random() < ONWARD else CALLERS))
        if name == "centre" and not model.attached:
            name = "region"
        day = f"2022-{month:02}-01"
        body = at(day, commune) if act in PLACED else on(day)
        answer = await desk.ask("POST", acting(path, act), CALLERS[name], json=body)
        assert answer.status_code == model.expected(act, name), (act, name, answer.text)
        if answer.is_success:
            model.does(act, commune)
    await _agrees(desk, path, model, bid=bid)
    return model.status


async def _agrees(desk: Towns, path: str, model: Model, *, bid: str) -> None:
    """Hold the reads against the model: where it stands, where it is, whether it is open."""
    site = (await desk.ask("GET", path, None)).json()
    houses = (await desk.ask("GET", f"{path}/premises", None)).json()["items"]
    asked = f"/v1/sites?application_id={bid}&open_on=2023-01-01"
    page = (await desk.ask("GET", asked, None)).json()

    assert (site["status"], site["commune"]["insee_code"]) == (model.status, model.commune)
    assert len(houses) == model.houses
    assert [one["links"]["self"] for one in page["items"]] == [path] * (model.status in OPEN)

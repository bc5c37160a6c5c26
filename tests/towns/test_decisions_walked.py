"""Random acts by random callers on a bid before the panel, against a small model: no 5xx."""

import random
from dataclasses import dataclass, field
from typing import Any

from tests.towns.deciding import CORRECTION, MOTIVE, PLAN
from tests.towns.panelling import (
    BDT,
    CARRIER,
    CNAM,
    DIRECTORATE,
    FAVOURABLE,
    INTEREST,
    MINISTRY,
    VDF,
    Bench,
    a_sheet,
    key_of,
)

SEQUENCES, LENGTH, SEED, QUORUM = 300, 14, 20190401, 2
CALLERS = {
    "cnam": CNAM,
    "directorate": DIRECTORATE,
    "ministry": MINISTRY,
    "vdf": VDF,
    "bdt": BDT,
    "carrier": CARRIER,
}
PARTIES = {"cnam", "directorate", "ministry"}
PANEL = {"cnam", "directorate", "vdf", "bdt"}
OUTCOMES = ("selected", "accompanied", "refused")
OF_BID: dict[str, Any] = {
    "conflicts": INTEREST, "scores": a_sheet(), "opinions": FAVOURABLE, "support-plan": PLAN,
    "messages": {"text": "Un mot"},
}  # fmt: skip
OF_DECISION: dict[str, Any] = {
    "confirmation": {}, "abandonment": MOTIVE, "corrections": CORRECTION, "notification": {},
    "revocation": MOTIVE, "revocation-confirmation": {}, "revocation-abandonment": {},
}  # fmt: skip
FROM = {
    "confirmation": "proposed", "abandonment": "proposed", "corrections": "decided",
    "notification": "decided", "revocation": "decided",
    "revocation-confirmation": "revocation-proposed",
    "revocation-abandonment": "revocation-proposed",
}  # fmt: skip
TO = {
    "confirmation": "decided", "abandonment": "abandoned", "revocation": "revocation-proposed",
    "revocation-confirmation": "revoked", "revocation-abandonment": "decided",
}  # fmt: skip


@dataclass
class Model:
    """What a bid before the panel should be."""

    bid: str = "examined"
    conflicts: set[str] = field(default_factory=set)
    opinions: set[str] = field(default_factory=set)
    planned: bool = False
    decision: str = ""
    """The status of the last decision."""
    outcome: str = ""
    by: str = ""
    """Who proposed what waits for a confirmation."""
    notified: bool = False
    texts: int = 0

    def of_bid(self, noun: str, name: str) -> int:
        """Return what an act on the bid answers."""
        right = PARTIES if noun in {"support-plan", "messages", "decision"} else PANEL
        if name not in right:
            scoped = noun in {"conflicts", "scores", "opinions"} or name == "carrier"
            return 403 if scoped or name in {"vdf", "bdt"} else 404
        if noun == "messages":
            return 201
        if noun == "support-plan":
            closed = self.bid not in {"examined", "accompanied"}
            return 409 if self.planned or closed else 201
        return 201 if self.bid == "examined" and not self.bars(noun, name) else 409

    def bars(self, noun: str, name: str) -> bool:
        """Whether something else than the status of the bid refuses an act of a body."""
        return name in self.conflicts if noun in {"conflicts", "scores", "opinions"} else False

    def proposes(self, outcome: str, name: str) -> int:
        """Return what a proposal answers."""
        if name not in PARTIES:
            return 403
        stands = self.decision in {"proposed", "decided", "revocation-proposed"}
        unplanned = outcome == "accompanied" and not self.planned
        return 409 if self.bid != "examined" or stands or unplanned else 201

    def of_decision(self, noun: str, name: str) -> int:
        """Return what an act on the last decision answers."""
        if name not in PARTIES:
            known = self.decision in {"decided", "revocation-proposed", "revoked"}
            return 403 if known or name in {"vdf", "bdt"} else 404
        if self.decision != FROM[noun]:
            return 409
        if noun.endswith("confirmation") and (name == "cnam") == (self.by == "cnam"):
            return 409
        short = len(self.opinions - self.conflicts) < QUORUM
        barred = {"confirmation": short, "notification": self.notified}
        return 409 if barred.get(noun) else 201

    def does(self, noun: str, name: str, outcome: str = "") -> None:
        """Move as an act that succeeded moves."""
        if noun == "decision":
            self.decision, self.by, self.outcome = "proposed", name, outcome
            self.notified, self.texts = False, 1
        self.conflicts |= {name} if noun == "conflicts" else set()
        self.opinions |= {name} if noun == "opinions" else set()
        self.planned |= noun == "support-plan"
        self.decision = TO.get(noun, self.decision)
        self.by = name if noun == "revocation" else self.by
        self.notified |= noun == "notification"
        self.texts += noun == "corrections"
        self.bid = {"confirmation": self.outcome, "revocation-confirmation": "examined"}.get(
            noun, self.bid
        )


async def test_no_walk_of_a_panel_and_its_parties_leads_to_an_illegal_state(bench: Bench) -> None:
    chance = random.Random(SEED)  # noqa: S311  # reproducible, not secret
    call = await bench.call(quorum=QUORUM)
    ends = [await walked(bench, chance, await bid_of(bench, call, n)) for n in range(SEQUENCES)]

    assert {end.decision for end in ends} >= {"proposed", "decided", "abandoned", "revoked"}
    assert {end.bid for end in ends} == {"examined", *OUTCOMES}


async def bid_of(bench: Bench, call: Any, number: int) -> str:
    """Put one bid more: each has a lead of its own."""
    return await bench.bid(call, lead=f"lead-{number}")


async def walked(bench: Bench, chance: random.Random, path: str) -> Model:
    """Walk one bid; return where it ended."""
    model, decision = Model(), ""
    for _ in range(LENGTH):
        name = chance.choice(sorted(CALLERS if chance.random() < 0.2 else PARTIES | PANEL))
        noun, expected, outcome = chosen(chance, model, name, has_decision=bool(decision))
        base = decision if noun in OF_DECISION else path
        proposal = {"outcome": outcome, "motive": "Vu"}
        body = proposal if noun == "decision" else {**OF_BID, **OF_DECISION}[noun]
        answer = await bench.act(base, noun, CALLERS[name], body)
        assert answer.status_code == expected, (noun, name, model, answer.text)
        if answer.is_success:
            model.does(noun, name, outcome)
            decision = answer.headers.get("location", decision)
    await agrees(bench, path, decision=decision, model=model)
    return model


def chosen(
    chance: random.Random, model: Model, name: str, *, has_decision: bool
) -> tuple[str, int, str]:
    """Choose an act; return it with what it should answer, and the outcome that it proposes."""
    early = len(model.opinions) < QUORUM and chance.random() < 0.5
    onward = [noun for noun, source in FROM.items() if source == model.decision]
    nouns = ["opinions"] if early else [*OF_BID, "decision", *onward * 3]
    noun = chance.choice(nouns)
    if has_decision and chance.random() < 0.2:
        noun = chance.choice(list(OF_DECISION))
    if noun in OF_DECISION:
        return noun, model.of_decision(noun, name), ""
    outcome = chance.choice(OUTCOMES)
    if noun == "decision":
        return noun, model.proposes(outcome, name), outcome
    return noun, model.of_bid(noun, name), ""


async def agrees(bench: Bench, path: str, *, decision: str, model: Model) -> None:
    """Hold the reads against the model."""
    board = await bench.shown(f"{path}/panel", MINISTRY)
    assert board["status"] == model.bid
    assert board["opinions_count"] == len(model.opinions - model.conflicts)
    assert sum(one["conflict"] is not None for one in board["bodies"]) == len(model.conflicts)
    if decision:
        shown = await bench.shown(decision, MINISTRY)
        assert (shown["status"], len(shown["texts"])) == (model.decision, model.texts)
        assert (shown["notification"] is not None) == model.notified
        public = await bench.desk.ask("GET", f"/v1/decisions/{key_of(decision)}", None)
        taken = model.decision in {"decided", "revocation-proposed", "revoked"}
        assert public.status_code == (200 if taken else 404)

"""Decisions for tests: what the parties say, and how far a bid is brought."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.towns.panelling import BDT, CNAM, DIRECTORATE, FAVOURABLE, VDF, Bench, key_of

SELECTED: dict[str, Any] = {"outcome": "selected", "motive": "Besoin mesuré, locaux prêts"}
MOTIVE = {"motive": "Le porteur a changé de projet"}
CORRECTION = {"motive": "Besoin mesuré, locaux promis", "reason": "Les locaux restent à livrer"}
PLAN: dict[str, Any] = {
    "owner": "Cnam Grand Est",
    "target_wave": 3,
    "items": [{"lacking": "Locaux", "owner": "Ville", "due_on": "2100-03-31"}],
}
AN_HOUR = timedelta(hours=1)


def in_an_hour() -> str:
    """Return the end of an embargo."""
    return (datetime.now(UTC) + AN_HOUR).isoformat()


async def judged(bench: Bench, **changes: Any) -> str:
    """Put a bid on which two bodies, as many as the quorum, gave their opinion."""
    path = await bench.a_bid(**changes)
    for who in (VDF, BDT):
        await bench.done(path, "opinions", who, FAVOURABLE)
    return path


async def proposed(bench: Bench, path: str, **changes: Any) -> str:
    """Let the Cnam propose a decision on a bid; return the path of the decision."""
    answer = await bench.act(path, "decision", CNAM, SELECTED | changes)
    assert answer.status_code == 201, answer.text
    location: str = answer.headers["location"]
    return location


async def decided(bench: Bench, path: str = "", **changes: Any) -> str:
    """Let both parties decide on a bid; return the path of the decision."""
    decision = await proposed(bench, path or await judged(bench), **changes)
    await bench.done(decision, "confirmation", DIRECTORATE, {})
    return decision


async def revoked(bench: Bench, decision: str) -> None:
    """Let both parties revoke a decision."""
    await bench.done(decision, "revocation", DIRECTORATE, MOTIVE)
    await bench.done(decision, "revocation-confirmation", CNAM, {})


async def lift(bench: Bench, decision: str) -> None:
    """Let the embargo of a decision end, as time would."""
    past = "now() - interval '1 second'"
    await bench.run(
        f"UPDATE towns.decision SET embargo_until = {past} WHERE id::text = $1", key_of(decision)
    )
    await bench.run(
        f"UPDATE towns.application SET decision_told_at = {past} WHERE decision_told_at > now()"
    )

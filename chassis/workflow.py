"""State machines: which act leads from which states to which; any other is refused by name."""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.problems import Refused, Text


@dataclass(frozen=True, slots=True)
class Step:
    """What an act does to a status: from one of `sources` to `target`."""

    sources: frozenset[str]
    target: str


Steps = Mapping[str, Step]
"""The acts of a state machine, by operation id."""


class IllegalTransition(Refused):
    """The status does not allow this act; the refusal names the statuses that do."""

    title = Text("Le statut ne permet pas cet acte", "The status does not allow this act")


def moved(steps: Steps, status: str, *, act: str) -> str:
    """Return the status after an act.

    Args:
        steps: the acts of the machine.
        status: before the act.
        act: one of the machine.

    Raises:
        IllegalTransition: the act is not possible from this status.
    """
    step = steps[act]
    if status not in step.sources:
        sources = sorted(step.sources)
        allowed = ", ".join(sources)
        raise IllegalTransition(
            Text(
                f"Statut « {status} » ; l'acte est possible depuis : {allowed}",
                f"Status {status}; the act is possible from: {allowed}",
            ),
            extra={"current_status": status, "allowed_from": sources},
        )
    return step.target

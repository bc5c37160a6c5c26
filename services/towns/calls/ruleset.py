"""How the rules of a call are frozen: one document, one hash."""

import json
from datetime import UTC, datetime
from hashlib import sha256

from services.towns.calls.rules import Criterion, Details, Evidence


def frozen(asked: Details, *, call_id: str, number: int) -> str:
    """Return the rule set as the canonical JSON of RFC 8785: keys in order, no space.

    Numbers are integers, weights are texts: no float is ever printed. Which organisation a body
    of the panel is may be told later, and is left out.

    Args:
        asked: the rules.
        call_id: the call that they are of.
        number: 1 for the publication, one more for each extension.
    """
    document = {
        "call_id": call_id,
        "number": number,
        "wave": asked.wave,
        "name": asked.name,
        "mode": asked.mode,
        "opens_at": _instant(asked.opens_at),
        "priority_ends_at": _instant(asked.priority_ends_at),
        "closes_at": _instant(asked.closes_at),
        "scores_due_at": _instant(asked.scores_due_at),
        "opinions_due_at": _instant(asked.opinions_due_at),
        "decisions_expected_on": asked.decisions_expected_on
        and asked.decisions_expected_on.isoformat(),
        "outside_quota": asked.outside_quota,
        "quorum": asked.quorum,
        "criteria": [
            {name: getattr(one, name) for name in Criterion.__slots__} for one in asked.criteria
        ],
        "evidence": [
            {name: getattr(one, name) for name in Evidence.__slots__} for one in asked.evidence
        ],
        "required_evidence": [item.code for item in asked.evidence if item.required],
        "panel": [{"body": body.body, "label": body.label} for body in asked.panel],
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(document: str) -> str:
    """Return the SHA-256 of a frozen rule set, in hexadecimal.

    Args:
        document: as `frozen` printed it.
    """
    return sha256(document.encode()).hexdigest()


def _instant(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

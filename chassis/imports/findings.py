"""What is wrong, or doubtful, with a row of a file."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from chassis.problems import Text
from chassis.validation import field_errors


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say of a row; `column` is none for the row as a whole."""

    column: str | None
    code: str
    detail: Text
    severity: Literal["error", "warning"] = "error"

    def stored(self) -> dict[str, Any]:
        return {
            "column": self.column,
            "code": self.code,
            "severity": self.severity,
            "detail": self.detail._asdict(),
        }


Findings = dict[int, list[Finding]]
"""By the number of the row."""

MISSHAPEN = Finding(None, "not-an-object", Text("n'est pas un objet JSON", "is not a JSON object"))
UNEVEN = Finding(
    None,
    "wrong-cell-count",
    Text("n'a pas autant de cellules que l'en-tête", "has not as many cells as the header"),
)
NUL = Finding(None, "nul-character", Text("contient un caractère NUL", "holds a NUL character"))


def faults(error: ValidationError) -> Findings:
    """Return what pydantic found in a list of rows, by place in the list."""
    found: Findings = {}
    for one in error.errors(include_url=False, include_input=False):
        place, *path = one["loc"]
        (named,) = field_errors([dict(one) | {"loc": path}], "body")
        finding = Finding(str(path[0]) if path else None, named.code, named.detail)
        found.setdefault(int(place), []).append(finding)
    return found

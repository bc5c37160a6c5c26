"""Who calls, and the one policy row that every operation has."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.problems import Forbidden, Text, Unauthenticated


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller, as its token states it.

    `perimeter` maps a dimension (region, town, funder...) to the values the caller is limited to;
    a dimension that is absent is not limited.
    """

    organisation: str
    kind: str
    client: str
    scopes: frozenset[str] = frozenset()
    perimeter: Mapping[str, frozenset[str]] = field(default_factory=dict)
    on_behalf_of: str | None = None

    @property
    def actor(self) -> str:
        """The one who answers for the act: the person if one is known, else the organisation."""
        return self.on_behalf_of or self.organisation


ANONYMOUS = Principal(organisation="public", kind="public", client="anonymous")
"""A caller without a token."""


@dataclass(frozen=True, slots=True)
class Open:
    """Anyone may call: open data."""

    def admit(self, principal: Principal) -> None:
        """Everyone passes."""


@dataclass(frozen=True, slots=True)
class Scoped:
    """Callers whose token carries `scope`."""

    scope: str

    def admit(self, principal: Principal) -> None:
        """Let the caller in, or say which scope is missing.

        Raises:
            Unauthenticated: no token.
            Forbidden: the token lacks the scope.
        """
        if principal == ANONYMOUS:
            raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})
        if self.scope not in principal.scopes:
            raise Forbidden(
                Text(
                    f"Le droit « {self.scope} » manque au jeton",
                    f"The token lacks the scope {self.scope}",
                ),
                headers={
                    "WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{self.scope}"'
                },
                extra={"missing_scope": self.scope},
            )


@dataclass(frozen=True, slots=True)
class TwoPerson(Scoped):
    """As `Scoped`, and the act takes effect only when someone of another client approves it."""


Policy = Open | Scoped


class PolicyMismatch(RuntimeError):
    """The operations of an app and its policy rows are not the same set; the message lists both."""


class PolicyTable(Mapping[str, Policy]):
    """Operation id to policy row; features bring their rows, none may be given twice."""

    def __init__(self, *parts: Mapping[str, Policy]) -> None:
        self._rows: dict[str, Policy] = {}
        for part in parts:
            twice = sorted(part.keys() & self._rows.keys())
            if twice:
                raise PolicyMismatch(f"two policy rows for {', '.join(twice)}")
            self._rows |= part

    def __getitem__(self, operation: str) -> Policy:
        return self._rows[operation]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def check(self, operations: Collection[str]) -> None:
        """Prove that the operations and the rows are the same set; `create_app` calls this.

        Raises:
            PolicyMismatch: an operation without row, a row without operation, or a doubled id.
        """
        known = set(operations)
        faults = [f"no policy row for {name}" for name in sorted(known - self._rows.keys())]
        faults += [f"no operation named {name}" for name in sorted(self._rows.keys() - known)]
        if len(known) < len(operations):
            faults.append("two operations share an id")
        if faults:
            raise PolicyMismatch("; ".join(faults))


def principal_of(scope: Mapping[str, Any]) -> Principal:
    """Return the caller of a request; without a verified token it is `ANONYMOUS`."""
    principal: Principal = scope.get("state", {}).get("principal", ANONYMOUS)
    return principal

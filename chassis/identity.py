"""Who calls, and the one policy row that every operation has."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.problems import Forbidden, NotFound, Text, Unauthenticated


@dataclass(frozen=True, slots=True)
class Perimeter:
    """Whose objects a caller may see or change: all, or what at least one of its values names.

    `values` maps a dimension (region, town...) to official codes or ids; without any it is empty.
    """

    everywhere: bool = False
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)


EVERYWHERE = Perimeter(everywhere=True)
NOWHERE = Perimeter()


OWN = "organisation"
"""The dimension of what belongs to an organisation."""
KIND = "kind"
"""The dimension of what is shown to kinds of organisation, such as a bid once it is submitted."""
PUBLISHED = "published"
"""The dimension of what is published; whoever calls has its one value, of the same name."""
OF = "_of_"
"""Within a name such as `region_prefecture_of_region`: the regions of callers of that kind only."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller, as its token states it."""

    organisation: str
    kind: str
    client: str
    scopes: frozenset[str] = frozenset()
    perimeter: Perimeter = NOWHERE
    credential: str = ""
    on_behalf_of: str | None = None
    expires_at: int = 0
    """When its token ends, in seconds of the Unix epoch."""

    @property
    def actor(self) -> str:
        """The one who answers for the act: the person if one is known, else the organisation."""
        return self.on_behalf_of or self.organisation

    def held(self, dimension: str) -> frozenset[str]:
        """Return the caller's values in a dimension: its own ones, or those of its perimeter."""
        own = {OWN: self.organisation, KIND: self.kind, PUBLISHED: PUBLISHED}.get(dimension)
        if own is not None:
            return frozenset({own})
        kind, _, named = dimension.rpartition(OF)
        return self.perimeter.values.get(named, _NONE) if kind in {"", self.kind} else _NONE

    def said(self, names: frozenset[str]) -> dict[str, object]:
        """Return what a statement asks: `caller_scopes`, `caller_in_town` (chassis/actions.py)."""
        plain = {
            "caller": self.organisation,
            "caller_scopes": sorted(self.scopes),
            "caller_kind": self.kind,
            "caller_everywhere": self.perimeter.everywhere,
        }
        asked = names - plain.keys()
        return plain | {name: sorted(self.held(name.removeprefix("caller_in_"))) for name in asked}


ANONYMOUS = Principal(organisation="public", kind="public", client="anonymous")
"""A caller without a token."""

_EVERYONE: Mapping[str, frozenset[str]] = {PUBLISHED: frozenset({PUBLISHED})}
_NONE: frozenset[str] = frozenset()

Limits = Mapping[str, frozenset[str]]
"""Per dimension the values of which an object must have one; `None` in its place means no limit."""

Audiences = Mapping[str, Limits | None]
"""By scope, what limits a caller who is shown more than others."""

Place = Mapping[str, frozenset[str]]
"""Where an object lies: the values that it has in each dimension."""


@dataclass(frozen=True, slots=True)
class Known:
    """Callers with a token, whatever its rights: each is told of itself alone."""

    def admit(self, principal: Principal) -> None:
        """Let a caller with a token in.

        Raises:
            Unauthenticated: no token.
        """
        if principal == ANONYMOUS:
            raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})

    def limits(self, principal: Principal) -> None:
        """Return that nothing of one's own is hidden."""


@dataclass(frozen=True, slots=True)
class Scoped:
    """Callers whose token carries `scope`, within their perimeter.

    `within` names the dimensions that limit the operation. Kinds of organisation in `whole` are
    not limited; without `within`, nobody is. The dimensions `organisation` and `kind` hold the
    caller's own: nobody's perimeter names another one, and seeing everywhere is not seeing
    everyone's: where a kind limits, everywhere opens nothing. Only a client that proves a private
    key is given a `strong` scope. `known` is the row of those who may know of what the operation
    changes, where they are more than may change it: they are told that it is outside their
    perimeter, others that it does not exist.
    """

    scope: str
    within: tuple[str, ...] = ()
    whole: frozenset[str] = frozenset()
    strong: bool = False
    known: "Policy | None" = None

    def admit(self, principal: Principal) -> None:
        """Let the caller in, or say which scope is missing.

        Raises:
            Unauthenticated: no token.
            Forbidden: the token lacks the scope.
        """
        Known().admit(principal)
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

    @property
    def open_everywhere(self) -> bool:
        """Whether a perimeter "everywhere" opens it."""
        by_kind = any(name == KIND or OF in name for name in self.within)
        return self.within != (OWN,) and not by_kind

    def limits(self, principal: Principal) -> Limits | None:
        """Return what an object must have for this caller to see it; `None`: nothing is hidden."""
        whole = not self.within or principal.kind in self.whole
        if whole or (principal.perimeter.everywhere and self.open_everywhere):
            return None
        return {name: principal.held(name) for name in self.within}


@dataclass(frozen=True, slots=True)
class TwoPerson(Scoped):
    """As `Scoped`, and the act takes effect only when someone of another client approves it."""


@dataclass(frozen=True, slots=True)
class Open:
    """Anyone may call: open data. Callers admitted by a row of `more` are shown more than others.

    All are shown what is published. A row of `more` is the audience of what it shows, under the
    name of its scope; everyone is part of one whose `within` names what is published. Where the
    answer says what the caller may do (`acts`), it is not the same for all.
    """

    more: tuple[Scoped, ...] = ()
    acts: bool = False

    @property
    def same(self) -> bool:
        """Whether the answer is the same for all."""
        return not self.more and not self.acts

    def admit(self, principal: Principal) -> None:
        """Everyone passes."""

    def limits(self, principal: Principal) -> Limits | None:
        """Return what an object must have for this caller to see it; `None`: nothing is hidden."""
        if not self.more:
            return None
        limits = dict(_EVERYONE)
        for row in self.more:
            shown = row.limits(principal) if row.scope in principal.scopes else {}
            if shown is None:
                return None
            for name, values in shown.items():
                limits[name] = limits.get(name, _NONE) | values
        return limits

    def audiences(self, principal: Principal) -> Audiences:
        """Return the audiences that a caller is part of."""
        found: dict[str, Limits | None] = {}
        for row in self.more:
            if row.scope in principal.scopes:
                found[row.scope] = row.limits(principal)
            elif PUBLISHED in row.within:
                found[row.scope] = _EVERYONE
        return found


Policy = Open | Known | Scoped


@dataclass(frozen=True, slots=True)
class Reach:
    """What a caller may know of, and what of that it may change."""

    known: Limits | None
    changed: Limits | None

    def check(self, place: Place, *, missing: type[NotFound]) -> None:
        """Let a caller change an object that lies at `place`.

        Raises:
            NotFound: as `missing`, where the caller may not know of it.
            OutsidePerimeter: where it may know of it only.
        """
        if not seen(self.known, place):
            raise missing
        refuse_outside(self.changed, place)


class OutsidePerimeter(Forbidden):
    """The change would make something that the caller's perimeter does not hold."""

    title = Text("Hors du périmètre de l'appelant", "Outside the perimeter of the caller")


def seen(limits: Limits | None, place: Place) -> bool:
    """Tell whether an object that lies at `place` is within limits."""
    return limits is None or any(values & place.get(name, _NONE) for name, values in limits.items())


def refuse_outside(limits: Limits | None, place: Place) -> None:
    """Let a change make an object at `place`, which is no secret, or say what limits the caller.

    Raises:
        OutsidePerimeter: not within the limits; it names the dimensions, not the values.
    """
    if limits is not None and not seen(limits, place):
        names = ", ".join(sorted(limits))
        raise OutsidePerimeter(
            Text(f"Droit limité par : {names}", f"The right is limited by: {names}"),
            extra={"dimensions": sorted(limits)},
        )


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

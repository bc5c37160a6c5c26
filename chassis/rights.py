"""What a caller may do, and why not: the answer of the policy rows and of the reads they guard."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Annotated, NamedTuple

from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from chassis.contract import Output
from chassis.identity import Open, Policy, Principal, Scoped, TwoPerson
from chassis.lane import Lane
from chassis.problems import FieldError, Forbidden, InvalidValue, NotFound, Text, Unauthenticated
from chassis.reads import ReadContext

RIGHT_PATH = "/v1/me/can"


_REASONS = ("open", "granted", "no-token", "missing-scope", "not-found", "outside-perimeter")


class RightQuery(BaseModel):
    """What is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Annotated[
        str, Field(max_length=100, description="Operation id", examples=["list_gateway_events"])
    ]
    resource: Annotated[
        str | None,
        Field(
            max_length=1000,
            pattern=r"^/[^?#]*$",
            description="Path of what the operation would read or change",
            examples=["/v1/events/gateway"],
        ),
    ] = None


class Sentence(Output):
    """A reason, in French and in English."""

    fr: str
    en: str


class Right(Output):
    """Whether the caller may do something, and why."""

    action: str
    resource: str | None
    allowed: bool
    reason: str = Field(
        description="Why, as a stable code",
        json_schema_extra={
            "enum": [
                "open",
                "granted",
                "no-token",
                "missing-scope",
                "not-found",
                "outside-perimeter",
            ]
        },
    )
    detail: Sentence
    scope: str | None = Field(description="The scope that the operation asks for")
    strong: bool = Field(description="Only a client that proves a private key is given this scope")
    two_person: bool = Field(
        description="The act takes effect when somebody of another client approves it"
    )


class _Answer(NamedTuple):
    allowed: bool
    reason: str
    detail: Text


_OPEN = _Answer(True, "open", Text("Ouvert à tous", "Open to all"))
_GRANTED = _Answer(True, "granted", Text("Permis", "Granted"))
_NO_TOKEN = _Answer(False, "no-token", Text("Un jeton est requis", "A token is needed"))
_OUTSIDE = _Answer(
    False,
    "outside-perimeter",
    Text("Hors de votre périmètre", "Outside your perimeter"),
)
_NOT_FOUND = _Answer(
    False,
    "not-found",
    Text("Rien ici que vous puissiez connaître", "Nothing here that you may know of"),
)


def open_to_all(action: str) -> Right:
    """Return the answer for what asks nothing of its caller."""
    return _shown(action, None, _OPEN, row=Open())


class Rights:
    """The operations of one service: who may call each, and at which path it is."""

    def __init__(
        self, routes: Iterable[APIRoute], policy: Mapping[str, Policy], *, lane: Lane
    ) -> None:
        self._paths = {str(route.operation_id): route.path for route in routes}
        self._policy = policy
        self._lane = lane

    async def of(self, query: RightQuery, principal: Principal, *, context: ReadContext) -> Right:
        """Answer for one caller; a resource is read as that caller would read it.

        Raises:
            InvalidValue: no such operation here, or one that the resource does not belong to.
        """
        row = self._policy.get(query.action)
        if row is None:
            raise unknown_action(query.action, self._policy)
        answer = _admitted(row, principal)
        if query.resource is not None:
            paths = self._readable(query.action, query.resource)
            if answer.allowed and paths:
                seen = partial(self._seen, paths=paths, principal=principal, context=context)
                answer = await _reached(answer, row, seen)
        return _shown(query.action, query.resource, answer, row=row)

    def _readable(self, action: str, resource: str) -> list[str]:
        """Return the paths at which the resource may be read, the longest first.

        None if the operation names no object: then nothing is to be known of it.
        """
        template, given = self._paths[action].split("/"), resource.split("/")
        named = [place for place, part in enumerate(template, 1) if part.startswith("{")]
        shortest = named[-1] if named else len(template)
        if not shortest <= len(given) <= len(template) or not all(map(_fits, template, given)):
            raise InvalidValue(errors=[_of_another(self._paths[action])])
        lengths = range(len(given), shortest - 1, -1) if named else ()
        return ["/".join(given[:length]) for length in lengths]

    async def _seen(
        self, row: Policy, *, paths: Sequence[str], principal: Principal, context: ReadContext
    ) -> bool:
        """Read the object under the policy row of the act, so that the act cannot differ.

        An act that is open to all asks for something else, such as a code: the read's row decides.
        """
        path, found = next(
            ((path, found) for path in paths if (found := self._lane.find(path))), ("", None)
        )
        if found is None:
            return False
        operation, values = found
        state = {"principal": principal}
        asked = {**_QUIET, "path": path, "raw_path": path.encode(), "state": state}
        ruling = row if isinstance(row, Scoped) else operation.policy
        try:
            await operation.answer(asked, values, context, row=ruling)
        except (NotFound, Forbidden, Unauthenticated):
            return False
        return True


async def _reached(
    answer: _Answer, row: Policy, seen: Callable[[Policy], Awaitable[bool]]
) -> _Answer:
    """Return an answer as it is for an object that the caller may not know, or not change."""
    if await seen(row):
        return answer
    known = row.known if isinstance(row, Scoped) else None
    return _OUTSIDE if known and await seen(known) else _NOT_FOUND


def _fits(part: str, given: str) -> bool:
    return part == given or (part.startswith("{") and given != "")


_QUIET = {"type": "http", "method": "HEAD", "query_string": b"", "headers": []}


def unknown_action(action: str, known: Iterable[str]) -> InvalidValue:
    """Return the refusal of an operation id, with those that resemble it."""
    near = ", ".join(get_close_matches(action, list(known), n=3, cutoff=0.4))
    detail = Text(
        f"opération inconnue ; proches : {near}" if near else "opération inconnue",
        f"unknown operation; nearest: {near}" if near else "unknown operation",
    )
    return InvalidValue(errors=[FieldError("unknown-action", detail, parameter="action")])


def _of_another(template: str) -> FieldError:
    detail = Text(f"l'opération porte sur {template}", f"the operation is about {template}")
    return FieldError("other-resource", detail, parameter="resource")


def _admitted(row: Policy, principal: Principal) -> _Answer:
    try:
        row.admit(principal)
    except Unauthenticated:
        return _NO_TOKEN
    except Forbidden as refusal:
        return _Answer(False, "missing-scope", refusal.detail)
    return _OPEN if isinstance(row, Open) else _GRANTED


def _shown(action: str, resource: str | None, answer: _Answer, *, row: Policy) -> Right:
    return Right(
        action=action,
        resource=resource,
        allowed=answer.allowed,
        reason=answer.reason,
        detail=Sentence(fr=answer.detail.fr, en=answer.detail.en),
        scope=row.scope if isinstance(row, Scoped) else None,
        strong=isinstance(row, Scoped) and row.strong,
        two_person=isinstance(row, TwoPerson),
    )

"""Partners' own ids: `PUT /v1/<collection>/by-external-id/{namespace}/{external_id}`.

An id is unique within its namespace, a namespace within its organisation.
"""

from typing import Annotated, NamedTuple

from fastapi import Depends, Path, Request
from pydantic import Field

from chassis.contract import Output
from chassis.identifiers import Form
from chassis.identity import principal_of
from chassis.problems import Text
from chassis.writes import WriteRoute

Namespace = Annotated[
    str,
    Form(
        r"[a-z][a-z0-9-]{0,39}",
        Text(
            "attendu : un nom de système, par exemple sirh-ville",
            "expected: the name of a system, such as hr-town",
        ),
    ),
    Field(description="The caller's system that numbers its things", examples=["sirh-ville"]),
]
ExternalKey = Annotated[
    str,
    Form(
        r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}",
        Text(
            "attendu : lettres, chiffres et . _ ~ -, par exemple besoin-2026-14",
            "expected: letters, digits and . _ ~ -, such as need-2026-14",
        ),
    ),
    Field(description="What that system calls the thing", examples=["besoin-2026-14"]),
]


class ExternalId(Output):
    """What the author calls it."""

    namespace: str
    id: str


class OwnId(NamedTuple):
    """A partner's own id."""

    organisation: str
    namespace: str
    id: str


async def _own(
    request: Request,
    namespace: Annotated[Namespace, Path()],
    external_id: Annotated[ExternalKey, Path()],
) -> OwnId:
    return OwnId(principal_of(request.scope).organisation, namespace, external_id)


Own = Annotated[OwnId, Depends(_own)]
"""How a change gets the id of its path: the caller's own, whoever else uses the same words."""


class UpsertRoute(WriteRoute):
    """A PUT that makes a thing or replaces it; `If-Match` counts where it is sent.

    The partner's system holds the original: it need not have read what it replaces.
    """

    needs_condition = False

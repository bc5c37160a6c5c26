"""What a caller is told of itself through the gateway."""

from pydantic import Field

from chassis.caller_routes import Caller
from chassis.contract import Output
from chassis.rights import Sentence


class ScopeMeaning(Output):
    """A right that the token carries, in words."""

    scope: str
    meaning: Sentence
    strong: bool = Field(description="Only a client that proves a private key is given it")


class Quota(Output):
    """How much a client may ask."""

    name: str
    limit: int = Field(ge=0)
    remaining: int = Field(ge=0)


class Me(Caller):
    """The caller: what its token states, and what the registry of partners adds."""

    organisation_name: str | None
    kind_label: Sentence
    client_name: str | None
    environment: str | None = Field(
        description="Of the client", json_schema_extra={"enum": ["production", "sandbox", None]}
    )
    meanings: list[ScopeMeaning] = Field(description="The scopes of the token, in words")
    quotas: list[Quota] | None = Field(description="None are kept yet")

"""Every refusal of the token endpoints; each carries `error` of RFC 6749 as well.

InvalidScope          BadRequest       asks for more than the client has, or than its proof allows
InvalidTarget         BadRequest       asks for a token for somebody else's API
PerimeterTooWide      BadRequest       more codes than a token can name
UnsupportedGrantType  BadRequest       anything but client_credentials
InvalidClient         Unauthenticated  the client has not proved who it is; nobody is told why
ClientSuspended       InvalidClient    it has, and may not have tokens now
"""

from chassis.problems import BadRequest, Text, Unauthenticated


class InvalidScope(BadRequest):
    """A scope that the client lacks, or that needs `private_key_jwt`; or none that it could get."""

    title = Text(
        "Le client n'a pas ce droit, ou le prouve trop faiblement",
        "The client lacks this scope, or proves itself too weakly for it",
    )


class InvalidTarget(BadRequest):
    """`resource` or `audience` names something else than this API."""

    title = Text("Les jetons ne valent que pour cette API", "Tokens are for this API only")


class PerimeterTooWide(BadRequest):
    """The perimeter names hundreds of towns where a region or a department would do."""

    title = Text(
        "Le périmètre compte trop de codes pour un jeton",
        "The perimeter has too many codes for a token",
    )


class UnsupportedGrantType(BadRequest):
    """No person takes part: a client asks for itself."""

    title = Text(
        "Le seul grant_type possible est client_credentials",
        "The only possible grant_type is client_credentials",
    )


class InvalidClient(Unauthenticated):
    """`why` and `client`, if it is a registered one, are for our log and its organisation.

    The caller hears one sentence whatever they are.
    """

    title = Text("Le client n'a pas prouvé son identité", "The client has not proved its identity")

    def __init__(self, why: str = "", client: str | None = None) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Basic realm="acdt", charset="UTF-8"'})
        self.why = why
        self.client = client


class ClientSuspended(InvalidClient):
    """It, or its organisation: said to those alone who proved that they are the client."""

    title = Text("Le client est suspendu", "The client is suspended")

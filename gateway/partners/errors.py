"""Every refusal of the registry.

AccessRequestNotFound   NotFound        also for a wrong claim
TooManyAsked            TooManyRequests this sender asked as often as it may in a day
TooManyPending          Refused         this partner waits for as many decisions as it may
UnknownOrganisation     Unprocessable   no partner has the id that a request names
ScopeNotAllowed         Unprocessable   unknown, or not for this kind of partner
KeyRequired             Unprocessable   a scope that only a private key proves
AreaNotAllowed          Unprocessable   not for this kind of partner
AreaNotOwn              Unprocessable   an official register says that it is somebody else's
AreaTwice               Unprocessable   two areas of one value share days
UnfitKey                Unprocessable   not a point of its curve
RequestClosed           Refused         decided, or expired
OwnRequest              Refused         nobody judges what they ask for
OpinionAlreadyGiven     Refused         one for each organisation
NotGranted              Refused         no credentials before two approvals
GrantLapsed             Refused         nobody came for the credentials in time
AlreadyCollected        Refused         credentials are shown once
PartnerNotFound         NotFound        also for one that the caller may not know
ClientNotFound          NotFound        also for one that the caller may not know
UnknownCredential       Unprocessable   no secret, no key of the system has this name
WrongProof              Refused         a secret for a system that signs, or the contrary
TooManyCredentials      Refused         the old ones are to be revoked first
KeyAlreadyThere         Refused         the system has this key
ClientIsSuspended       Refused         nothing new for a system that may not call
ClientIsActive          Refused         there is nothing to restore
RestorationNeedsAnother Refused         the second voice is another organisation's
AttachmentNotFound      NotFound        also for one that the caller may not know
UnknownIssuer           Unprocessable   no external issuer of this name is configured
"""

from collections.abc import Iterable

from chassis.problems import (
    FieldError,
    NotFound,
    Problem,
    Refused,
    Text,
    TooManyRequests,
    Unprocessable,
)


def _at(field: str, places: Iterable[int], problem: Problem) -> list[FieldError]:
    """Return what is wrong with the items of a list, by their places from 0."""
    named = problem.slug(), problem.title
    return [FieldError(*named, pointer=f"/{field}/{place}") for place in places]


class AccessRequestNotFound(NotFound):
    """No request has this id, or the claim is not its own."""

    title = Text("Aucune demande d'accès de ce nom", "No such request for access")


class TooManyAsked(TooManyRequests):
    """The sender made as many requests in the last 24 hours as it may."""

    title = Text(
        "Trop de demandes d'accès en 24 heures de cet expéditeur",
        "Too many requests for access in 24 hours from this sender",
    )

    def __init__(self, seconds: int) -> None:
        super().__init__(headers={"Retry-After": str(seconds)})


class TooManyPending(Refused):
    """As many requests of this partner wait for opinions as may wait at once."""

    title = Text(
        "Trop de demandes de ce partenaire attendent une décision",
        "Too many requests of this partner wait for a decision",
    )


class UnknownOrganisation(Unprocessable):
    """The partner named by a request does not exist."""

    title = Text("Aucun partenaire n'a cet identifiant", "No partner has this id")

    def __init__(self) -> None:
        found = FieldError("unknown-organisation", self.title, pointer="/organisation_id")
        super().__init__(errors=[found])


class ScopeNotAllowed(Unprocessable):
    """A scope that does not exist, or that this kind of partner never gets."""

    title = Text(
        "Ce droit n'existe pas pour ce type de partenaire",
        "This scope does not exist for this kind of partner",
    )

    def __init__(self, places: Iterable[int]) -> None:
        super().__init__(errors=_at("scopes", places, self))


class KeyRequired(Unprocessable):
    """A scope that moves money or approves, asked for by a client with a mere secret."""

    title = Text(
        "Ce droit demande une clé privée (private_key_jwt)",
        "This scope needs a private key (private_key_jwt)",
    )

    def __init__(self, places: Iterable[int]) -> None:
        super().__init__(errors=_at("scopes", places, self))


class AreaNotAllowed(Unprocessable):
    """A dimension that the perimeter of this kind of partner does not have."""

    title = Text(
        "Ce périmètre n'est pas celui de ce type de partenaire",
        "This perimeter is not one of this kind of partner",
    )

    def __init__(self, places: Iterable[int]) -> None:
        super().__init__(errors=_at("perimeter", places, self))


class AreaNotOwn(Unprocessable):
    """The code of a commune or an EPCI that has another SIREN than the one that asks."""

    title = Text(
        "Ce code est celui d'une autre collectivité, selon les registres officiels",
        "This code is another authority's, by the official registers",
    )

    def __init__(self, places: Iterable[int]) -> None:
        super().__init__(errors=_at("perimeter", places, self))


class AreaTwice(Unprocessable):
    """The same value twice, on days that overlap."""

    title = Text(
        "Cette valeur figure deux fois les mêmes jours",
        "This value is there twice on the same days",
    )

    def __init__(self, places: Iterable[int]) -> None:
        super().__init__(errors=_at("perimeter", places, self))


class UnfitKey(Unprocessable):
    """A public key that no signature can be verified with."""

    title = Text(
        "La clé publique n'est pas un point de sa courbe",
        "The public key is not a point of its curve",
    )

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("unfit-key", self.title, pointer="/jwk")])


class RequestClosed(Refused):
    """The request was decided, or nobody decided within 30 days."""

    title = Text("La demande n'est plus à décider", "The request is no longer to be decided")


class OwnRequest(Refused):
    """A partner gives an opinion on its own request."""

    title = Text(
        "Un partenaire ne se prononce pas sur sa propre demande",
        "A partner gives no opinion on its own request",
    )


class OpinionAlreadyGiven(Refused):
    """This organisation has spoken already: two approvals come from two organisations."""

    title = Text("Cette organisation s'est déjà prononcée", "This organisation has spoken already")


class NotGranted(Refused):
    """The request is not granted; `current_status` says where it stands."""

    title = Text("La demande n'est pas accordée", "The request is not granted")

    def __init__(self, status: str) -> None:
        super().__init__(extra={"current_status": status})


class GrantLapsed(Refused):
    """Nobody came for the credentials within 30 days: ask for access again."""

    title = Text(
        "Les accès n'ont pas été retirés à temps : refaites une demande",
        "Nobody collected the credentials in time: ask for access again",
    )


class AlreadyCollected(Refused):
    """The credentials were shown; they are not kept, nobody can show them again."""

    title = Text("Les accès ont déjà été remis", "The credentials were handed over already")


class PartnerNotFound(NotFound):
    """No partner has this id, or none that the caller may know."""

    title = Text("Aucun partenaire connu n'a cet identifiant", "No known partner has this id")


class ClientNotFound(NotFound):
    """No system of this partner has this name, or none that the caller may know."""

    title = Text("Aucun système connu n'a ce nom", "No known system has this name")


class UnknownCredential(Unprocessable):
    """No secret and no key that the caller may revoke has this name."""

    title = Text("Aucun accès connu n'a ce nom", "No known credential has this name")

    def __init__(self, field: str) -> None:
        found = FieldError("unknown-credential", self.title, pointer=f"/{field}")
        super().__init__(errors=[found])


class WrongProof(Refused):
    """A secret for a system that signs, or a key for one that does not."""

    title = Text(
        "Ce système ne se prouve pas ainsi", "This system does not prove itself in this way"
    )


class TooManyCredentials(Refused):
    """As many as may live at once do: revoke an old one first."""

    title = Text(
        "Trop d'accès valides : retirez d'abord un ancien",
        "Too many live credentials: revoke an old one first",
    )


class KeyAlreadyThere(Refused):
    """The system has, or had, this key."""

    title = Text("Ce système a ou a eu cette clé", "This system has, or had, this key")


class ClientIsSuspended(Refused):
    """The system may not call: it gets nothing new, and cannot be suspended again."""

    title = Text("Le système est suspendu", "The system is suspended")


class ClientIsActive(Refused):
    """The system may call: there is nothing to restore."""

    title = Text("Le système n'est pas suspendu", "The system is not suspended")


class RestorationNeedsAnother(Refused):
    """The organisation that asked for the restoration cannot be the one that agrees."""

    title = Text(
        "Une autre organisation doit confirmer le rétablissement",
        "Another organisation must confirm the restoration",
    )


class AttachmentNotFound(NotFound):
    """No attachment has this id, or none that the caller may know."""

    title = Text("Aucun rattachement connu n'a cet identifiant", "No known attachment has this id")


class UnknownIssuer(Unprocessable):
    """No issuer of this name is configured: nobody could ever show its tokens."""

    title = Text("Aucun émetteur de jetons n'a ce nom", "No issuer of tokens has this name")

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("unknown-issuer", self.title, pointer="/issuer")])

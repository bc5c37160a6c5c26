"""Every refusal of the needs.

NeedNotFound         NotFound
OneTerritory         Unprocessable
NothingNeeded        Unprocessable
EvidenceMissing      Unprocessable
ExpiryPassed         Unprocessable
NeedCannotMove       Unprocessable
NothingCovers        Unprocessable
"""

from chassis.problems import NotFound, Text, Unprocessable


class NeedNotFound(NotFound):
    """No need has this id."""

    title = Text("Aucun besoin n'a cet identifiant", "No need has this identifier")


class OneTerritory(Unprocessable):
    """A need is of a town or of an EPCI: of exactly one."""

    title = Text(
        "Un besoin est d'une ville ou d'un EPCI : acv_id ou epci_siren, un seul des deux",
        "A need is of a town or of an EPCI: acv_id or epci_siren, exactly one",
    )


class NothingNeeded(Unprocessable):
    """The need names neither a job nor a skill."""

    title = Text(
        "Un code ROME ou une compétence est nécessaire", "A ROME code or a skill is needed"
    )


class EvidenceMissing(Unprocessable):
    """A need that claims more than a statement does not say where that can be read."""

    title = Text(
        "Un besoin mesuré ou documenté nomme sa pièce : evidence_url ou evidence_reference",
        "A need that is measured or documented names evidence_url or evidence_reference",
    )


class ExpiryPassed(Unprocessable):
    """The need would have expired before it is written."""

    title = Text("Le jour d'expiration est passé", "The day of expiry has passed")


class NeedCannotMove(Unprocessable):
    """A need stays with its town or EPCI."""

    title = Text(
        "Un besoin ne change pas de territoire : retirez-le et déclarez l'autre",
        "A need stays in its territory: withdraw it and declare the other",
    )


class NothingCovers(Unprocessable):
    """What covers the need is not named."""

    title = Text(
        "Ce qui couvre le besoin est nommé : url ou reference",
        "What covers the need is named: url or reference",
    )

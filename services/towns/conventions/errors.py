"""Every refusal about conventions.

ConventionNotFound           NotFound
ConventionVersionNotFound    NotFound
NothingInPreparation         Refused        no draft nor amendment to act on
AlreadyInPreparation         Refused        one amendment at a time
ConventionNotSigned          Refused        only what is signed is amended
TextIsSettled                Refused        the assemblies have deliberated on it
DeliberationsMissing         Refused        names the local signatories without authorising act
GuardsNotMet                 Refused        names every guard that no waiver lifts
EndNotMoved                  Refused        an extension amendment that extends nothing
AnotherConventionSigned      Refused        a town has one convention a phase
CnamActionNotReady           Refused        names all that keeps the Cnam action from being written
CnamActionWritten            Refused        the version has the action of this site already
ContentInconsistent          Unprocessable  names every place that contradicts another
ContentUnknown               Unprocessable  the text to amend is not known: send it whole
DaysOutOfOrder               Unprocessable
UnknownSignatory             Unprocessable  an act of none of the local signatories
"""

from collections.abc import Sequence

from chassis.problems import FieldError, NotFound, Refused, Text, Unprocessable
from services.towns.conventions.vocabularies import GUARD

_CONDITIONS = {
    "site-unknown": Text("aucun site n'a cet identifiant", "no site has this identifier"),
    "site-closed": Text("le site est fermé", "the site is closed"),
    "site-not-selected": Text(
        "la candidature du site n'est pas sélectionnée", "the bid of the site is not selected"
    ),
    "site-of-another-town": Text(
        "ni le site ni sa candidature ne sont de la ville de la convention",
        "neither the site nor its bid is of the town of the convention",
    ),
    "version-not-signed": Text(
        "la convention ou l'avenant n'est pas signé",
        "the convention or the amendment is not signed",
    ),
    "text-unknown": Text(
        "le texte de la version n'est pas connu : un avenant l'apporte",
        "the text of the version is not known: an amendment brings it",
    ),
    "deliberations-missing": Text(
        "des signataires locaux n'ont pas délibéré", "local signatories have not deliberated"
    ),
    "sheet-missing": Text(
        "la version n'a pas de fiche-action de ce numéro",
        "the version has no action sheet of this number",
    ),
}
"""What keeps the action of a Cnam site from being written."""


class ConventionNotFound(NotFound):
    """No convention that the caller may know of has this id, or it prepares nothing."""

    title = Text("Aucune convention n'a cet identifiant", "No convention has this identifier")


class ConventionVersionNotFound(NotFound):
    """The convention has no version of this number that the caller may know of."""

    title = Text("La convention n'a pas cette version", "The convention has no such version")


class NothingInPreparation(Refused):
    """Neither an initial text nor an amendment is in preparation."""

    title = Text("Aucun texte n'est en préparation", "No text is in preparation")


class AlreadyInPreparation(Refused):
    """An amendment is in preparation already."""

    title = Text("Un avenant est déjà en préparation", "An amendment is already in preparation")


class ConventionNotSigned(Refused):
    """The convention has not been signed: its text can still be changed itself."""

    title = Text("La convention n'est pas signée", "The convention is not signed")


class TextIsSettled(Refused):
    """Every local signatory has deliberated on this text: abandon it and begin another."""

    title = Text(
        "Le texte est délibéré : abandonnez-le et ouvrez-en un autre",
        "The text has been deliberated on: abandon it and begin another",
    )


class DeliberationsMissing(Refused):
    """Local signatories have no authorising act dated before the signature; they are named."""

    title = Text(
        "Des délibérations de signataires locaux manquent",
        "Deliberations of local signatories are missing",
    )

    def __init__(self, missing: Sequence[str]) -> None:
        names = ", ".join(missing) or "-"
        said = Text(f"Sans délibération : {names}", f"Without deliberation: {names}")
        nobody = Text("Aucun signataire local n'est nommé", "No local signatory is named")
        super().__init__(said if missing else nobody, extra={"missing": list(missing)})


class GuardsNotMet(Refused):
    """Rules of the programme are not met; each may be lifted by a recorded waiver."""

    title = Text("Des règles du programme ne sont pas remplies", "Programme rules are not met")

    def __init__(self, guards: Sequence[str] = ()) -> None:
        found = [FieldError(guard, GUARD.labels[guard]) for guard in guards]
        super().__init__(errors=found, extra={"guards": list(guards)})


class EndNotMoved(Refused):
    """An extension amendment ends no later than the version that it extends."""

    title = Text("L'avenant ne prolonge rien", "The amendment extends nothing")


class AnotherConventionSigned(Refused):
    """The town has a signed convention in this phase: amend that one."""

    title = Text(
        "La ville a déjà une convention signée dans cette phase : modifiez-la par avenant",
        "The town has a signed convention in this phase already: amend that one",
    )


class CnamActionNotReady(Refused):
    """The action of a site cannot be written yet; `missing` names all that is missing."""

    title = Text(
        "L'action du Cnam ne peut pas encore être inscrite",
        "The action of the Cnam cannot be written yet",
    )

    def __init__(self, missing: Sequence[str] = (), signatories: Sequence[str] = ()) -> None:
        """Name the conditions, and the local signatories without deliberation."""
        found = [FieldError(name, _CONDITIONS[name]) for name in missing]
        said = {"missing": list(missing), "signatories": list(signatories)}
        super().__init__(errors=found, extra=said)


class CnamActionWritten(Refused):
    """The version has the action of this site already: an amendment changes it."""

    title = Text(
        "L'action de ce site est déjà inscrite dans cette version",
        "The action of this site is written in this version already",
    )


class ContentInconsistent(Unprocessable):
    """Parts of the text contradict each other; `errors` names every place."""

    title = Text("Le texte se contredit", "The text contradicts itself")


class ContentUnknown(Unprocessable):
    """What is to be amended is not known: the whole text must come with the amendment."""

    title = Text(
        "Le texte à modifier n'est pas connu : envoyez-le en entier",
        "The text to amend is not known: send it whole",
    )


class DaysOutOfOrder(Unprocessable):
    """A day comes before one that it must follow, or lies in the future; `errors` says which."""

    title = Text("Les dates ne se suivent pas", "The days are out of order")


class UnknownSignatory(Unprocessable):
    """An authorising act is of an organisation that is no local signatory of the text."""

    title = Text(
        "Cette organisation n'est pas signataire local", "This organisation is no local signatory"
    )

"""Every refusal of the sites.

SiteNotFound         NotFound
SiteNotReady         Refused
EffectAhead          Unprocessable
EffectBeforeLast     Unprocessable
UnknownCommune       Unprocessable
UnknownCentre        Unprocessable
PointIncomplete      Unprocessable
"""

from collections.abc import Sequence

from chassis.problems import NotFound, Refused, Text, Unprocessable

_MISSING = {
    "premises": Text("des locaux", "premises"),
    "centre": Text("un centre régional", "a regional centre"),
}
"""What a site needs to open."""


class SiteNotFound(NotFound):
    """No site has this id."""

    title = Text("Aucun site n'a cet identifiant", "No site has this identifier")


class SiteNotReady(Refused):
    """A site opens with premises and a regional centre; `missing` names what it lacks."""

    title = Text("Le site n'est pas prêt à ouvrir", "The site is not ready to open")

    def __init__(self, missing: Sequence[str] = ()) -> None:
        """Name what is missing."""
        named = [_MISSING[name] for name in missing]
        detail = Text(
            f"Il manque : {', '.join(one.fr for one in named)}",
            f"Missing: {', '.join(one.en for one in named)}",
        )
        super().__init__(detail, extra={"missing": list(missing)})


class EffectAhead(Unprocessable):
    """An act is stated once it took effect: its day is to come."""

    title = Text("La date d'effet est à venir", "The day of effect is to come")


class EffectBeforeLast(Unprocessable):
    """The act would have taken effect before the one that it follows."""

    title = Text(
        "La date d'effet précède celle de l'acte précédent",
        "The day of effect comes before that of the act before",
    )


class UnknownCommune(Unprocessable):
    """We hold no commune with this INSEE code."""

    title = Text("Aucune commune connue n'a ce code", "No known commune has this code")


class UnknownCentre(Unprocessable):
    """No regional centre of the Cnam has this code."""

    title = Text("Aucun centre régional n'a ce code", "No regional centre has this code")


class PointIncomplete(Unprocessable):
    """A point has a longitude and a latitude: both, or neither."""

    title = Text(
        "Un point a une longitude et une latitude : les deux, ou aucune",
        "A point has a longitude and a latitude: both, or neither",
    )

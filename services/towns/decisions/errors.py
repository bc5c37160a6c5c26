"""Every refusal of the decisions on bids.

DecisionNotFound      NotFound
SupportPlanNotFound   NotFound
DecisionStands        Refused
SameParty             Refused
CallCancelled         Refused
LateProposal          Refused
AlreadyNotified       Refused
SupportPlanMissing    Refused
SupportPlanExists     Refused
SupportPlanClosed     Refused
NotLate               Unprocessable
EmbargoPassed         Unprocessable
NoTarget              Unprocessable
UnknownMessage        Unprocessable
"""

from chassis.problems import NotFound, Refused, Text, Unprocessable


class DecisionNotFound(NotFound):
    """No decision that the caller may know of has this id."""

    title = Text("Aucune décision n'a cet identifiant", "No decision has this identifier")


class SupportPlanNotFound(NotFound):
    """The bid has no support plan that the caller may know of."""

    title = Text(
        "Cette candidature n'a pas de plan d'accompagnement", "This bid has no support plan"
    )


class DecisionStands(Refused):
    """The bid has a decision, or a proposal that waits for the other party."""

    title = Text(
        "Une décision, ou une proposition, existe déjà sur cette candidature",
        "There is a decision on this bid already, or a proposal",
    )


class SameParty(Refused):
    """What one party proposes, the other confirms: the State or the Cnam."""

    title = Text(
        "L'autre partie confirme : l'État ou le Cnam", "The other party confirms: State or Cnam"
    )


class CallCancelled(Refused):
    """The call was cancelled: nothing is decided on its bids."""

    title = Text("L'appel a été annulé", "The call was cancelled")


class LateProposal(Refused):
    """The decisions of the call are taken: one more says why it comes late."""

    title = Text(
        "L'appel est conclu : une décision tardive dit son motif (late_motive)",
        "The call is concluded: a late decision says why (late_motive)",
    )


class AlreadyNotified(Refused):
    """The carrier was notified; a correction does not undo it, and it is not done twice."""

    title = Text("La décision est déjà notifiée", "The decision is notified already")


class SupportPlanMissing(Refused):
    """A bid is accompanied by a plan: it is written before the decision is proposed."""

    title = Text("Le plan d'accompagnement manque", "The support plan is missing")


class SupportPlanExists(Refused):
    """The bid has its support plan: change it."""

    title = Text("Le plan d'accompagnement existe déjà", "The support plan exists already")


class SupportPlanClosed(Refused):
    """The bid is neither examined nor accompanied."""

    title = Text(
        "La candidature n'est ni instruite ni accompagnée",
        "The bid is neither examined nor accompanied",
    )


class NotLate(Unprocessable):
    """A motive for being late, and the call is not concluded."""

    title = Text("La proposition n'est pas tardive", "The proposal is not late")


class EmbargoPassed(Unprocessable):
    """The embargo would end before the decision is proposed."""

    title = Text("La fin de l'embargo est passée", "The end of the embargo has passed")


class NoTarget(Unprocessable):
    """The plan aims at no wave and at no call."""

    title = Text(
        "Le plan vise une vague ou un appel : target_wave ou target_call_id",
        "The plan aims at a wave or a call: target_wave or target_call_id",
    )


class UnknownMessage(Unprocessable):
    """No message about this bid has this id."""

    title = Text(
        "Aucun message sur cette candidature n'a cet identifiant",
        "No message about this bid has this identifier",
    )

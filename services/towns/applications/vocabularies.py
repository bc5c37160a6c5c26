"""The code lists of the bids, with their labels."""

from chassis.problems import Text
from chassis.vocabularies import Vocabulary

APPLICATION_STATUS = Vocabulary(
    "application-status",
    {
        "draft": Text("en préparation", "in preparation"),
        "submitted": Text("déposée", "submitted"),
        "consolidation": Text("à compléter", "to be completed"),
        "examined": Text("instruite", "examined"),
        "selected": Text("retenue", "selected"),
        "accompanied": Text("accompagnée vers une autre vague", "accompanied to another wave"),
        "refused": Text("refusée", "refused"),
        "withdrawn": Text("retirée par son porteur", "withdrawn by its lead"),
    },
    open=False,
)
CARRIER_KIND = Vocabulary(
    "application-carrier-kind",
    {
        "commune": Text("commune", "commune"),
        "epci": Text("intercommunalité", "intercommunality"),
    },
    open=False,
)
CARRIER_ROLE = Vocabulary(
    "application-carrier-role",
    {
        "lead": Text("chef de file : dépose et retire", "lead: submits and withdraws"),
        "partner": Text("co-porteur", "partner"),
    },
    open=False,
)
APPLICATION_PART = Vocabulary(
    "application-part",
    {
        "places": Text("lieux proposés", "places proposed"),
        "needs": Text("besoins auxquels le site répond", "needs that the site answers"),
        "premises": Text("locaux", "premises"),
        "partners": Text("partenaires", "partners"),
        "learners": Text("auditeurs attendus", "learners expected"),
        "contact": Text("fonction de l'interlocuteur", "role of the contact"),
        "answers": Text("réponse à un critère", "answer to a criterion"),
        "evidence": Text("pièce", "piece of evidence"),
    },
    open=False,
)

VOCABULARIES = (APPLICATION_STATUS, CARRIER_KIND, CARRIER_ROLE, APPLICATION_PART)
"""Every code list of the bids."""

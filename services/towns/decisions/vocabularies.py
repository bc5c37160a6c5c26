"""The code lists of the decisions, with their labels."""

from chassis.problems import Text
from chassis.vocabularies import Vocabulary

DECISION_OUTCOME = Vocabulary(
    "decision-outcome",
    {
        "selected": Text("retenue", "selected"),
        "accompanied": Text("accompagnée vers une autre vague", "accompanied to another wave"),
        "refused": Text("refusée", "refused"),
    },
    open=False,
)
DECISION_STATUS = Vocabulary(
    "decision-status",
    {
        "proposed": Text("proposée par une partie", "proposed by one party"),
        "abandoned": Text("proposition abandonnée", "proposal dropped"),
        "decided": Text("prise par les deux parties", "taken by both parties"),
        "revocation-proposed": Text(
            "prise, révocation proposée par une partie", "taken, revocation proposed by one party"
        ),
        "revoked": Text("révoquée par les deux parties", "revoked by both parties"),
    },
    open=False,
)
PARTY = Vocabulary(
    "decision-party",
    {
        "acv_directorate": Text("direction du programme ACV (ANCT)", "ACV directorate (ANCT)"),
        "ministry": Text("ministère", "ministry"),
        "cnam_national": Text("Cnam, siège", "Cnam, national"),
    },
    open=False,
)

VOCABULARIES = (DECISION_OUTCOME, DECISION_STATUS, PARTY)
"""Every code list of the decisions."""

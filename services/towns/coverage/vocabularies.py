"""The code lists of coverage, with their labels."""

from chassis.problems import Text
from chassis.vocabularies import Vocabulary

CANDIDATE_KIND = Vocabulary(
    "candidate-kind",
    {
        "application": Text("candidature", "bid"),
        "town": Text("ville du programme", "programme town"),
        "commune": Text("commune", "commune"),
        "epci": Text("intercommunalité", "intercommunality"),
    },
    open=False,
)

VOCABULARIES = (CANDIDATE_KIND,)
"""Every code list of coverage."""

"""The code lists of the panels, with their labels."""

from chassis.problems import Text
from chassis.vocabularies import Vocabulary

OPINION = Vocabulary(
    "panel-opinion",
    {
        "favourable": Text("favorable", "favourable"),
        "with-reservations": Text("favorable avec réserves", "favourable with reservations"),
        "unfavourable": Text("défavorable", "unfavourable"),
    },
    open=False,
)

VOCABULARIES = (OPINION,)
"""Every code list of the panels."""

"""The code list of targets, with its labels."""

from chassis.problems import Text
from chassis.vocabularies import Vocabulary

SITE_TARGET = Vocabulary(
    "site-target",
    {
        "all": Text("tous les nouveaux sites", "all new sites"),
        "in-acv": Text("dans des villes du programme", "in towns of the programme"),
        "outside-acv": Text("hors du programme", "outside the programme"),
    },
)

"""The code lists of the needs, with their labels."""

from chassis.problems import Text
from chassis.vocabularies import Vocabulary

NEED_STATUS = Vocabulary(
    "need-status",
    {
        "declared": Text("déclaré par le territoire", "declared by the territory"),
        "qualified": Text("qualifié", "qualified"),
        "covered": Text("couvert", "covered"),
        "withdrawn": Text("retiré par le territoire", "withdrawn by the territory"),
        "expired": Text("expiré", "expired"),
    },
    open=False,
)
NEED_SOURCE = Vocabulary(
    "need-source",
    {
        "employer-survey": Text("enquête auprès des employeurs", "survey of employers"),
        "jobs-data": Text("données d'emploi", "data of jobs"),
        "mayor": Text("maire ou président d'EPCI", "mayor or president of the EPCI"),
        "prefect": Text("préfet", "prefect"),
    },
    open=False,
)
NEED_STRENGTH = Vocabulary(
    "need-strength",
    {
        "stated": Text("affirmé, sans pièce", "stated, without evidence"),
        "documented": Text("écrit dans une pièce nommée", "written in a document that is named"),
        "measured": Text(
            "compté par une enquête ou une base nommée",
            "counted by a survey or a base that is named",
        ),
    },
    open=False,
)

VOCABULARIES = (NEED_STATUS, NEED_SOURCE, NEED_STRENGTH)
"""Every code list of the needs."""

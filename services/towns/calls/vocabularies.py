"""The code lists of calls, with their labels."""

from chassis.problems import Text
from chassis.vocabularies import Vocabulary
from services.towns.calls.errors import FAULTS

CALL_STATUS = Vocabulary(
    "call-status",
    {
        "draft": Text("en préparation", "in preparation"),
        "published": Text("publié", "published"),
        "closed": Text("clos, en instruction", "closed, being examined"),
        "decided": Text("décidé", "decided"),
        "cancelled": Text("annulé", "cancelled"),
    },
    open=False,
)
CALL_MODE = Vocabulary(
    "call-mode",
    {
        "live": Text("réel", "live"),
        "test": Text("essai, compté nulle part", "a trial, counted nowhere"),
    },
    open=False,
)
CALL_BODY = Vocabulary(
    "call-body",
    {
        "cnam": Text("Cnam", "Cnam"),
        "acv-directorate": Text("direction du programme ACV (ANCT)", "ACV directorate (ANCT)"),
        "villes-de-france": Text("Villes de France", "Villes de France"),
        "intercommunalites": Text(
            "Intercommunalités de France (avant : AdCF)",
            "Intercommunalités de France (before: AdCF)",
        ),
        "banque-des-territoires": Text("Banque des Territoires", "Banque des Territoires"),
    },
)
"""The five of the first wave; a call may name others."""
CALL_FAULT = Vocabulary("call-fault", {fault: said for fault, (_, said) in FAULTS.items()})
CALL_MILESTONE = Vocabulary(
    "call-milestone",
    {
        "call-opened": Text("appel lancé", "call opened"),
        "closing-announced": Text("clôture annoncée", "closing announced"),
        "selection-announced": Text("sélection annoncée", "selection announced"),
    },
)

VOCABULARIES = (CALL_STATUS, CALL_MODE, CALL_BODY, CALL_FAULT, CALL_MILESTONE)
"""Every code list of the calls."""

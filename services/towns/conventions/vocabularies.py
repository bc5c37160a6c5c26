"""The code lists of conventions, with their labels."""

from chassis.problems import Text
from chassis.vocabularies import Vocabulary

STATUS = Vocabulary(
    "convention-status",
    {
        "draft": Text("en rédaction", "being drafted"),
        "observed": Text("observée par le comité régional", "observed by the regional committee"),
        "deliberated": Text("délibérée par chaque signataire local", "deliberated locally"),
        "signed": Text("signée", "signed"),
        "amended": Text("modifiée par avenant", "amended"),
        "prolonged": Text("prolongée par avenant", "prolonged by an amendment"),
        "expired": Text("échue", "expired"),
        "abandoned": Text("abandonnée avant signature", "abandoned before its signature"),
    },
    open=False,
)
PURPOSE = Vocabulary(
    "convention-version-purpose",
    {
        "initial": Text("convention initiale", "initial convention"),
        "project": Text("avenant de projet", "project amendment"),
        "extension": Text("avenant de prolongation", "extension amendment"),
        "other": Text("autre avenant", "other amendment"),
    },
    open=False,
)
STAGE = Vocabulary(
    "convention-stage",
    {
        "initialisation": Text("phase d'initialisation", "initialisation phase"),
        "deployment": Text("phase de déploiement", "deployment phase"),
    },
    open=False,
)
AXIS = Vocabulary(
    "convention-axis",
    {
        "1": Text("habitat en centre-ville", "housing in the centre"),
        "2": Text("développement économique et commercial", "economy and trade"),
        "3": Text("accessibilité, mobilité, connexions", "accessibility and mobility"),
        "4": Text("formes urbaines, espace public, patrimoine", "public space and heritage"),
        "5": Text("accès aux équipements et services", "access to facilities and services"),
        "transversal": Text("transversal", "transversal"),
    },
    open=False,
)
PERIMETER = Vocabulary(
    "convention-perimeter",
    {
        "study": Text("périmètre d'étude", "study perimeter"),
        "operating": Text("secteur d'intervention", "operating perimeter"),
        "ort": Text("secteur d'ORT", "ORT perimeter"),
    },
    open=False,
)
CAPACITY = Vocabulary(
    "convention-capacity",
    {
        "beneficiary": Text("collectivité bénéficiaire", "beneficiary"),
        "state": Text("État", "State"),
        "funder": Text("partenaire financeur", "funder"),
        "partner": Text("partenaire", "partner"),
    },
    open=False,
)
ORT_STATUS = Vocabulary(
    "ort-status",
    {
        "signed": Text("signée", "signed"),
        "ended": Text("terminée", "ended"),
        "not-signed": Text("non signée", "not signed"),
        "in-progress": Text("en cours", "in progress"),
    },
    open=False,
)
FUNDING_STATUS = Vocabulary(
    "action-funding-status",
    {
        "requested": Text("demandé", "requested"),
        "agreed": Text("accordé", "agreed"),
        "notified": Text("notifié", "notified"),
    },
    open=False,
)
MATURITY = Vocabulary(
    "action-maturity",
    {
        "mature": Text("mature", "mature"),
        "to-detail": Text("à détailler", "to be detailed"),
    },
    open=False,
)
GUARD = Vocabulary(
    "convention-guard",
    {
        "deployment-without-project": Text(
            "phase de déploiement sans avenant de projet validé",
            "deployment phase without a validated project amendment",
        ),
        "confirmation-late": Text(
            "volonté d'entrer en phase 2 non confirmée au 1er septembre 2023",
            "will to enter phase 2 not confirmed by 1 September 2023",
        ),
        "new-convention-late": Text(
            "nouvelle convention signée après la fin de 2023",
            "new convention signed after the end of 2023",
        ),
        "extension-missing": Text(
            "convention échue avant le 30 septembre 2023 sans avenant de prolongation",
            "convention that expired before 30 September 2023 without an extension amendment",
        ),
        "ort-after-end": Text(
            "pas d'ORT avant la fin de la convention", "no ORT before the convention ends"
        ),
        "signed-after-end": Text(
            "avenant signé après l'échéance de la convention",
            "amendment signed after the convention expired",
        ),
    },
    open=False,
)
ABANDONMENT = Vocabulary(
    "convention-abandonment-reason",
    {
        "given-up": Text("projet abandonné", "given up"),
        "to-be-redone": Text("texte à reprendre", "to be redone"),
        "entered-in-error": Text("saisi par erreur", "entered in error"),
    },
    open=False,
)

CONVENTION_VOCABULARIES = (
    *(STATUS, PURPOSE, STAGE, AXIS, PERIMETER, CAPACITY, ORT_STATUS),
    *(FUNDING_STATUS, MATURITY, GUARD, ABANDONMENT),
)
"""Every code list of conventions."""

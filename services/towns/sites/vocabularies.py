"""The code lists of the sites, with their labels."""

from chassis.problems import Text
from chassis.vocabularies import Vocabulary

SITE_STATUS = Vocabulary(
    "site-status",
    {
        "announced": Text("annoncé", "announced"),
        "in-preparation": Text("en préparation", "in preparation"),
        "open": Text("ouvert", "open"),
        "suspended": Text("suspendu", "suspended"),
        "relocated": Text("ouvert, dans d'autres locaux", "open, in other premises"),
        "closed": Text("fermé", "closed"),
    },
    open=False,
)
SITE_EVENT = Vocabulary(
    "site-event",
    {
        "announced": Text("annoncé", "announced"),
        "prepared": Text("mis en préparation", "put in preparation"),
        "premises-added": Text("doté de locaux", "given premises"),
        "opened": Text("ouvert", "opened"),
        "suspended": Text("suspendu", "suspended"),
        "resumed": Text("rouvert", "resumed"),
        "relocated": Text("déménagé", "relocated"),
        "closed": Text("fermé", "closed"),
        "planned": Text("projeté, selon une source", "planned, a source says"),
        "in-operation": Text("vu en activité", "seen in operation"),
        "convention-signed": Text("convention signée", "convention signed"),
        "training-opened": Text("formation ouverte", "training opened"),
    },
)
DATE_PRECISION = Vocabulary(
    "date-precision",
    {
        "day": Text("au jour près", "to the day"),
        "month": Text("au mois près", "to the month"),
        "year": Text("à l'année près", "to the year"),
    },
    open=False,
)
PREMISES_KIND = Vocabulary(
    "premises-kind",
    {
        "provisional": Text("provisoires", "provisional"),
        "definitive": Text("définitifs", "definitive"),
    },
    open=False,
)
PREMISES_OWNER = Vocabulary(
    "premises-owner",
    {
        "commune": Text("commune", "commune"),
        "epci": Text("intercommunalité", "intercommunality"),
        "department": Text("département", "department"),
        "region": Text("région", "region"),
        "state": Text("État ou établissement public", "State or public establishment"),
        "other": Text("autre", "other"),
    },
    open=False,
)
HOSTED_SCHEME = Vocabulary(
    "hosted-scheme",
    {
        "campus-connecte": Text("Campus connecté", "Campus connecté"),
        "tiers-lieu": Text("tiers-lieu", "third place"),
        "france-services": Text("France Services", "France Services"),
        "cite-des-metiers": Text("Cité des métiers", "Cité des métiers"),
    },
)
ROOM_KIND = Vocabulary(
    "room-kind",
    {
        "teaching": Text("salle de cours", "teaching room"),
        "multi-purpose": Text("salle polyvalente", "multi-purpose room"),
        "assisted-learning": Text("salle d'apprentissage accompagné", "assisted-learning room"),
        "studio": Text("studio d'enseignement à distance", "studio for distance teaching"),
        "workshop": Text("atelier ou fab lab", "workshop or fab lab"),
        "office": Text("bureau d'accueil", "reception office"),
    },
)
ACCESSIBILITY = Vocabulary(
    "site-accessibility",
    {
        "accessible": Text("accessible", "accessible"),
        "partly": Text("accessible en partie", "partly accessible"),
        "not-accessible": Text("non accessible", "not accessible"),
    },
    open=False,
)

VOCABULARIES = (
    *(SITE_STATUS, SITE_EVENT, DATE_PRECISION, PREMISES_KIND, PREMISES_OWNER),
    *(HOSTED_SCHEME, ROOM_KIND, ACCESSIBILITY),
)
"""Every code list of the sites."""

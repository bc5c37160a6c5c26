"""The code lists of the succession of territories."""

from chassis.problems import Text
from chassis.vocabularies import Vocabulary

TERRITORY_KIND = Vocabulary(
    "territory-kind",
    {
        "commune": Text("commune (code INSEE)", "commune (INSEE code)"),
        "epci": Text("intercommunalité (SIREN)", "intercommunality (SIREN)"),
    },
    open=False,
)
SUCCESSION_REASON = Vocabulary(
    "succession-reason",
    {
        "merger": Text("fusion simple", "merger"),
        "association": Text("fusion-association", "merger as an associated commune"),
        "delegated": Text(
            "commune déléguée d'une commune nouvelle", "delegated commune of a new commune"
        ),
        "department-change": Text("changement de département", "change of department"),
        "split": Text("scission", "split"),
        "transfer": Text("transfert de territoire", "transfer of territory"),
    },
)
VOCABULARIES = (TERRITORY_KIND, SUCCESSION_REASON)

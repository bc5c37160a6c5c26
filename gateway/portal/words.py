"""The words of the API reference in both languages; descriptions stay as the contract has them."""

from typing import NamedTuple


class Words(NamedTuple):
    """One language."""

    language: str
    title: str
    lead: str
    operations: str
    contract: str
    schemas: str
    parameters: tuple[str, ...]
    body: tuple[str, ...]
    answers: tuple[str, ...]
    keys: tuple[str, ...]
    groups: dict[str, str]
    yes: str
    no: str
    either: str
    both: str
    list_of: str
    length: str
    success: str
    other_refusal: str


FRENCH = Words(
    language="fr",
    title="Référence de l’API",
    lead='Dessinée à partir du <a href="/openapi.json">contrat OpenAPI 3.1</a>, qui fait foi&nbsp;;'
    ' <a href="/openapi-3.0.json">version 3.0.3</a> pour les outils plus anciens. Chaque commande'
    " peut être copiée telle quelle. Les descriptions sont en anglais, comme le contrat.",
    operations="Opérations",
    contract="Contrat de ce service",
    schemas="Schémas",
    parameters=("Paramètres", "Nom", "Place", "Forme", "Exemple", "Requis", "Sens"),
    body=("Corps", "Type", "Forme"),
    answers=("Réponses", "Statut", "Sens", "Forme"),
    keys=("Clé", "Forme", "Requis", "Sens"),
    groups={
        "towns": "Villes",
        "trainings": "Formations",
        "funding": "Financements",
        "evaluation": "Évaluation",
        "gateway": "Partenaires et droits",
        "ogc": "Villes pour les logiciels de cartographie (OGC API Features)",
        "api": "L’API elle-même",
    },
    yes="oui",
    no="non",
    either=" ou ",
    both=" et ",
    list_of="liste de",
    length="longueur",
    success="Succès",
    other_refusal="Tout autre refus",
)
ENGLISH = Words(
    language="en",
    title="API reference",
    lead='Drawn from the <a href="/openapi.json">OpenAPI 3.1 contract</a>, which prevails;'
    ' <a href="/openapi-3.0.json">version 3.0.3</a> for older tools. Every command can be copied'
    " as it is.",
    operations="Operations",
    contract="Contract of this service",
    schemas="Schemas",
    parameters=("Parameters", "Name", "In", "Shape", "Example", "Required", "Meaning"),
    body=("Body", "Type", "Shape"),
    answers=("Answers", "Status", "Meaning", "Shape"),
    keys=("Key", "Shape", "Required", "Meaning"),
    groups={
        "towns": "Towns",
        "trainings": "Trainings",
        "funding": "Funding",
        "evaluation": "Evaluation",
        "gateway": "Partners and rights",
        "ogc": "Towns for mapping software (OGC API Features)",
        "api": "The API itself",
    },
    yes="yes",
    no="no",
    either=" or ",
    both=" and ",
    list_of="list of",
    length="length",
    success="Success",
    other_refusal="Any other refusal",
)

"""The code lists of the towns service, with their labels."""

from chassis.problems import Text
from chassis.vocabularies import Vocabulary
from services.towns.applications.vocabularies import VOCABULARIES as OF_APPLICATIONS
from services.towns.calls.vocabularies import VOCABULARIES as OF_CALLS
from services.towns.conventions.vocabularies import CONVENTION_VOCABULARIES
from services.towns.coverage.vocabularies import VOCABULARIES as OF_COVERAGE
from services.towns.decisions.vocabularies import VOCABULARIES as OF_DECISIONS
from services.towns.needs.vocabularies import VOCABULARIES as OF_NEEDS
from services.towns.panel.vocabularies import VOCABULARIES as OF_PANELS
from services.towns.sites.vocabularies import VOCABULARIES as OF_SITES
from services.towns.succession import vocabularies as succession
from services.towns.targets.vocabularies import SITE_TARGET

TOWN_STATUS = Vocabulary(
    "town-status",
    {
        "active": Text("dans la dernière liste du programme", "in the latest list"),
        "left": Text("sortie du programme", "left the programme"),
        "merged": Text("réunie à la ville qui lui succède", "merged into its successor"),
    },
)
PHASE = Vocabulary(
    "programme-phase",
    {
        "acv1": Text("Action cœur de ville, 2018-2022", "Action cœur de ville, 2018-2022"),
        "acv2": Text("Action cœur de ville 2, 2023-2026", "Action cœur de ville 2, 2023-2026"),
    },
)
CONFIDENCE = Vocabulary(
    "confidence",
    {
        "high": Text("affirmé par la source", "stated by the source"),
        "medium": Text("déduit de la source", "inferred from the source"),
    },
)
EPCI_TYPE = Vocabulary(
    "epci-type",
    {
        "CC": Text("communauté de communes", "community of communes"),
        "CA": Text("communauté d'agglomération", "agglomeration community"),
        "CU": Text("communauté urbaine", "urban community"),
        "METRO": Text("métropole", "metropolis"),
        "MET69": Text("métropole de Lyon", "metropolis of Lyon"),
    },
)
PLACE_SOURCE = Vocabulary(
    "place-source",
    {
        "anct": Text("ANCT, Licence Ouverte 2.0", "ANCT, Open Licence 2.0"),
        "geonames": Text("GeoNames, CC BY 4.0", "GeoNames, CC BY 4.0"),
    },
)
HOLDER_TYPE = Vocabulary(
    "holder-type",
    {
        "commune": Text("commune", "commune"),
        "epci": Text("intercommunalité", "intercommunality"),
    },
)
COMPLETENESS = Vocabulary(
    "completeness",
    {
        "partial": Text("liste incomplète", "incomplete list"),
        "complete": Text("liste complète", "complete list"),
    },
)
ZONE = Vocabulary(
    "zone",
    {
        "metro": Text("métropole et Corse", "mainland and Corsica"),
        "drom": Text("département et région d'outre-mer", "overseas department and region"),
    },
)
PLACE_KIND = Vocabulary(
    "place-kind",
    {
        "commune": Text("commune", "commune"),
        "epci": Text("intercommunalité", "intercommunality"),
        "department": Text("département", "department"),
        "region": Text("région", "region"),
        "town": Text("ville du programme", "programme town"),
    },
)
OUTCOME = Vocabulary(
    "resolution-outcome",
    {
        "none": Text("aucun candidat", "no candidate"),
        "one": Text("un seul candidat", "one candidate"),
        "several": Text("plusieurs candidats, à départager", "several candidates, to be judged"),
    },
)
REASON = Vocabulary(
    "resolution-reason",
    {
        "exact-code": Text("Son code est celui-ci", "This is its code"),
        "successor": Text(
            "Ce code a pris fin, ce lieu lui succède", "This code ended, this place succeeds it"
        ),
        "exact-siren": Text("Son SIREN est celui-ci", "This is its SIREN"),
        "exact-name-and-postal-code": Text(
            "Son nom et un de ses codes postaux sont ceux-ci",
            "These are its name and one of its postal codes",
        ),
        "folded-name-and-postal-code": Text(
            "Même code postal, même nom aux accents, traits d'union et abréviations près",
            "Same postal code, same name but for accents, hyphens and abbreviations",
        ),
        "exact-name": Text("Son nom est celui-ci", "This is its name"),
        "folded-name": Text(
            "Même nom aux accents, traits d'union et abréviations près",
            "Same name but for accents, hyphens and abbreviations",
        ),
        "name-and-postal-area": Text(
            "Même nom ; le code postal n'est pas un des siens mais est du même département",
            "Same name; the postal code is not one of its own but is of the same department",
        ),
        "name-prefix-and-postal-code": Text(
            "Même code postal, et son nom commence ainsi",
            "Same postal code, and its name begins so",
        ),
        "name-words-and-postal-code": Text(
            "Même code postal, et son nom contient ces mots",
            "Same postal code, and its name holds these words",
        ),
        "name-prefix": Text("Son nom commence ainsi", "Its name begins so"),
        "postal-code-only": Text(
            "Un de ses codes postaux est celui-ci ; d'autres communes peuvent le partager",
            "This is one of its postal codes; other communes may share it",
        ),
        "name-words": Text("Son nom contient ces mots", "Its name holds these words"),
    },
)
CONTACT_ROLE = Vocabulary(
    "contact-role",
    {
        "project-director": Text("directeur de projet", "project director"),
        "elected-representative": Text("élu référent", "elected representative"),
        "skills-and-employment-officer": Text(
            "chargé de mission compétences et emploi", "skills and employment officer"
        ),
        "data-contact": Text("référent données", "data contact"),
        "communication-officer": Text("chargé de communication", "communication officer"),
        "secretariat": Text("secrétariat", "secretariat"),
    },
    open=False,
)
CONTACT_DELETION = Vocabulary(
    "contact-deletion-reason",
    {
        "left-office": Text("a quitté ses fonctions", "left office"),
        "entered-in-error": Text("saisi par erreur", "entered in error"),
        "erasure-requested": Text("effacement demandé par la personne", "erasure requested"),
    },
    open=False,
)

VOCABULARIES = (
    *(TOWN_STATUS, PHASE, CONFIDENCE, EPCI_TYPE, PLACE_SOURCE, HOLDER_TYPE),
    *(COMPLETENESS, ZONE, PLACE_KIND, OUTCOME, REASON),
    *(CONTACT_ROLE, CONTACT_DELETION),
    *succession.VOCABULARIES,
    *CONVENTION_VOCABULARIES,
    *OF_NEEDS,
    *OF_CALLS,
    SITE_TARGET,
    *OF_APPLICATIONS,
    *OF_COVERAGE,
    *OF_SITES,
    *OF_PANELS,
    *OF_DECISIONS,
)
"""Every code list of the service."""

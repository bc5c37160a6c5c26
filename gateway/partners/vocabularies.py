"""The code lists of the registry, with their labels."""

from chassis.problems import Text
from chassis.vocabularies import Vocabulary
from gateway.partners.kinds import KINDS, SCOPES

PARTNER_KIND = Vocabulary("partner-kind", KINDS)
SCOPE = Vocabulary("scope", {name: scope.meaning for name, scope in SCOPES.items()})
AREA = Vocabulary(
    "perimeter-dimension",
    {
        "region": Text("région (code INSEE)", "region (INSEE code)"),
        "department": Text("département (code INSEE)", "department (INSEE code)"),
        "town": Text("commune (code INSEE)", "commune (INSEE code)"),
        "epci": Text("intercommunalité (SIREN)", "intercommunality (SIREN)"),
        "funder": Text("financeur", "funder"),
        "centre": Text("centre du Cnam", "centre of the Cnam"),
        "everywhere": Text("partout", "everywhere"),
    },
)
ENVIRONMENT = Vocabulary(
    "environment",
    {"production": Text("production", "production"), "sandbox": Text("bac à sable", "sandbox")},
    open=False,
)
AUTHENTICATION = Vocabulary(
    "client-authentication",
    {
        "private_key_jwt": Text("clé privée (RFC 7523)", "private key (RFC 7523)"),
        "client_secret_basic": Text("secret (RFC 6749)", "secret (RFC 6749)"),
    },
)
ACCESS_STATUS = Vocabulary(
    "access-request-status",
    {
        "pending": Text("en attente d'avis", "waiting for opinions"),
        "granted": Text("accordée, accès à retirer", "granted, credentials to be collected"),
        "refused": Text("refusée", "refused"),
        "expired": Text("sans décision en 30 jours", "not decided within 30 days"),
        "lapsed": Text("accordée, accès jamais retirés", "granted, credentials never collected"),
        "collected": Text("accordée, accès remis", "granted, credentials handed over"),
    },
    open=False,
)
ATTACHMENT_STATUS = Vocabulary(
    "attachment-status",
    {
        "pending": Text("en attente d'avis", "waiting for opinions"),
        "granted": Text("accordé", "granted"),
        "refused": Text("refusé", "refused"),
        "expired": Text("sans décision en 30 jours", "not decided within 30 days"),
        "revoked": Text("retiré", "revoked"),
        "ended": Text("accordé, arrivé à son terme", "granted, and at its end"),
    },
    open=False,
)
AREA_DOUBT = Vocabulary(
    "area-doubt",
    {
        "no-siret": Text("le demandeur n'a pas donné de SIRET", "the asker gave no SIRET"),
        "unknown-code": Text(
            "code absent des registres des villes", "a code that the registers of towns lack"
        ),
        "not-checked": Text("les registres n'ont pas répondu", "the registers did not answer"),
        "no-register": Text(
            "aucun registre ne dit qui parle pour ce territoire",
            "no register says who speaks for this area",
        ),
    },
)
VERDICT = Vocabulary(
    "verdict",
    {"approved": Text("favorable", "approved"), "refused": Text("défavorable", "refused")},
    open=False,
)

STANDING = Vocabulary(
    "partner-status",
    {"active": Text("en service", "active"), "suspended": Text("suspendu", "suspended")},
    open=False,
)

VOCABULARIES = (
    *(PARTNER_KIND, SCOPE, AREA, ENVIRONMENT, AUTHENTICATION),
    *(ACCESS_STATUS, AREA_DOUBT, ATTACHMENT_STATUS, VERDICT, STANDING),
)
"""Every code list of the registry."""

"""The first screen: what this is, how it is doing, one request that works, where the rest is."""

from html import escape

from gateway.portal.page import framed
from gateway.status import ServiceStatus, Status

_TEXTS = {
    "fr": {
        "what": "L’API du partenariat&nbsp;: des besoins des villes aux effets mesurés",
        "lead": "Une seule porte vers les villes du programme Action cœur de ville, les formations"
        " du Cnam, leurs financements et leur évaluation. Les lectures de données ouvertes ne"
        " demandent ni compte ni clé.",
        "try": "Essayez maintenant",
        "trying": "Les trois premières villes du Grand Est, dans un terminal&nbsp;:",
        "or": "Ou une seule ville, par son code INSEE&nbsp;:",
        "state": "État des services",
        "up": "Disponible",
        "down": "Indisponible",
        "contracts": "Contrats et outils",
        "whole": "Contrat complet, OpenAPI 3.1",
        "older": "Le même en OpenAPI 3.0.3, pour les outils plus anciens",
        "reference": "Référence de l’API, lisible ici",
        "catalog": "Catalogue d’API (RFC 9727)",
        "programs": "État des services pour les programmes",
        "refusals": "Tous les refus possibles, expliqués",
        "contract": "Contrat",
        "since": "données au",
    },
    "en": {
        "what": "The partnership’s API: from a town’s need to its measured effect",
        "lead": "One door to the towns of the Action cœur de ville programme, the trainings of the"
        " Cnam, their funding and their evaluation. Open-data reads need neither account nor key.",
        "try": "Try it now",
        "trying": "The first three towns of Grand Est, in a terminal:",
        "or": "Or one town, by its INSEE code:",
        "state": "State of the services",
        "up": "Available",
        "down": "Unavailable",
        "contracts": "Contracts and tools",
        "whole": "Whole contract, OpenAPI 3.1",
        "older": "The same in OpenAPI 3.0.3, for older tools",
        "reference": "API reference, readable here",
        "catalog": "API catalogue (RFC 9727)",
        "programs": "State of the services for programs",
        "refusals": "Every possible refusal, explained",
        "contract": "Contract",
        "since": "data of",
    },
}
_SERVICES = {
    "towns": ("Villes", "Towns"),
    "trainings": ("Formations", "Trainings"),
    "funding": ("Financements", "Funding"),
    "evaluation": ("Évaluation", "Evaluation"),
    "gateway": ("Partenaires", "Partners"),
}
_LINKS = (
    ("reference", "/docs"),
    ("whole", "/openapi.json"),
    ("older", "/openapi-3.0.json"),
    ("catalog", "/.well-known/api-catalog"),
    ("programs", "/status"),
    ("refusals", "/problems"),
)


def entrance(status: Status, public_url: str, *, language: str) -> bytes:
    """Return the page."""
    text = _TEXTS[language]
    cards = "".join(_card(service, language) for service in status.services)
    links = "".join(f'<li><a href="{href}">{text[name]}</a></li>' for name, href in _LINKS)
    curl = f"curl '{public_url}/v1/towns?region=44&limit=3'"
    one = f"curl {public_url}/v1/towns/51108"
    content = f"""<h1>{text["what"]}</h1>
<p class="lead">{text["lead"]}</p>
<h2>{text["try"]}</h2>
<p>{text["trying"]}</p>
<pre tabindex="0"><code>{escape(curl)}</code></pre>
<p>{text["or"]}</p>
<pre tabindex="0"><code>{escape(one)}</code></pre>
<h2>{text["state"]}</h2>
<ul class="cards">{cards}</ul>
<h2>{text["contracts"]}</h2>
<ul>{links}</ul>"""
    return framed("Au cœur des territoires", content, language=language, path="/")


def _card(service: ServiceStatus, language: str) -> str:
    text = _TEXTS[language]
    french, english = _SERVICES.get(service.name, (service.name, service.name))
    kind, said = ("good", text["up"]) if service.ready else ("bad", text["down"])
    details = [f"{service.latency_ms:g} ms" if service.latency_ms is not None else ""]
    details.append(f"version {service.version}" if service.version else "")
    details.append(f"{text['since']} {service.data_as_of[:10]}" if service.data_as_of else "")
    shown = escape(" · ".join(detail for detail in details if detail))
    return f"""<li><h3>{english if language == "en" else french}</h3>
<p class="state {kind}">{said}</p><p>{shown}</p>
<p><a href="/openapi/{service.name}.json">{text["contract"]} <code>{service.name}</code></a></p>
</li>"""

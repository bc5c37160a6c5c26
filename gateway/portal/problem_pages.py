"""One page per refusal, where the `type` of every problem leads; and their list."""

from collections.abc import Iterator, Mapping
from html import escape

from gateway.portal.page import framed
from gateway.refusals import Refusal

_TEXTS = {
    "fr": {
        "all": "Refus",
        "lead": "Toute réponse autre qu’un succès est un document"
        " <code>application/problem+json</code> (RFC 9457). Son champ"
        " <code>code</code> ne change jamais, quelle que soit la langue.",
        "status": "Statut HTTP",
        "code": "Code",
        "means": "Signification",
        "met": "Opérations qui peuvent le répondre",
        "help": "En cas de doute, communiquez le champ <code>request_id</code> de la réponse :"
        " il retrouve l’événement dans nos journaux.",
    },
    "en": {
        "all": "Refusals",
        "lead": "Every answer that is not a success is an <code>application/problem+json</code>"
        " document (RFC 9457). Its <code>code</code> never changes, whatever the language.",
        "status": "HTTP status",
        "code": "Code",
        "means": "Meaning",
        "met": "Operations that may answer it",
        "help": "When in doubt, send us the <code>request_id</code> of the answer: it finds the"
        " event in our logs.",
    },
}


def problem_pages(refusals: Mapping[str, Refusal]) -> Iterator[tuple[str, bytes, bytes]]:
    """Return the path of each page with its French and its English bytes."""
    yield "/problems", _list(refusals, "fr"), _list(refusals, "en")
    for slug, refusal in refusals.items():
        yield f"/problems/{slug}", _page(refusal, "fr"), _page(refusal, "en")


def _list(refusals: Mapping[str, Refusal], language: str) -> bytes:
    text = _TEXTS[language]
    rows = "".join(
        f'<tr><td>{one.status}</td><td><a href="/problems/{slug}"><code>{slug}</code></a></td>'
        f"<td>{escape(_title(one, language))}</td></tr>"
        for slug, one in refusals.items()
    )
    heads = "".join(f'<th scope="col">{text[key]}</th>' for key in ("status", "code", "means"))
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    content = f'<h1>{text["all"]}</h1><p class="lead">{text["lead"]}</p>'
    content += f'<div class="scroll">{table}</div>'
    return framed(text["all"], content, language=language, path="/problems")


def _page(refusal: Refusal, language: str) -> bytes:
    text = _TEXTS[language]
    title = _title(refusal, language)
    links = "".join(
        f'<li><a href="/docs#{name}"><code>{name}</code></a></li>' for name in refusal.operations
    )
    content = f"""<h1>{escape(title)}</h1>
<p class="lead">{text["status"]} <strong>{refusal.status}</strong> ·
{text["code"]} <code>{refusal.slug}</code></p>
<p>{text["lead"]}</p>
<p>{text["help"]}</p>"""
    if links:
        content += f"<h2>{text['met']}</h2><ul>{links}</ul>"
    return framed(title, content, language=language, path=f"/problems/{refusal.slug}")


def _title(refusal: Refusal, language: str) -> str:
    return refusal.en if language == "en" else refusal.fr

"""The frame of every page, and the files it needs: ours; one page alone has a script."""

from html import escape
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ASSETS = (
    ("/portal/style.css", b"text/css; charset=utf-8"),
    ("/portal/sign-in.js", b"text/javascript; charset=utf-8"),
    ("/portal/icon.svg", b"image/svg+xml"),
    ("/favicon.ico", b"image/x-icon"),
    ("/robots.txt", b"text/plain; charset=utf-8"),
)
_LINKS = {
    "fr": (("/", "Accueil"), ("/docs", "Référence de l’API"), ("/problems", "Refus")),
    "en": (("/", "Home"), ("/docs", "API reference"), ("/problems", "Refusals")),
}
_SKIP = {"fr": "Aller au contenu", "en": "Skip to content"}
_MENU = {"fr": "Menu principal", "en": "Main menu"}
_FOOT = {
    "fr": "Données ouvertes sous Licence Ouverte 2.0&nbsp;; coordonnées d’outre-mer&nbsp;:"
    " GeoNames, CC BY 4.0 (<a href='/v1'>licences et sources</a>). Aucune trace, aucun cookie,"
    " aucun script d’ailleurs.",
    "en": "Open data under Licence Ouverte 2.0; overseas coordinates: GeoNames, CC BY 4.0"
    " (<a href='/v1'>licences and sources</a>). No tracking, no cookie, no script of others.",
}


def framed(title: str, content: str, *, language: str, path: str, script: str = "") -> bytes:
    """Return a whole page around `content`, which is HTML already; `script` is a path of ours."""
    name = "Au cœur des territoires"
    heading = name if title == name else f"{title} – {name}"
    runs = f'<script src="{script}" defer></script>\n' if script else ""
    links = "".join(_link(href, text, path) for href, text in _LINKS[language])
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(heading)}</title>
<link rel="icon" href="/portal/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/portal/style.css">
<link rel="api-catalog" href="/.well-known/api-catalog">
<link rel="service-desc" href="/openapi.json">
{runs}</head>
<body>
<a class="skip" href="#content">{_SKIP[language]}</a>
<header class="top"><div class="wide">
<a class="name" href="/"><img src="/portal/icon.svg" alt="" width="32" height="32">{name}</a>
<nav aria-label="{_MENU[language]}"><ul>{links}</ul></nav>
</div></header>
<main id="content" class="wide">
{content}
</main>
<footer><div class="wide"><p>{_FOOT[language]}</p></div></footer>
</body>
</html>
""".encode()


def assets() -> list[tuple[str, bytes, bytes]]:
    """Return the path, media type and bytes of each file that pages need."""
    return [(path, media, (_HERE / Path(path).name).read_bytes()) for path, media in _ASSETS]


def _link(href: str, text: str, path: str) -> str:
    current = ' aria-current="page"' if href == path else ""
    return f'<li><a href="{href}"{current}>{text}</a></li>'

"""The API reference as one page of plain HTML, drawn from the merged contract."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from gateway.contracts import SERVICES, Contract
from gateway.portal.page import framed
from gateway.portal.shapes import prose, schema_block, shape

_GROUPS = {
    "towns": "Villes",
    "trainings": "Formations",
    "funding": "Financements",
    "evaluation": "Évaluation",
    "api": "L’API elle-même",
}
_METHODS = ("get", "post", "put", "patch", "delete")
Operation = tuple[str, str, dict[str, Any]]


def reference(contract: Contract, owners: Mapping[str, str], *, public_url: str) -> bytes:
    """Return the page; `owners` tells the service of each path, the rest is the gateway's."""
    groups: dict[str, list[Operation]] = {name: [] for name in _GROUPS}
    for path, method, operation in _operations(contract):
        groups[owners.get(path, "api")].append((path, method, operation))
    menu = "".join(_menu(name, found) for name, found in groups.items() if found)
    blocks = "".join(_group(name, found, public_url) for name, found in groups.items() if found)
    schemas = contract["components"]["schemas"]
    shapes = "".join(schema_block(name, drawn) for name, drawn in schemas.items())
    content = f"""<div class="reference">
<nav aria-label="Opérations">{menu}<p><a href="#schemas">Schémas</a></p></nav>
<div><h1>Référence de l’API</h1>
<p class="lead">Dessinée à partir du <a href="/openapi.json">contrat OpenAPI 3.1</a>, qui fait foi ;
<a href="/openapi-3.0.json">version 3.0.3</a> pour les outils plus anciens. Les descriptions sont
en anglais, comme le contrat.</p>
{blocks}
<h2 id="schemas">Schémas</h2>
{shapes}</div></div>"""
    return framed("Référence de l’API", content, language="fr", path="/docs")


def _operations(contract: Contract) -> Iterator[Operation]:
    for path, item in contract["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _menu(name: str, found: list[Operation]) -> str:
    items = "".join(
        f'<li><a href="#{op["operationId"]}"><code>{method.upper()} {escape(path)}</code></a></li>'
        for path, method, op in found
    )
    return f'<p><a href="#{name}"><strong>{_GROUPS[name]}</strong></a></p><ul>{items}</ul>'


def _group(name: str, found: list[Operation], public_url: str) -> str:
    blocks = "".join(_block(*operation, public_url=public_url) for operation in found)
    note = f' <a href="/openapi/{name}.json">contrat</a>' if name in SERVICES else ""
    return f'<h2 id="{name}">{_GROUPS[name]}</h2><p class="aside">{note}</p>{blocks}'


def _block(path: str, method: str, operation: dict[str, Any], *, public_url: str) -> str:
    kind = "method" if method == "get" else "method change"
    summary = escape(operation.get("summary", ""))
    curl = escape(_curl(path, method, operation=operation, public_url=public_url))
    return f"""<details class="operation" id="{operation["operationId"]}" open>
<summary><span class="{kind}">{method.upper()}</span> <code>{escape(path)}</code>
<span class="aside" lang="en">{summary}</span></summary><div>
<p lang="en">{prose(operation.get("description", ""))}</p>
<pre tabindex="0"><code>{curl}</code></pre>
{_parameters(operation)}{_body(operation)}{_answers(operation)}</div></details>"""


def _curl(path: str, method: str, *, operation: dict[str, Any], public_url: str) -> str:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            shown = _example(parameter)
            path = path.replace(f"{{{parameter['name']}}}", shown)
    verb = "" if method == "get" else f"-X {method.upper()} "
    return f"curl {verb}'{public_url}{path}'"


def _example(parameter: dict[str, Any]) -> str:
    schema = parameter.get("schema", {})
    examples = schema.get("examples") or [parameter.get("example")]
    return str(examples[0]) if examples[0] is not None else f"<{parameter['name']}>"


def _parameters(operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{one['in']}</td>"
        f"<td>{shape(one.get('schema', {}))}</td><td>{'oui' if one.get('required') else 'non'}</td>"
        f'<td lang="en">{prose(one.get("description", ""))}</td></tr>'
        for one in operation.get("parameters", [])
    )
    return _table("Paramètres", ("Nom", "Place", "Forme", "Requis", "Sens"), rows)


def _body(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    rows = "".join(
        f"<tr><td><code>{escape(media)}</code></td><td>{shape(said.get('schema', {}))}</td></tr>"
        for media, said in content.items()
    )
    return _table("Corps", ("Type", "Forme"), rows)


def _answers(operation: dict[str, Any]) -> str:
    rows = "".join(_answer(status, said) for status, said in operation["responses"].items())
    return _table("Réponses", ("Statut", "Sens", "Forme"), rows)


def _answer(status: str, said: dict[str, Any]) -> str:
    content = said.get("content", {})
    shapes = "<br>".join(
        f"<code>{escape(media)}</code> {shape(one.get('schema', {}))}"
        for media, one in content.items()
    )
    refusals = ", ".join(
        f'<a href="/problems/{slug}"><code>{slug}</code></a>'
        for one in content.values()
        for slug in one.get("examples", {})
        if status.isdigit() and status >= "400"
    )
    meaning = refusals or f'<span lang="en">{prose(said.get("description", ""))}</span>'
    return f"<tr><td>{status}</td><td>{meaning}</td><td>{shapes}</td></tr>"


def _table(caption: str, heads: tuple[str, ...], rows: str) -> str:
    if not rows:
        return ""
    columns = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return (
        f'<div class="scroll"><table><caption>{caption}</caption><thead><tr>{columns}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )

"""The API reference as one page of plain HTML, drawn from the merged contract."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, NamedTuple

from gateway.contracts import OWN, SERVICES, Contract
from gateway.portal.access import SCRIPT, access
from gateway.portal.commands import curl, example, target
from gateway.portal.page import framed
from gateway.portal.shapes import prose, schema_block, shape
from gateway.portal.words import Words

_METHODS = ("get", "post", "put", "patch", "delete")
_LATER = ("/v1/events", "/v1/labels")


class Operation(NamedTuple):
    """One operation and where it is."""

    path: str
    method: str
    drawn: dict[str, Any]


def reference(
    contract: Contract, owners: Mapping[str, str], *, public_url: str, words: Words
) -> bytes:
    """Return the page; `owners` tells the service of each path, the rest is the gateway's."""
    groups: dict[str, list[Operation]] = {name: [] for name in words.groups}
    for operation in sorted(_operations(contract), key=_rank):
        group = "ogc" if operation.path.startswith("/ogc") else owners.get(operation.path, "api")
        groups[group].append(operation)
    found = {name: group for name, group in groups.items() if group}
    menu = "".join(_menu(name, group, words) for name, group in found.items())
    blocks = "".join(_group(name, group, public_url, words=words) for name, group in found.items())
    schemas = contract["components"]["schemas"]
    shapes = "".join(schema_block(name, drawn, words=words) for name, drawn in schemas.items())
    content = f"""<div class="reference">
<nav aria-label="{words.operations}">{menu}<p><a href="#schemas">{words.schemas}</a></p></nav>
<div><h1>{words.title}</h1>
<p class="lead">{words.lead}</p>
{access(public_url, language=words.language)}
{blocks}
<h2 id="schemas">{words.schemas}</h2>
{shapes}</div></div>"""
    return framed(words.title, content, language=words.language, path="/docs", script=SCRIPT)


def _operations(contract: Contract) -> Iterator[Operation]:
    for path, item in contract["paths"].items():
        for method in _METHODS:
            if method in item:
                yield Operation(path, method, item[method])


def _rank(operation: Operation) -> tuple[bool, bool]:
    """Put first what readers come for: the towns; last the feeds and the labels of codes."""
    path = operation.path
    return path.startswith(_LATER), not path.startswith("/v1/towns")


def _menu(name: str, found: list[Operation], words: Words) -> str:
    items = "".join(
        f'<li><a href="#{one.drawn["operationId"]}">'
        f"<code>{one.method.upper()} {escape(one.path)}</code></a></li>"
        for one in found
    )
    title = words.groups[name]
    return f'<p><a href="#{name}"><strong>{title}</strong></a></p><ul>{items}</ul>'


def _group(name: str, found: list[Operation], public_url: str, *, words: Words) -> str:
    blocks = "".join(_block(one, public_url, words) for one in found)
    link = f'<p><a href="/openapi/{name}.json">{words.contract}</a></p>'
    note = link if name in {*SERVICES, OWN} else ""
    return f'<h2 id="{name}">{words.groups[name]}</h2>{note}{blocks}'


def _block(one: Operation, public_url: str, words: Words) -> str:
    path, method, drawn = one
    kind = "method" if method == "get" else "method change"
    summary = escape(drawn.get("summary", ""))
    command = escape(curl(path, method, operation=drawn, public_url=public_url))
    described = prose(drawn["description"]) if "description" in drawn else ""
    description = f'<p lang="en">{described}</p>' if described else ""
    return f"""<details class="operation" id="{drawn["operationId"]}" open>
<summary><span class="{kind}">{method.upper()}</span> <code>{escape(path)}</code>
<span class="aside" lang="en">{summary}</span></summary><div>{description}
<pre tabindex="0"><code>{command}</code></pre>
{_trying(one)}{_parameters(drawn, words)}
{_body(drawn, words)}{_answers(drawn, words)}</div></details>"""


def _trying(one: Operation) -> str:
    """Return the place where the script lets a reader try a read."""
    if one.method != "get":
        return ""
    path = escape(target(one.path, one.drawn))
    return f'<div data-operation="{one.drawn["operationId"]}" data-path="{path}"></div>'


def _parameters(operation: dict[str, Any], words: Words) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{one['in']}</td>"
        f"<td>{shape(one.get('schema', {}), words)}</td><td>{_example(one)}</td>"
        f"<td>{words.yes if one.get('required') else words.no}</td>"
        f'<td lang="en">{prose(_meaning(one))}</td></tr>'
        for one in operation.get("parameters", [])
    )
    return _table(words.parameters, rows)


def _example(parameter: dict[str, Any]) -> str:
    shown = example(parameter)
    return "" if shown.startswith("<") else f"<code>{escape(shown)}</code>"


def _meaning(parameter: dict[str, Any]) -> str:
    said: str = parameter.get("description") or parameter.get("schema", {}).get("description", "")
    return said


def _body(operation: dict[str, Any], words: Words) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    rows = "".join(
        f"<tr><td><code>{escape(media)}</code></td>"
        f"<td>{shape(said.get('schema', {}), words)}</td></tr>"
        for media, said in content.items()
    )
    return _table(words.body, rows)


def _answers(operation: dict[str, Any], words: Words) -> str:
    responses = operation["responses"].items()
    return _table(words.answers, "".join(_answer(code, said, words) for code, said in responses))


def _answer(status: str, said: dict[str, Any], words: Words) -> str:
    content = said.get("content", {})
    shapes = "<br>".join(
        f"<code>{escape(media)}</code> {shape(one.get('schema', {}), words)}"
        for media, one in content.items()
    )
    refusals = ", ".join(
        f'<a href="/problems/{slug}"><code>{slug}</code></a>'
        for one in content.values()
        for slug in one.get("examples", {})
        if status.isdigit() and status >= "400"
    )
    meaning = refusals or _described(said.get("description", ""), words)
    return f"<tr><td>{status}</td><td>{meaning}</td><td>{shapes}</td></tr>"


def _described(text: str, words: Words) -> str:
    # the two sentences that frameworks put everywhere are worth translating
    usual = {"Successful Response": words.success, "Any other refusal": words.other_refusal}
    return usual.get(text) or f'<span lang="en">{prose(text)}</span>'


def _table(heads: tuple[str, ...], rows: str) -> str:
    if not rows:
        return ""
    caption, *columns = heads
    drawn = "".join(f'<th scope="col">{column}</th>' for column in columns)
    return (
        f'<div class="scroll"><table><caption>{caption}</caption><thead><tr>{drawn}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )

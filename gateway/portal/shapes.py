"""JSON schemas as short readable HTML."""

import re
from html import escape
from typing import Any

from gateway.portal.words import Words

_SHOWN_VALUES = 12
_MARKED = re.compile(r"`([^`]+)`")


def shape(schema: Any, words: Words) -> str:
    """Return a schema on one line; named schemas become links."""
    if not isinstance(schema, dict):
        return ""
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = escape(reference.rsplit("/", 1)[1])
        return f'<a href="#schema-{name}">{name}</a>'
    for key, word in (("anyOf", words.either), ("oneOf", words.either), ("allOf", words.both)):
        if key in schema:
            return word.join(shape(part, words) for part in schema[key])
    if "enum" in schema or "const" in schema:
        return _values(schema.get("enum") or [schema["const"]])
    return _simple(schema, words)


def schema_block(name: str, schema: dict[str, Any], *, words: Words) -> str:
    """Return a named schema with its properties."""
    required = schema.get("required", [])
    rows = "".join(
        f"<tr><td><code>{escape(key)}</code></td><td>{shape(drawn, words)}</td>"
        f"<td>{words.yes if key in required else words.no}</td>"
        f'<td lang="en">{prose(drawn.get("description", ""))}</td></tr>'
        for key, drawn in schema.get("properties", {}).items()
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in words.keys)
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    drawn = f'<div class="scroll">{table}</div>' if rows else f"<p>{shape(schema, words)}</p>"
    about = prose(schema.get("description", ""))
    return (
        f'<details class="schema" id="schema-{escape(name)}" open>'
        f"<summary><code>{escape(name)}</code></summary>"
        f'<div><p lang="en">{about}</p>{drawn}</div></details>'
    )


def prose(text: str) -> str:
    """Return a sentence of the contract, its `marked` names as code."""
    return _MARKED.sub(r"<code>\1</code>", escape(text))


def _simple(schema: dict[str, Any], words: Words) -> str:
    kinds = schema.get("type", "")
    named = words.either.join(kinds) if isinstance(kinds, list) else str(kinds)
    if "items" in schema:
        return f"{words.list_of} {shape(schema['items'], words)}"
    limits = [
        f"{sign} {schema[key]}"
        for key, sign in (("minimum", "≥"), ("maximum", "≤"), ("maxLength", f"{words.length} ≤"))
        if key in schema
    ]
    extra = [schema["format"]] if "format" in schema else []
    if "pattern" in schema and "examples" not in schema:  # an example says it better
        extra.append(f"<code>{escape(schema['pattern'])}</code>")
    return escape(named) + "".join(f", {part}" for part in [*extra, *limits])


def _values(values: list[Any]) -> str:
    shown = " · ".join(f"<code>{escape(str(value))}</code>" for value in values[:_SHOWN_VALUES])
    return shown + (" …" if len(values) > _SHOWN_VALUES else "")

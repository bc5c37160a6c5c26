"""Code lists: every code that the contract names has a label in both languages."""

from collections.abc import Iterator
from typing import Any

import httpx

from chassis.vocabularies import LabelList
from services.towns.resolution.rules import Reason
from services.towns.vocabularies import REASON, VOCABULARIES


def code_lists(node: object) -> Iterator[dict[str, Any]]:
    """Walk the schemas that name a code list."""
    if isinstance(node, dict):
        if "x-vocabulary" in node:
            yield node
        for child in node.values():
            yield from code_lists(child)
    if isinstance(node, list):
        for child in node:
            yield from code_lists(child)


async def test_every_code_of_the_contract_has_its_labels(towns: httpx.AsyncClient) -> None:
    labels = LabelList.model_validate_json((await towns.get("/v1/labels/towns")).content)
    known: dict[str, list[str]] = {}
    for label in labels.items:
        assert label.fr
        assert label.en
        known.setdefault(label.vocabulary, []).append(label.code)
    contract = (await towns.get("/openapi.json")).json()
    named = {}
    for schema in code_lists(contract):
        codes = schema.get("x-extensible-enum") or schema["enum"]
        named[schema["x-vocabulary"]] = [code for code in codes if code is not None]
    assert named == known
    assert set(known) == {vocabulary.name for vocabulary in VOCABULARIES}


def test_every_reason_of_the_rules_has_its_labels() -> None:
    assert set(REASON.labels) == set(Reason)

"""The contracts in the repository are those that the code serves: `make contracts` writes them."""

import json

import pytest

from tests.contracts.documents import NAMES, SERVICES, committed
from tests.contracts.rewrite import served, text_of


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_contract_is_the_one_the_code_serves(name: str) -> None:
    document = served(name)
    read = json.loads(committed(name).read_text(encoding="utf-8"))
    assert read == document, "run `make contracts` and look at the difference"
    assert committed(name).read_text(encoding="utf-8") == text_of(document)


@pytest.mark.parametrize("name", SERVICES)
def test_the_code_serves_the_same_document_twice(name: str) -> None:
    assert text_of(served(name)) == text_of(served(name))

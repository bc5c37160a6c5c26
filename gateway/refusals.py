"""Every refusal that a caller may meet: the chassis' own, and those of the contracts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chassis.problems import MEDIA_TYPE, registry
from gateway.contracts import Contract
from gateway.merged_contract import operations


@dataclass(frozen=True, slots=True)
class Refusal:
    """One problem type."""

    slug: str
    status: int
    fr: str
    en: str
    operations: tuple[str, ...] = ()


def refusals(contract: Contract) -> Mapping[str, Refusal]:
    """Return every problem type by its slug: those of the chassis, then those of the contract."""
    known = {
        problem.slug(): Refusal(problem.slug(), problem.status, problem.title.fr, problem.title.en)
        for problem in registry()
    }
    met: dict[str, set[str]] = {}
    for operation, slug, example in _examples(contract):
        shown = example["value"]
        met.setdefault(slug, set()).add(operation)
        known.setdefault(
            slug, Refusal(slug, shown["status"], shown["title"], example.get("summary", slug))
        )
    return {
        slug: Refusal(slug, one.status, one.fr, one.en, tuple(sorted(met.get(slug, ()))))
        for slug, one in sorted(known.items(), key=lambda pair: (pair[1].status, pair[0]))
    }


def _examples(contract: Contract) -> Iterator[tuple[str, str, dict[str, Any]]]:
    every = [found for item in contract["paths"].values() for found in operations(item)]
    for operation in every:
        for answer in operation["responses"].values():
            examples = answer.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {})
            for slug, example in examples.items():
                yield operation["operationId"], slug, example

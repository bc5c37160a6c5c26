"""Code lists: named in the contract beside each field, served with their labels fr and en."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from chassis.contract import Output
from chassis.lane import Reading, Router
from chassis.problems import Text
from chassis.reads import Answer


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One code list of a service; `open` when others may add codes to it."""

    name: str
    labels: Mapping[str, Text]
    open: bool = True

    @property
    def schema(self) -> dict[str, Any]:
        """What a field that holds such codes adds to its JSON schema."""
        codes = list(self.labels)
        listed = {"x-extensible-enum": codes} if self.open else {"enum": codes}
        return {**listed, "x-vocabulary": self.name}


class Label(Output):
    """A code, in words."""

    vocabulary: str = Field(
        description="Name of the code list, as `x-vocabulary` says in the contract"
    )
    code: str
    fr: str
    en: str


class LabelList(Output):
    """Every code of every list of a service."""

    items: list[Label]


def label_router(service: str, vocabularies: Sequence[Vocabulary]) -> Router:
    """Return the route of the labels of one service; its operation is `list_<service>_labels`."""
    router = Router(tags=["labels"])
    labels = LabelList(
        items=[
            Label(vocabulary=vocabulary.name, code=code, fr=label.fr, en=label.en)
            for vocabulary in vocabularies
            for code, label in vocabulary.labels.items()
        ]
    )

    async def list_labels(reads: Reading) -> Answer:
        """List the codes of this service with their labels, in French and in English."""
        return reads.computed(labels)

    list_labels.__name__ = f"list_{service}_labels"
    router.read(f"/v1/labels/{service}", answer=LabelList)(list_labels)
    return router

"""Whose each operation is, as the committed contracts say: who is asked what a caller may do."""

import re
from collections.abc import Mapping

from chassis.query_strings import pairs_of
from chassis.rights import open_to_all, unknown_action
from gateway.contracts import OWN, Contract
from gateway.merged_contract import is_local, operations
from gateway.own import JSON, Document
from gateway.own_contract import own_contract

_PARAMETER = re.compile(r"\\\{[^/]+?\\\}")
_REMEMBERED = 4_096
_PARTS = 3
"""How many parts of a path, the empty one included, are always literal in a contract."""


class Actions:
    """The operations of all the services, and the documents of the gateway, by id."""

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        documents = [
            operation["operationId"]
            for item in own_contract()["paths"].values()
            for operation in operations(item)
        ]
        self._documents = {
            name: Document(JSON, open_to_all(name).model_dump_json().encode()) for name in documents
        }
        self._owners = {
            operation["operationId"]: service
            for service, contract in contracts.items()
            for path, item in contract["paths"].items()
            if not is_local(path)
            for operation in operations(item)
        }

        self._asked: dict[tuple[str, str], str] = {}
        self._named: dict[str, list[tuple[re.Pattern[str], dict[str, str]]]] = {}
        every = [(path, item) for one in contracts.values() for path, item in one["paths"].items()]
        for path, item in sorted(every, key=lambda pair: pair[0].count("{")):
            ids = {verb.upper(): told["operationId"] for verb, told in item.items()}
            ids |= {"HEAD": ids["GET"]} if "GET" in ids else {}
            matching = re.compile(_PARAMETER.sub("[^/]+", re.escape(path)))
            self._named.setdefault(_place(path), []).append((matching, ids))

    def named(self, method: str, path: str) -> str:
        """Return the id of the operation of a request, or `none`."""
        asked = method, path
        name = self._asked.get(asked)
        if name is None:
            if len(self._asked) >= _REMEMBERED:
                self._asked.clear()
            name = self._asked[asked] = self._matched(method, path)
        return name

    def _matched(self, method: str, path: str) -> str:
        for matching, ids in self._named.get(_place(path), ()):
            if method in ids and matching.fullmatch(path):
                return ids[method]
        return "none"

    def asked(self, query_string: bytes) -> Document | str:
        """Return the service that has the operation named by `action`, or the answer itself.

        Raises:
            InvalidValue: no service has it; the detail names those that resemble it.
        """
        named = dict(pairs_of(query_string)).get("action")
        if named is None:
            return OWN  # which refuses, as it does whatever else is wrong with the question
        found = self._documents.get(named) or self._owners.get(named)
        if found is None:
            raise unknown_action(named, [*self._owners, *self._documents])
        return found


def _place(path: str) -> str:
    return "/".join(path.split("/", _PARTS)[:_PARTS])

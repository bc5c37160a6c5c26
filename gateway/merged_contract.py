"""One contract of all: the committed ones and the gateway's own operations, merged."""

from collections.abc import Iterator, Mapping
from typing import Any

from chassis.rights_shown import SCHEME, scheme
from gateway.contracts import Contract
from gateway.own_contract import own_contract
from gateway.partners.kinds import SCOPES

_LOCAL = ("/health", "/metrics", "/openapi")
_FRONT = "the gateway itself"
_DESCRIPTION = """\
Système d'information du partenariat « Au cœur des territoires » : villes du programme Action cœur
de ville, formations du Cnam, financements, évaluation. Une seule porte, quatre services.

Single door to the four services of the partnership: towns, trainings, funding, evaluation.
Open-data reads need no token. Errors follow RFC 9457; collections are paged by signed cursors.

Données sous Licence Ouverte 2.0, sauf les coordonnées d'outre-mer : GeoNames, CC BY 4.0.
Facts under Licence Ouverte 2.0, but for overseas coordinates: GeoNames, CC BY 4.0."""


def is_local(path: str) -> bool:
    """Say whether every server has the path for itself: health, metrics, contract."""
    return path.startswith(_LOCAL)


class ContractsCollide(Exception):
    """Two contracts give one name two meanings."""


class UngrantableScope(Exception):
    """An operation asks for a scope that the registry does not know, or knows otherwise."""


def merged(contracts: Mapping[str, Contract]) -> Contract:
    """Return the OpenAPI 3.1 document of the whole API, in a stable order.

    Raises:
        ContractsCollide: a path, an operation id or a component with two meanings; both are named.
        UngrantableScope: an operation that nobody could ever call, or that says wrongly how.
    """
    merger = _Merger()
    for name, contract in {_FRONT: own_contract(), **contracts}.items():
        merger.add(name, contract)
    return merger.document()


class _Merger:
    """Adds contracts one by one, and remembers who brought each name."""

    def __init__(self) -> None:
        self._paths: dict[str, Any] = {}
        self._components: dict[str, dict[str, Any]] = {}
        self._tags: dict[str, Any] = {}
        self._brought_by: dict[str, str] = {}
        self._scopes: set[str] = set()
        self._secured = False

    def add(self, owner: str, contract: Contract) -> None:
        for path, item in contract["paths"].items():
            if owner != _FRONT and is_local(path):
                continue  # through the gateway only the gateway's own exist
            self._claim(f"path {path}", owner)
            self._paths[path] = item
            for operation in operations(item):
                self._claim(f"operation id {operation['operationId']}", owner)
                self._scopes |= _scope_of(operation)
        for kind, named in contract.get("components", {}).items():
            if kind == "securitySchemes":
                self._secured = True
                continue  # each names its own scopes: the whole is made of all of them
            known = self._components.setdefault(kind, {})
            for name, body in named.items():
                if known.setdefault(name, body) != body:
                    other = self._brought_by[f"{kind} {name}"]
                    raise ContractsCollide(f"{kind} {name}: {other} and {owner} differ")
                self._brought_by.setdefault(f"{kind} {name}", owner)
        for tag in contract.get("tags", []):
            self._tags.setdefault(tag["name"], tag)

    def document(self) -> Contract:
        components = {
            kind: dict(sorted(named.items())) for kind, named in sorted(self._components.items())
        }
        if self._secured:
            components["securitySchemes"] = {SCHEME: scheme(_meanings(self._scopes))}
        document: Contract = {
            "openapi": "3.1.0",
            "info": {
                "title": "Au cœur des territoires",
                "version": "1.0.0",
                "description": _DESCRIPTION,
                "license": {"name": "Licence Ouverte 2.0", "identifier": "etalab-2.0"},
            },
            "servers": [{"url": "/", "description": "This gateway"}],
            "tags": [self._tags[name] for name in sorted(self._tags)],
            "paths": dict(sorted(self._paths.items())),
            "components": components,
        }
        return _without_unused(document)

    def _claim(self, what: str, owner: str) -> None:
        if what in self._brought_by:
            raise ContractsCollide(f"{what}: {self._brought_by[what]} and {owner} both have it")
        self._brought_by[what] = owner


def _scope_of(operation: Contract) -> set[str]:
    """Return the scope of an operation, if it asks for one that can be granted."""
    right = operation.get("x-right", {})
    if "scope" not in right:
        return set()
    name, known = right["scope"], SCOPES.get(right["scope"])
    if known is None or known.strong != right["strong"]:
        raise UngrantableScope(f"{operation['operationId']} asks for {name}, see partners/kinds.py")
    return {name}


def _meanings(scopes: set[str]) -> dict[str, str]:
    strong = " (only for a client that proves a private key)"
    return {
        name: SCOPES[name].meaning.en + (strong if SCOPES[name].strong else "")
        for name in sorted(scopes)
    }


def operations(item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the operations of one path."""
    for method in ("get", "put", "post", "delete", "patch"):
        if method in item:
            yield item[method]


def _without_unused(document: Contract) -> Contract:
    """Drop the schemas that only dropped paths used."""
    schemas = document["components"].get("schemas", {})
    reached: set[str] = set()
    waiting = list(_references(document["paths"]))
    for kind, named in document["components"].items():
        if kind != "schemas":
            waiting += _references(named)
    while waiting:
        name = waiting.pop()
        if name not in reached and name in schemas:
            reached.add(name)
            waiting += _references(schemas[name])
    document["components"]["schemas"] = {
        name: body for name, body in schemas.items() if name in reached
    }
    return document


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        found = node.get("$ref")
        if isinstance(found, str) and found.startswith("#/components/schemas/"):
            yield found.rsplit("/", 1)[1]
        for part in node.values():
            yield from _references(part)
    elif isinstance(node, list):
        for part in node:
            yield from _references(part)

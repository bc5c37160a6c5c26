"""The policy row of each operation as its contract shows it: `x-right`, `security`, the scheme."""

from typing import Any

from chassis.identity import Known, Open, Policy, TwoPerson
from chassis.problems import Forbidden, Problem, Unauthenticated

SCHEME = "oauth2"
TOKEN_PATH = "/oauth/token"  # noqa: S105 -- where tokens are given, not one of them


def show_right(operation: dict[str, Any], row: Policy) -> None:
    """Write the whole row into an operation, and what it asks of a token for tools to read."""
    operation["x-right"] = right(row)
    match row:
        case Open():
            operation["security"] = []
        case Known():
            operation["security"] = [{SCHEME: []}]
        case _:
            operation["security"] = [{SCHEME: [row.scope]}]


def right(row: Policy) -> dict[str, Any]:
    """Return a row as JSON: who may call, by which scope, within which dimensions, who else not."""
    match row:
        case Open():
            return {"callers": "anyone"}
        case Known():
            return {"callers": "token"}
    return {
        "callers": "scope",
        "scope": row.scope,
        "within": list(row.within),
        "whole": sorted(row.whole),
        "strong": row.strong,
        "two_person": isinstance(row, TwoPerson),
    }


def refusals_of(row: Policy) -> tuple[type[Problem], ...]:
    """Return what a row may refuse with, before anything else of the request is looked at."""
    match row:
        case Open():
            return ()
        case Known():
            return (Unauthenticated,)
    return Unauthenticated, Forbidden


def show_scheme(document: dict[str, Any]) -> None:
    """Say in a contract how a token is obtained, if any of its operations asks for one."""
    users: dict[str, list[str]] = {}
    every = [operation for path in document["paths"].values() for operation in path.values()]
    for operation in every:
        for scope in [name for asked in operation["security"] for name in asked[SCHEME]]:
            users.setdefault(scope, []).append(operation["operationId"])
    if any(operation["security"] for operation in every):
        scopes = {scope: ", ".join(sorted(users[scope])) for scope in sorted(users)}
        document["components"]["securitySchemes"] = {SCHEME: scheme(scopes)}


def scheme(scopes: dict[str, str]) -> dict[str, Any]:
    """Return the OAuth 2.0 scheme of our tokens, with what each scope is for."""
    flow = {"tokenUrl": TOKEN_PATH, "scopes": scopes}
    return {
        "type": "oauth2",
        "description": "A token of 5 minutes from the gateway, for a client that two"
        " organisations approved",
        "flows": {"clientCredentials": flow},
    }

"""One contract made of all, and its older form."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator, validate

from chassis.older_contract import older
from gateway.contracts import SERVICES
from gateway.merged_contract import ContractsCollide, UngrantableScope, merged
from gateway.own_contract import own_contract
from tests.gateway.fakes import contract, contract_of

ALL = {service: contract_of(service) for service in SERVICES}


def with_schema(name: str, schema: Any, *, prefix: str) -> dict[str, Any]:
    """Return a contract whose only operation answers with one named schema."""
    made = contract(f"/v1/{prefix}", prefix=prefix)
    used = {"$ref": f"#/components/schemas/{name}"}
    content = {"application/json": {"schema": used}}
    made["paths"][f"/v1/{prefix}"]["get"]["responses"]["200"]["content"] = content
    return made | {"components": {"schemas": {name: schema}}}


def test_the_merged_contract_holds_every_path_once_and_no_services_health() -> None:
    paths = merged(ALL)["paths"]
    assert {"/v1/towns", "/v1/grants/{grant}", "/status", "/v1/events/funding"} <= set(paths)
    assert paths["/health/live"]["get"]["operationId"] == "show_liveness"


def test_the_merged_contract_is_valid_and_so_is_its_older_form() -> None:
    whole = merged(ALL)
    validate(whole, cls=OpenAPIV31SpecValidator)
    validate(older(whole), cls=OpenAPIV30SpecValidator)


def test_the_order_of_the_services_does_not_change_the_contract() -> None:
    backwards = dict(reversed(ALL.items()))
    assert merged(ALL) == merged(backwards)
    assert list(merged(ALL)["paths"]) == list(merged(backwards)["paths"])


def test_one_operation_id_in_two_services_is_refused_by_name() -> None:
    with pytest.raises(ContractsCollide, match="x_0: towns and funding"):
        merged({"towns": contract("/v1/a"), "funding": contract("/v1/b")})


def test_one_schema_name_with_two_bodies_is_refused_by_name() -> None:
    rivals = {
        "towns": with_schema("Town", {"type": "string"}, prefix="a"),
        "funding": with_schema("Town", {"type": "integer"}, prefix="b"),
    }
    with pytest.raises(ContractsCollide, match="Town: towns and funding"):
        merged(rivals)


def test_one_schema_name_with_one_body_is_shared() -> None:
    same = {"type": "string"}
    both = {s: with_schema("Code", same, prefix=s) for s in ("towns", "funding")}
    assert merged(both)["components"]["schemas"]["Code"] == same


def test_a_schema_that_nothing_uses_any_more_is_dropped() -> None:
    made = with_schema("Used", {"type": "string"}, prefix="a")
    made["components"]["schemas"]["Dead"] = {"type": "string"}
    schemas = merged({"towns": made})["components"]["schemas"]
    assert "Used" in schemas
    assert "Dead" not in schemas


def test_every_own_operation_says_what_it_answers() -> None:
    for path, item in own_contract()["paths"].items():
        assert item["get"]["responses"]["200"]["content"], path


@pytest.mark.parametrize(
    ("newer", "wanted"),
    [
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        (
            {"type": ["string", "integer"]},
            {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        ),
        ({"const": "x"}, {"enum": ["x"]}),
        ({"type": "string", "examples": ["a", "b"]}, {"type": "string", "example": "a"}),
        (
            {"type": "integer", "exclusiveMinimum": 0},
            {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
        ),
        (
            {"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]},
            {
                "type": "object",
                "allOf": [{"$ref": "#/components/schemas/A"}],
                "nullable": True,
            },
        ),
        (
            {"$ref": "#/components/schemas/A", "description": "An A"},
            {"allOf": [{"$ref": "#/components/schemas/A"}], "description": "An A"},
        ),
        (
            {"type": "array", "prefixItems": [{"type": "number"}, {"type": ["string", "null"]}]},
            {
                "type": "array",
                "items": {"anyOf": [{"type": "number"}, {"type": "string", "nullable": True}]},
            },
        ),
        (
            {"type": "object", "properties": {"const": {"const": 1}}, "patternProperties": {}},
            {"type": "object", "properties": {"const": {"enum": [1]}}},
        ),
        (
            {"type": "object", "additionalProperties": {"type": ["number", "null"]}},
            {"type": "object", "additionalProperties": {"type": "number", "nullable": True}},
        ),
    ],
)
def test_a_schema_keeps_its_meaning_in_the_older_form(newer: Any, wanted: Any) -> None:
    made = with_schema("Shape", newer, prefix="a")
    assert older(made)["components"]["schemas"]["Shape"] == wanted


def test_examples_are_not_mistaken_for_schemas() -> None:
    made = contract("/v1/a")
    shown = {"one": {"value": {"schema": {"type": ["a", "null"]}, "const": 1}}}
    made["paths"]["/v1/a"]["get"]["responses"]["200"]["content"] = {
        "application/json": {"schema": {"type": "object"}, "examples": shown}
    }
    kept = older(made)["paths"]["/v1/a"]["get"]["responses"]["200"]["content"]
    assert kept["application/json"]["examples"] == shown


def asking(scope: str, *, strong: bool = False) -> dict[str, Any]:
    """Return a contract whose only operation asks for a scope."""
    made = contract(f"/v1/{scope[:3]}", prefix=scope[:3])
    operation = made["paths"][f"/v1/{scope[:3]}"]["get"]
    operation["x-right"] = {"callers": "scope", "scope": scope, "strong": strong}
    operation["security"] = [{"oauth2": [scope]}]
    return made | {"components": {"securitySchemes": {"oauth2": {"described": "by each"}}}}


def test_the_scopes_of_all_services_are_one_scheme_with_their_meaning() -> None:
    whole = merged({"gateway": asking("partners:approve", strong=True), "towns": ALL["towns"]})
    flow = whole["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "/oauth/token"
    assert flow["scopes"].keys() == {"partners:approve"}
    assert "private key" in flow["scopes"]["partners:approve"]


@pytest.mark.parametrize("scope", ["nobody:has", "partners:approve"])
def test_a_scope_that_the_registry_cannot_grant_as_said_is_refused(scope: str) -> None:
    with pytest.raises(UngrantableScope, match=scope):
        merged({"towns": asking(scope, strong=False)})

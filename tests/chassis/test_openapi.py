"""The contract as a document: what FastAPI drafts, finished to the rules."""

from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI, Query

from chassis.contract import Output
from chassis.identity import Known, Open, TwoPerson
from chassis.openapi import documented, finished
from chassis.problems import InvalidCursor, UnknownParameter
from tests.chassis.test_lane import router


class Note(Output):
    """A note."""

    text: str | None
    tone: Literal["kind", "plain"] | None


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    web = FastAPI(title="probe")
    web.router.routes += router.routes

    @web.get("/v1/notes", operation_id="list_notes")
    async def list_notes(after: Annotated[str | None, Query()] = None) -> Note:
        """List notes.

        All of them.
        """
        return Note(text=after, tone=None)

    names = ("list_things", "show_thing", "show_part", "show_import", "list_notes")
    return finished(web.openapi(), policy=dict.fromkeys(names, Open()))


def operation(document: dict[str, Any], path: str) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][path]["get"]
    return found


def test_a_refusal_is_an_example_under_its_status(document: dict[str, Any]) -> None:
    answers = operation(document, "/v1/things")["responses"]
    examples = answers["400"]["content"]["application/problem+json"]["examples"]
    assert set(examples) == {UnknownParameter.slug(), InvalidCursor.slug()}
    assert examples["invalid-cursor"]["value"]["status"] == 400


def test_every_operation_says_what_any_other_refusal_looks_like(document: dict[str, Any]) -> None:
    for path in document["paths"]:
        answer = operation(document, path)["responses"]["default"]["content"]
        schema = answer["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/ProblemDetails"}


def test_the_drafts_dead_schemas_are_gone(document: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "422" not in operation(document, "/v1/notes")["responses"]


def test_what_may_be_absent_is_not_required_and_has_no_default(document: dict[str, Any]) -> None:
    page = next(
        schema for name, schema in document["components"]["schemas"].items() if "Page_Thing" in name
    )
    assert page["required"] == ["items"]
    assert "default" not in page["properties"]["next"]


def test_nullable_is_written_as_a_list_of_types(document: dict[str, Any]) -> None:
    note = document["components"]["schemas"]["Note"]
    assert note["properties"]["text"] == {"type": ["string", "null"]}
    assert note["required"] == ["text", "tone"]


def test_a_code_that_may_be_null_lists_null_among_its_codes(document: dict[str, Any]) -> None:
    tone = document["components"]["schemas"]["Note"]["properties"]["tone"]
    assert tone == {"type": ["string", "null"], "enum": ["kind", "plain", None]}


def test_a_schema_that_nothing_names_is_left_out() -> None:
    named = {"type": "object", "properties": {}}
    bare = {"openapi": "3.1.0", "info": {}, "paths": {}}
    whole = bare | {"components": {"schemas": {"Alone": named}}}
    assert "Alone" not in finished(whole, policy={})["components"]["schemas"]


def test_a_parameter_is_never_null(document: dict[str, Any]) -> None:
    for path in document["paths"]:
        for parameter in operation(document, path).get("parameters", []):
            assert "null" not in str(parameter["schema"])


def test_an_open_operation_asks_for_no_token(document: dict[str, Any]) -> None:
    assert operation(document, "/v1/things")["security"] == []
    assert operation(document, "/v1/things")["x-right"] == {"callers": "anyone"}
    assert "securitySchemes" not in document["components"]


@pytest.fixture(scope="module")
def limited() -> dict[str, Any]:
    web = FastAPI(title="probe")

    @web.get("/v1/own", operation_id="show_own")
    async def show_own() -> Note:
        """Show one's own."""
        return Note(text=None, tone=None)

    @web.post("/v1/moves", operation_id="make_move")
    async def make_move() -> Note:
        """Move."""
        return Note(text=None, tone=None)

    move = TwoPerson("moves:write", ("town",), frozenset({"ministry"}), strong=True)
    return finished(web.openapi(), policy={"show_own": Known(), "make_move": move})


def test_the_whole_row_of_an_operation_is_shown(limited: dict[str, Any]) -> None:
    assert limited["paths"]["/v1/moves"]["post"]["x-right"] == {
        "callers": "scope",
        "scope": "moves:write",
        "within": ["town"],
        "whole": ["ministry"],
        "strong": True,
        "two_person": True,
    }
    assert operation(limited, "/v1/own")["x-right"] == {"callers": "token"}


def test_tools_read_which_token_an_operation_needs(limited: dict[str, Any]) -> None:
    move, own = limited["paths"]["/v1/moves"]["post"], operation(limited, "/v1/own")
    assert (move["security"], own["security"]) == ([{"oauth2": ["moves:write"]}], [{"oauth2": []}])
    assert {"401", "403"} <= move["responses"].keys()
    assert "403" not in own["responses"]
    flow = limited["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert flow == {"tokenUrl": "/oauth/token", "scopes": {"moves:write": "make_move"}}


def test_the_docstring_is_the_summary_and_the_rest_the_description(
    document: dict[str, Any],
) -> None:
    notes = operation(document, "/v1/notes")
    assert (notes["summary"], notes["description"]) == ("List notes.", "All of them.")


def test_refusals_of_one_status_share_an_answer() -> None:
    answers = documented(UnknownParameter, InvalidCursor)
    assert list(answers) == [400]
    assert "; " in answers[400]["description"]

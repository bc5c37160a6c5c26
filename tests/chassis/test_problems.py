"""Problem details: complete, bilingual, and never more than they should say."""

import orjson
import pytest

from chassis.problems import (
    FieldError,
    InvalidValue,
    Occurrence,
    Problem,
    Refused,
    Text,
    language_of,
    registry,
    rendered,
)
from chassis.workflow import IllegalTransition, Step, moved

AT = Occurrence("/v1/towns", "r-1", "fr", "https://acdt.test")


class EnvelopeExhausted(Refused):
    """An example."""

    title = Text("L'enveloppe est épuisée", "The envelope is exhausted")


def test_a_problem_names_itself_and_the_request() -> None:
    body = orjson.loads(rendered(EnvelopeExhausted(), AT))
    assert body == {
        "type": "https://acdt.test/problems/envelope-exhausted",
        "title": "L'enveloppe est épuisée",
        "status": 409,
        "detail": "L'enveloppe est épuisée",
        "instance": "/v1/towns",
        "code": "envelope-exhausted",
        "request_id": "r-1",
        "errors": [],
    }


def test_each_field_at_fault_is_named_where_it_stands() -> None:
    detail = Text("trop grand", "too large")
    problem = InvalidValue(
        errors=[
            FieldError("too-large", detail, parameter="limit"),
            FieldError("too-large", detail, pointer="/amount_eur"),
            FieldError("too-large", detail, header="if-match"),
        ]
    )
    assert orjson.loads(rendered(problem, AT))["errors"] == [
        {"parameter": "limit", "code": "too-large", "detail": "trop grand"},
        {"pointer": "/amount_eur", "code": "too-large", "detail": "trop grand"},
        {"header": "if-match", "code": "too-large", "detail": "trop grand"},
    ]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "fr"),
        ("en", "en"),
        ("en-GB,fr;q=0.5", "en"),
        ("fr;q=0.5,en;q=0.9", "en"),
        ("de,es;q=0.9", "fr"),
        ("de,en;q=0.1", "en"),
        ("en;q=pi", "en"),
        ("fr;q=0.8, en; q=0.1", "fr"),
        ("en;q=0", "fr"),
        ("x," * 40_000 + "en", "fr"),
        (",,;;q=", "fr"),
    ],
)
def test_the_language_is_french_unless_english_is_preferred(header: str, language: str) -> None:
    assert language_of(header) == language


def test_every_problem_has_a_status_two_titles_and_a_slug_of_its_own() -> None:
    known = [problem for problem in registry() if not problem.__module__.startswith("tests")]
    slugs = [problem.slug() for problem in known]
    assert len(slugs) == len(set(slugs))
    assert all(problem.title.fr and problem.title.en for problem in known)
    assert all(400 <= problem.status <= 599 for problem in known)
    assert EnvelopeExhausted in registry()
    assert Problem not in registry()


def test_a_problem_says_nothing_else_under_the_names_that_all_problems_have() -> None:
    with pytest.raises(TypeError, match="status"):
        Refused(extra={"status": "draft"})


def test_a_refused_transition_keeps_the_number_of_the_answer() -> None:
    steps = {"open_shelf": Step(frozenset({"closed"}), "open")}
    with pytest.raises(IllegalTransition) as refused:
        moved(steps, "open", act="open_shelf")
    body = orjson.loads(rendered(refused.value, AT))
    assert (body["status"], body["current_status"]) == (409, "open")
    assert body["allowed_from"] == ["closed"]

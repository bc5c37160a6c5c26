"""A state machine moves along its steps and names what else was possible."""

import pytest

from chassis.workflow import IllegalTransition, Step, moved

STEPS = {
    "publish": Step(frozenset({"draft"}), "published"),
    "withdraw": Step(frozenset({"draft", "published"}), "withdrawn"),
}


def test_an_act_leads_from_each_of_its_statuses_to_its_target() -> None:
    assert moved(STEPS, "draft", act="publish") == "published"
    assert moved(STEPS, "published", act="withdraw") == "withdrawn"


def test_a_refused_act_names_the_status_and_those_that_allow_it() -> None:
    with pytest.raises(IllegalTransition) as refusal:
        moved(STEPS, "withdrawn", act="withdraw")

    assert refusal.value.extra == {
        "current_status": "withdrawn",
        "allowed_from": ["draft", "published"],
    }
    assert "withdrawn" in refusal.value.detail.fr
    assert "draft, published" in refusal.value.detail.en

"""Schemathesis against every operation through the gateway: no 5xx, no answer outside its schema.

The cases are the same at each run: boundary values of every parameter, then `EXAMPLES` drawn ones.
"""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

from tests.contracts.fuzzing import Fuzzer

EXAMPLES = 25
PROVEN = {"POST /oauth/token", "POST /oauth/revoke"}
"""What only a client that proves itself is answered: no example can."""
CLAIMED = "POST /v1/access-requests/{request_id}/credentials"
"""What only the claim of a request opens: its example is that of a request which nobody made."""
BOTH = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
REPEATABLE = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def test_the_documented_example_is_answered_with_success_or_asks_for_a_token(
    operation: str, fuzzer: Fuzzer
) -> None:
    """First, before other cases use up what it asks for.

    With tokens, tests/security/test_rights_matrix.py plays the operations that are not open.
    """
    answer = fuzzer.example(operation)
    asks = operation in PROVEN or not fuzzer.is_open(operation)
    expected = {401} if asks else {404} if operation == CLAIMED else range(200, 300)
    assert answer.status_code in expected, f"{answer.status_code} {answer.text[:500]}"


def test_boundary_values_of_every_parameter_are_answered_as_promised(
    operation: str, fuzzer: Fuzzer
) -> None:
    assert fuzzer.judge_boundaries(operation, BOTH) > 0


@pytest.mark.parametrize("mode", BOTH, ids=["valid", "invalid"])
def test_drawn_values_are_answered_as_promised(
    operation: str, mode: GenerationMode, fuzzer: Fuzzer
) -> None:
    target = fuzzer.operation(operation)

    @REPEATABLE
    @given(case=target.as_strategy(generation_mode=mode))
    def probe(case: Case[Any]) -> None:
        fuzzer.judge(case)

    nothing_to_draw = () if mode is GenerationMode.POSITIVE else (Unsatisfiable,)
    with suppress(*nothing_to_draw):  # every string is a valid id: nothing invalid exists
        probe()

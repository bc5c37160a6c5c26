"""The circuit breaker and the retry budget, on a clock of their own."""

from gateway.breaker import Breaker, RetryBudget


def opened_at(now: float) -> Breaker:
    breaker = Breaker()
    for _ in range(5):
        assert breaker.admits(now)
        breaker.failed(now)
    return breaker


def test_five_failures_in_a_row_open_it_for_a_second() -> None:
    breaker = opened_at(100.0)
    assert not breaker.closed
    assert not breaker.admits(100.9)
    assert breaker.retry_after(100.0) >= 1
    assert breaker.admits(101.0)


def test_the_announced_wait_is_the_least_whole_number_of_seconds_that_is_long_enough() -> None:
    breaker, now = opened_at(0.0), 0.0
    for pause in (1, 2, 4, 8, 15, 15):
        announced = breaker.retry_after(now)
        assert announced == pause
        assert not breaker.admits(now + announced - 0.001)
        assert breaker.retry_after(now + 0.001) == pause
        now += announced
        assert breaker.admits(now)
        breaker.failed(now)


def test_a_success_between_failures_keeps_it_closed() -> None:
    breaker = Breaker()
    for _ in range(4):
        breaker.failed(1.0)
    breaker.succeeded(1.0)
    for _ in range(4):
        breaker.failed(1.0)
    assert breaker.closed


def test_half_of_twenty_calls_failing_within_ten_seconds_opens_it() -> None:
    breaker = Breaker()
    for call in range(19):
        breaker.failed(call / 4) if call % 2 else breaker.succeeded(call / 4)
    assert breaker.closed
    breaker.failed(5.0)
    assert not breaker.closed


def test_failures_older_than_ten_seconds_are_forgotten() -> None:
    breaker = Breaker()
    for call in range(19):
        breaker.failed(0.0) if call % 2 else breaker.succeeded(0.0)
    breaker.failed(15.0)
    assert breaker.closed


def test_only_one_probe_goes_through_at_a_time() -> None:
    breaker = opened_at(0.0)
    assert breaker.admits(1.0)
    assert not breaker.admits(1.0)


def test_a_probe_that_succeeds_closes_it() -> None:
    breaker = opened_at(0.0)
    assert breaker.admits(1.0)
    breaker.succeeded(1.1)
    assert breaker.closed


def test_a_probe_that_its_caller_gave_up_lets_another_one_through() -> None:
    breaker = opened_at(0.0)
    assert breaker.admits(1.0)
    breaker.abandoned()
    assert breaker.admits(1.0)


def test_the_pause_doubles_up_to_fifteen_seconds() -> None:
    breaker = opened_at(0.0)
    now, pauses = 0.0, []
    for _ in range(6):
        start = now
        while not breaker.admits(now):
            now += 0.5
        pauses.append(now - start)
        breaker.failed(now)
    assert pauses == [1.0, 2.0, 4.0, 8.0, 15.0, 15.0]


def test_an_answer_that_began_before_the_opening_does_not_close_it() -> None:
    breaker = opened_at(0.0)
    breaker.succeeded(0.1)
    assert not breaker.closed


def test_retries_are_at_most_a_tenth_of_the_calls() -> None:
    budget = RetryBudget()
    while budget.spent():
        pass
    for _ in range(100):
        budget.called()
    assert sum(budget.spent() for _ in range(50)) in {9, 10}

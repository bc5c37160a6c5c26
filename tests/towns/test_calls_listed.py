"""The list of calls for bids: filters, pages, files, trials."""

import pytest

from services.towns.calls.contract import (
    CallForBidsPage,
)
from tests.towns.asking import Towns
from tests.towns.calling import (
    published,
    shown,
)


async def test_trials_are_left_out_unless_asked_for(desk: Towns) -> None:
    trial, live = await published(desk, mode="test"), await published(desk)

    async def listed(query: str) -> set[str]:
        page = await desk.ask("GET", f"/v1/calls?{query}", None)
        items = CallForBidsPage.model_validate_json(page.content, strict=True).items
        return {f"/v1/calls/{one.id}" for one in items}

    assert await listed("status=published") == {live}
    assert await listed("status=published&mode=test") == {trial}
    assert await listed("status=published&mode=test&mode=live") == {live, trial}
    csv = await desk.ask("GET", "/v1/calls?format=csv", None)
    assert trial.rsplit("/", 1)[1] not in csv.text
    assert live.rsplit("/", 1)[1] in csv.text
    assert (await shown(desk, trial, None))["mode"] == "test"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("wave=1", 1),
        ("wave=1&wave=2", 2),
        ("status=decided", 2),
        ("closes_at_gte=2100-01-01T00:00:00Z", 1),
        ("closes_at_lte=2100-01-01T00:00:00Z", 0),
        ("opens_at_gte=2100-01-01T00:00:00Z&opens_at_lte=2100-02-01T00:00:00Z", 1),
        ("updated_since=2100-01-01T00:00:00Z", 0),
        ("sort=-closes_at", 3),
        ("sort=wave", 3),
    ],
)
async def test_calls_are_filtered_and_paged(desk: Towns, query: str, count: int) -> None:
    await published(desk)
    whole = (await desk.ask("GET", f"/v1/calls?{query}&include_total=true", None)).json()
    paged, page = [], f"/v1/calls?{query}&limit=1"
    while page:
        answer = (await desk.ask("GET", page, None)).json()
        paged += answer["items"]
        page = answer.get("next", "")
    assert (whole["total"], paged) == (count, whole["items"])


@pytest.mark.parametrize("form", ["csv", "ndjson", "xlsx"])
async def test_calls_are_files_too(desk: Towns, form: str) -> None:
    answer = await desk.ask("GET", f"/v1/calls?format={form}", None)
    assert answer.status_code == 200
    assert answer.headers["link"].startswith("</v1/sources/towns>")

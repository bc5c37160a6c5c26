"""What the caller is told that it may do is what the policy rows and the steps say."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import asyncpg
import orjson
import pytest
from sqlalchemy import ARRAY, Text, select

from chassis.actions import Action, not_from, offered
from chassis.identity import (
    ANONYMOUS,
    EVERYWHERE,
    KIND,
    NOWHERE,
    OF,
    OWN,
    Perimeter,
    Principal,
    Scoped,
    seen,
)
from chassis.perimeters import Dimensions
from chassis.statements import bound, compiled
from chassis.workflow import Step

PUBLISH = Step(frozenset({"draft", "returned"}), "published")
PLAIN = Principal("org-1", "commune", "client", frozenset({"notes:write"}), NOWHERE)
CALLERS = {
    "anonymous": ANONYMOUS,
    "no scope": replace(PLAIN, scopes=frozenset()),
    "nowhere": PLAIN,
    "in town": replace(PLAIN, perimeter=Perimeter(values={"town": frozenset({"acv-051", "x"})})),
    "in region": replace(PLAIN, perimeter=Perimeter(values={"region": frozenset({"44"})})),
    "everywhere": replace(PLAIN, perimeter=EVERYWHERE),
    "ministry": replace(PLAIN, kind="ministry"),
    "prefecture": replace(
        PLAIN, kind="region_prefecture", perimeter=Perimeter(values={"region": frozenset({"44"})})
    ),
    "owner": replace(PLAIN, organisation="org-2"),
}
ROWS = {
    "no dimension": Scoped("notes:write"),
    "town": Scoped("notes:write", ("town",)),
    "town or region": Scoped("notes:write", ("town", "region")),
    "whole": Scoped("notes:write", ("town",), frozenset({"ministry", "funder"})),
    "own": Scoped("notes:write", (OWN,)),
    "kind": Scoped("notes:write", ("town", KIND)),
    "place of a kind": Scoped("notes:write", (f"region_prefecture{OF}region",)),
    "unmapped": Scoped("notes:write", ("centre",)),
}
PLACE: Mapping[str, frozenset[str]] = {
    "town": frozenset({"acv-051", "51108"}),
    "region": frozenset({"44"}),
    f"region_prefecture{OF}region": frozenset({"44"}),
    OWN: frozenset({"org-2"}),
    KIND: frozenset({"ministry"}),
}
NOTE = select(
    bound("status", Text).label("status"),
    bound("town", ARRAY(Text)).label("town"),
    bound("region", Text).label("region"),
    bound("organisation", Text).label("organisation"),
    bound("kind", Text).label("kind"),
).subquery("note")
PERIMETER: Dimensions = {
    "town": NOTE.c.town,
    "region": NOTE.c.region,
    f"region_prefecture{OF}region": NOTE.c.region,
    OWN: NOTE.c.organisation,
    KIND: NOTE.c.kind,
}


async def offer(admin_url: str, row: Scoped, caller: Principal, status: str) -> dict[str, Any]:
    """Return the one action on a note, as the caller is offered it."""
    action = Action("publish_note", row, "publication", (not_from(NOTE.c.status, PUBLISH),))
    shown = offered([action], path=bound("path", Text), perimeter=PERIMETER)
    made = compiled(select(shown).select_from(NOTE))
    note = {"status": status, "town": sorted(PLACE["town"]), "region": "44", "path": "/v1/notes/1"}
    note |= {"organisation": "org-2", "kind": "ministry"}
    connection = await asyncpg.connect(admin_url)
    try:
        found = await connection.fetchval(
            made.sql, *made.arguments({**note, **caller.said(made.asks)})
        )
    finally:
        await connection.close()
    (told,) = orjson.loads(found)
    return dict(told)


def expected(row: Scoped, caller: Principal) -> str | None:
    """Return the refusal that the row itself gives."""
    if caller is ANONYMOUS:
        return "unauthenticated"
    if row.scope not in caller.scopes:
        return "forbidden"
    return None if seen(row.limits(caller), PLACE) else "outside-perimeter"


@pytest.mark.parametrize("caller", CALLERS.values(), ids=CALLERS)
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
async def test_the_offer_is_what_the_policy_row_decides(
    admin_url: str, row: Scoped, caller: Principal
) -> None:
    reason = expected(row, caller)
    assert await offer(admin_url, row, caller, "draft") == {
        "action": "publish_note",
        "href": "/v1/notes/1/publication",
        "allowed": reason is None,
        "reason": reason,
    }


async def test_a_status_that_does_not_allow_the_act_is_the_reason(admin_url: str) -> None:
    everywhere = CALLERS["everywhere"]
    told = await offer(admin_url, ROWS["town"], everywhere, "published")
    assert (told["allowed"], told["reason"]) == (False, "illegal-transition")
    assert (await offer(admin_url, ROWS["town"], everywhere, "returned"))["allowed"]

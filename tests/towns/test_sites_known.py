"""The sites that public sources tell of: loaded once, with source and confidence."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.towns.reference.loader import load
from services.towns.sites.contract import CnamSite, SiteEventPage, SitePremisesPage
from tests.towns.asking import Towns
from tests.towns.shipped_copy import changed

COUNTS = text(
    "SELECT (SELECT count(*) FROM towns.site), (SELECT count(*) FROM towns.site_event),"
    " (SELECT count(*) FROM towns.site_premises), (SELECT sum(version) FROM towns.site)"
)
STATUSES = text("SELECT status || ' ' || confidence, count(*) FROM towns.site GROUP BY 1")


async def _found(desk: Towns, query: str) -> CnamSite:
    page = await desk.ask("GET", f"/v1/sites?{query}", None)
    (item,) = page.json()["items"]
    shown = await desk.ask("GET", item["links"]["self"], None)
    return CnamSite.model_validate_json(shown.content, strict=True)


async def test_the_known_sites_are_loaded_once(empty_towns: AsyncSession) -> None:
    for _ in range(2):
        await load(empty_towns)
        (row,) = await empty_towns.execute(COUNTS)
        assert tuple(row) == (43, 70, 6, 43)
    found = {str(row[0]): int(row[1]) for row in await empty_towns.execute(STATUSES)}
    assert found == {"open high": 0}

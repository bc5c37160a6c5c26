"""Who announces, opens and moves sites, for tests."""

from copy import deepcopy
from typing import Any

import httpx

from services.towns.sites.details import CnamSiteIn, PlacedActIn
from tests.callers import caller
from tests.towns.asking import Towns

ITS_CENTRE = caller("cnam_centre", "sites:write", centre="grand-est")
OTHER_CENTRE = caller("cnam_centre", "sites:write", name="far", centre="bretagne")
OF_REGION = caller("cnam_centre", "sites:write", name="of region", region="44")
CNAM = caller("cnam_national", "sites:write")
TOWN = caller("commune", "needs:write", town="acv-053")
BODY: dict[str, Any] = CnamSiteIn.model_json_schema()["examples"][0]
MOVED: dict[str, Any] = PlacedActIn.model_json_schema()["examples"][0]
ACTS = {
    "prepare_site": "/v1/sites/{id}/preparation",
    "add_site_premises": "/v1/sites/{id}/premises",
    "open_site": "/v1/sites/{id}/opening",
    "suspend_site": "/v1/sites/{id}/suspension",
    "resume_site": "/v1/sites/{id}/resumption",
    "relocate_site": "/v1/sites/{id}/relocation",
    "close_site": "/v1/sites/{id}/closure",
}
PLACED = {"add_site_premises", "relocate_site"}
TO_OPENING = ("prepare_site", "add_site_premises", "open_site")


def on(day: str, **more: Any) -> dict[str, Any]:
    """Return the body of an act of a day."""
    return {"effect_on": day} | more


def at(day: str, insee_code: str = "08409", **premises: Any) -> dict[str, Any]:
    """Return the body of an act that gives premises from a day on."""
    body = deepcopy(MOVED)
    body["premises"] |= {"insee_code": insee_code} | premises
    return body | {"effect_on": day, "precision": "day"}


async def announced(desk: Towns, **changes: Any) -> str:
    """Announce a site; return its path."""
    return await desk.made("/v1/sites", CNAM, BODY | changes)


def acting(path: str, act: str) -> str:
    """Return the path of an act on a site."""
    return ACTS[act].format(id=path.rsplit("/", 1)[1])


async def did(desk: Towns, path: str, act: str, who: Any = CNAM, **body: Any) -> httpx.Response:
    """Do an act on a site, on 1 September 2021 unless said."""
    usual = at("2021-09-01") if act in PLACED else on("2021-09-01")
    return await desk.ask("POST", acting(path, act), who, json=usual | body)


async def opened(desk: Towns, *acts: str, **changes: Any) -> str:
    """Bring a site to its opening, and further by `acts`; return its path."""
    path = await announced(desk, **changes)
    for act in (*TO_OPENING, *acts):
        answer = await did(desk, path, act)
        assert answer.status_code == 201, answer.text
    return path

"""Who carries a bid, where that is, and whether it is of the programme: from our own tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, select

from chassis.database import WriteSession
from chassis.identity import Place
from services.towns.applications.rules import Carrier, check_carriers
from services.towns.tables import Commune, Department, Epci, Town

_OVERSEAS = "97"


@dataclass(frozen=True, slots=True)
class Carried:
    """What a bid keeps of its carriers: see `tables.Application`."""

    carriers: list[dict[str, Any]]
    lead_code: str
    lead_codes: list[str]
    town_codes: list[str]
    epci_sirens: list[str]
    department_codes: list[str]
    region_codes: list[str]
    outside: bool

    @property
    def lead_place(self) -> Place:
        """Where the lead lies: for those who may prepare the bid."""
        codes = frozenset(self.lead_codes)
        return {"town": codes, "epci": codes}


async def carried_by(session: WriteSession, carriers: Sequence[Carrier]) -> Carried:
    """Find the carriers of a bid in the official tables.

    A commune that we do not hold lies in the department that its code names; it has no name.

    Raises:
        CarriersInconsistent: not exactly one lead, a code twice, or of nowhere.
    """
    found = {**await _communes(session, carriers), **await _epcis(session, carriers)}
    check_carriers(carriers, known=found)
    lead = next(carrier for carrier in carriers if carrier.role == "lead")
    places = [found[carrier.code] for carrier in carriers]
    communes = [carrier.insee_code for carrier in carriers if carrier.insee_code]
    towns = [place["acv_id"] for place in places if place["acv_id"]]
    shown = ("insee_code", "epci_siren", "role")
    return Carried(
        carriers=[
            {name: getattr(carrier, name) for name in shown}
            | {name: found[carrier.code][name] for name in ("name", "acv_id")}
            for carrier in carriers
        ],
        lead_code=lead.code,
        lead_codes=[code for code in (lead.code, found[lead.code]["acv_id"]) if code],
        town_codes=sorted({*communes, *towns}),
        epci_sirens=sorted(carrier.epci_siren for carrier in carriers if carrier.epci_siren),
        department_codes=sorted({place["department_code"] for place in places}),
        region_codes=sorted({place["region_code"] for place in places}),
        outside=not any(place["active"] for place in places),
    )


async def _communes(
    session: WriteSession, carriers: Sequence[Carrier]
) -> dict[str, dict[str, Any]]:
    codes = [carrier.insee_code for carrier in carriers if carrier.insee_code]
    held = (
        select(
            *(Commune.insee_code, Commune.name, Commune.acv_id),
            (Town.status == "active").label("active"),
        )
        .outerjoin(Town, Commune.acv_id == Town.acv_id)
        .where(Commune.insee_code.in_(codes))
    )
    known = {row["insee_code"]: row for row in (await session.execute(held)).mappings()}
    departments = {code: _department_of(code) for code in codes}
    placed = select(Department.code, Department.region_code).where(
        Department.code.in_(set(departments.values()))
    )
    regions = {code: region for code, region in (await session.execute(placed)).all()}  # noqa: C416 -- rows are no pairs to mypy
    return {
        code: _shown(known.get(code), department=department, region=regions[department])
        for code, department in departments.items()
        if department in regions
    }


def _shown(known: RowMapping | None, *, department: str, region: str) -> dict[str, Any]:
    held = known or {"name": None, "acv_id": None, "active": False}
    where = {"department_code": department, "region_code": region}
    return {**where, **{name: held[name] for name in ("name", "acv_id", "active")}}


def _department_of(insee_code: str) -> str:
    return insee_code[: 3 if insee_code.startswith(_OVERSEAS) else 2]


async def _epcis(session: WriteSession, carriers: Sequence[Carrier]) -> dict[str, dict[str, Any]]:
    codes = [carrier.epci_siren for carrier in carriers if carrier.epci_siren]
    in_programme = (
        select(Commune.insee_code)
        .join(Town, Commune.acv_id == Town.acv_id)
        .where(Commune.epci_siren == Epci.siren, Town.status == "active")
        .exists()
    )
    held = select(
        *(Epci.siren, Epci.name, Epci.department_code, Epci.region_code),
        in_programme.label("active"),
    ).where(Epci.siren.in_(codes))
    rows = (await session.execute(held)).mappings()
    return {row["siren"]: {**row, "acv_id": None} for row in rows}

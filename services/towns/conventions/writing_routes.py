"""Writing the action of a Cnam site into a convention."""

from chassis.admission import Reaching
from chassis.identity import OutsidePerimeter
from chassis.lane import Router
from chassis.openapi import documented
from chassis.writes import Caller, WriteRoute, Writes
from services.towns.conventions import errors, writing
from services.towns.conventions.contract import CnamActionIn, WrittenCnamAction
from services.towns.conventions.routes import ConventionId

router = Router(route_class=WriteRoute)


@router.post(
    "/v1/conventions/{convention_id}/cnam-actions",
    status_code=201,
    operation_id="write_cnam_action",
    responses=documented(
        *(errors.ConventionNotFound, OutsidePerimeter, errors.CnamActionNotReady),
        *(errors.CnamActionWritten, errors.DaysOutOfOrder),
    ),
)
async def write_cnam_action(
    writes: Writes,
    caller: Caller,
    *,
    convention_id: ConventionId,
    reach: Reaching,
    body: CnamActionIn,
) -> WrittenCnamAction:
    """Write the action of a selected site into a signed version; all that is missing is named."""
    asked = writing.Asked(
        body.site_id, body.action_number, body.number, body.effective_on, body.motive
    )
    written = await writing.write_action(
        writes, convention_id, asked=asked, reach=reach, by=caller.organisation
    )
    return WrittenCnamAction(**written._asdict())

"""Reads of conventions, and the acts on them."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Path, Query, Response

from chassis.admission import Bounds, Reaching
from chassis.identity import OutsidePerimeter
from chassis.lane import Reading, Router
from chassis.merge_patch import Patch
from chassis.openapi import documented
from chassis.reads import Answer
from chassis.workflow import IllegalTransition
from chassis.writes import Caller, Seen, WriteRoute, Writes, told
from services.towns.conventions import commands, errors, signature, store
from services.towns.conventions.consistency import differences
from services.towns.conventions.contract import (
    AbandonmentIn,
    AmendmentIn,
    ConventionDiff,
    ConventionDraft,
    ConventionIn,
    ConventionPage,
    ConventionReading,
    DeliberationIn,
    ObservationIn,
    SignatureIn,
    WaiverIn,
    WrittenConvention,
)
from services.towns.conventions.queries import ConventionQuery, DiffQuery, ReadingQuery
from services.towns.conventions.text import ConventionTextIn
from services.towns.errors import UnknownTown

router = Router(route_class=WriteRoute)

ConventionId = Annotated[
    UUID,
    Path(description="Id of the convention", examples=["0163dcb1-5800-7483-a7f4-1f94fef188f8"]),
]


@router.read("/v1/conventions", answer=ConventionPage, of=store.CONVENTIONS)
async def list_conventions(reads: Reading, query: Annotated[ConventionQuery, Query()]) -> Answer:
    """List the conventions: what was signed, and what the caller may know of before."""
    return await reads.page(store.CONVENTIONS, query)


@router.read(
    "/v1/conventions/{convention_id}",
    answer=ConventionReading,
    of=store.CONVENTION,
    refusals=[errors.ConventionNotFound],
)
async def show_convention(
    reads: Reading, convention_id: ConventionId, query: Annotated[ReadingQuery, Query()]
) -> Answer:
    """Show a convention as it stands on a day, with the text in effect that day."""
    asked = {"id": convention_id, "as_of": query.as_of}
    return await reads.one(store.CONVENTION, asked, missing=errors.ConventionNotFound)


@router.read(
    "/v1/conventions/{convention_id}/draft",
    answer=ConventionDraft,
    of=store.DRAFT,
    refusals=[errors.ConventionNotFound],
)
async def show_convention_draft(reads: Reading, convention_id: ConventionId) -> Answer:
    """Show the text in preparation: the initial one, or an amendment."""
    asked = {"id": convention_id}
    return await reads.one(store.DRAFT, asked, missing=errors.ConventionNotFound)


@router.read(
    "/v1/conventions/{convention_id}/diff",
    answer=ConventionDiff,
    of=store.PAIR,
    refusals=[errors.ConventionVersionNotFound],
)
async def show_convention_diff(
    reads: Reading, convention_id: ConventionId, query: Annotated[DiffQuery, Query()]
) -> Answer:
    """Show what changed between two versions, field by field."""
    asked = {"id": convention_id, **query.model_dump()}
    missing = errors.ConventionVersionNotFound
    pair = orjson.loads((await reads.found(store.PAIR, asked, missing=missing))[0])
    before, after = pair.pop("before"), pair.pop("after")
    changes = [found._asdict() for found in differences(before, after)]
    diff = {"convention_id": convention_id, **pair, "changes": changes}
    return reads.computed(ConventionDiff.model_validate(diff))


@router.post(
    "/v1/conventions",
    status_code=201,
    operation_id="create_convention",
    responses=documented(OutsidePerimeter, UnknownTown, errors.ContentInconsistent),
)
async def create_convention(
    writes: Writes, limits: Bounds, *, body: ConventionIn, response: Response
) -> WrittenConvention:
    """Begin the convention of a town; those of the town and its prefectures may read it."""
    written = await commands.create(
        writes, body.acv_id, phase=body.phase, content=body.content.document(), limits=limits
    )
    response.headers["Location"] = f"/v1/conventions/{written.id}"
    return told(WrittenConvention, written, response=response)


@router.patch(
    "/v1/conventions/{convention_id}/draft",
    operation_id="change_convention_draft",
    responses=documented(
        *(errors.ConventionNotFound, OutsidePerimeter, errors.NothingInPreparation),
        *(errors.TextIsSettled, errors.ContentInconsistent),
    ),
)
async def change_convention_draft(
    writes: Writes,
    convention_id: ConventionId,
    *,
    seen: Seen,
    reach: Reaching,
    body: Patch[ConventionTextIn],
    response: Response,
) -> WrittenConvention:
    """Change some keys of the text in preparation; lists are sent whole."""
    written = await commands.change(
        writes,
        convention_id,
        reach=reach,
        seen=seen,
        changed=lambda held: body.onto(
            ConventionTextIn.model_validate_json(orjson.dumps(held))
        ).document(),
    )
    return told(WrittenConvention, written, response=response)


@router.post(
    "/v1/conventions/{convention_id}/observation",
    status_code=201,
    operation_id="observe_convention",
    responses=documented(
        *(errors.ConventionNotFound, OutsidePerimeter, errors.NothingInPreparation),
        *(IllegalTransition, errors.DaysOutOfOrder),
    ),
)
async def observe_convention(
    writes: Writes,
    convention_id: ConventionId,
    *,
    reach: Reaching,
    body: ObservationIn,
    response: Response,
) -> WrittenConvention:
    """Note what the regional committee says of the text, for the prefecture of the region."""
    said = commands.Observation(body.observed_on, body.observation, body.validated)
    return told(
        WrittenConvention,
        await commands.observe(writes, convention_id, reach=reach, said=said),
        response=response,
    )


@router.post(
    "/v1/conventions/{convention_id}/deliberation",
    status_code=201,
    operation_id="deliberate_convention",
    responses=documented(
        *(errors.ConventionNotFound, OutsidePerimeter, errors.NothingInPreparation),
        *(IllegalTransition, errors.DeliberationsMissing, errors.UnknownSignatory),
    ),
)
async def deliberate_convention(
    writes: Writes,
    convention_id: ConventionId,
    *,
    reach: Reaching,
    body: DeliberationIn,
    response: Response,
) -> WrittenConvention:
    """Note that every local signatory deliberated; refused with the names of those who did not."""
    acts = {act.organisation: (act.reference, act.decided_on.isoformat()) for act in body.acts}
    written = await commands.deliberate(writes, convention_id, reach=reach, acts=acts)
    return told(WrittenConvention, written, response=response)


@router.post(
    "/v1/conventions/{convention_id}/signature",
    status_code=201,
    operation_id="sign_convention",
    responses=documented(
        *(errors.ConventionNotFound, OutsidePerimeter, errors.NothingInPreparation),
        *(IllegalTransition, errors.DeliberationsMissing, errors.GuardsNotMet),
        *(errors.EndNotMoved, errors.AnotherConventionSigned, errors.DaysOutOfOrder),
    ),
)
async def sign_convention(
    writes: Writes,
    convention_id: ConventionId,
    *,
    reach: Reaching,
    body: SignatureIn,
    response: Response,
) -> WrittenConvention:
    """Note that all parties signed: the text is final and open; guards not met are all named."""
    written = await signature.sign(
        writes,
        convention_id,
        reach=reach,
        signed_on=body.signed_on,
        effective_on=body.effective_on,
    )
    return told(WrittenConvention, written, response=response)


@router.post(
    "/v1/conventions/{convention_id}/abandonment",
    status_code=201,
    operation_id="abandon_convention",
    responses=documented(
        *(errors.ConventionNotFound, OutsidePerimeter, errors.NothingInPreparation),
        IllegalTransition,
    ),
)
async def abandon_convention(
    writes: Writes,
    convention_id: ConventionId,
    *,
    reach: Reaching,
    body: AbandonmentIn,
    response: Response,
) -> WrittenConvention:
    """Give up the text in preparation; what was signed stays in force."""
    written = await commands.abandon(writes, convention_id, reach=reach, reason=body.reason)
    return told(WrittenConvention, written, response=response)


@router.post(
    "/v1/conventions/{convention_id}/amendments",
    status_code=201,
    operation_id="amend_convention",
    responses=documented(
        *(errors.ConventionNotFound, OutsidePerimeter, errors.ConventionNotSigned),
        *(errors.AlreadyInPreparation, errors.ContentInconsistent, errors.ContentUnknown),
    ),
)
async def amend_convention(
    writes: Writes,
    convention_id: ConventionId,
    *,
    reach: Reaching,
    body: AmendmentIn,
    response: Response,
) -> WrittenConvention:
    """Begin an amendment of a signed convention."""
    content = None if body.content is None else body.content.document()
    written = await commands.amend(
        writes, convention_id, reach=reach, purpose=body.purpose, content=content
    )
    return told(WrittenConvention, written, response=response)


@router.post(
    "/v1/conventions/{convention_id}/waivers",
    status_code=201,
    operation_id="waive_convention_guard",
    responses=documented(
        *(errors.ConventionNotFound, OutsidePerimeter, errors.NothingInPreparation)
    ),
)
async def waive_convention_guard(
    writes: Writes,
    caller: Caller,
    *,
    convention_id: ConventionId,
    reach: Reaching,
    body: WaiverIn,
    response: Response,
) -> WrittenConvention:
    """Let the text in preparation be signed although a guard is not met; the author is kept."""
    written = await commands.waive(
        writes, convention_id, reach=reach, guard=body.guard, reason=body.reason, author=caller
    )
    return told(WrittenConvention, written, response=response)

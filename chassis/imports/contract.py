"""What callers see of an import job."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.contract import Output

Mode = Literal["atomic", "partial"]


class ImportProgress(Output):
    rows_read: Annotated[int, Field(description="Rows of the file read so far")]
    rows_rejected: Annotated[int, Field(description="Of these, rows that will not be imported")]
    rows_total: Annotated[int | None, Field(description="Rows of the file, once all are read")]


class ImportChange(Output):
    change: Literal["inserted", "updated"]
    key: str
    columns: Annotated[dict[str, Any], Field(description="Column to [before, after]")]


class ImportOutcome(Output):
    """What changed, or would change if `dry_run`."""

    inserted: int
    updated: int
    unchanged: int
    sample: Annotated[list[ImportChange], Field(description="Of a dry run: some of the changes")]


class ImportSentence(Output):
    fr: str
    en: str


class ImportFailure(Output):
    """Why the file as a whole was not imported; nothing has changed."""

    code: str
    detail: ImportSentence


class ImportLinks(Output):
    self: str
    report: Annotated[str, Field(description="Every finding, row by row")]
    rejections: Annotated[str, Field(description="The rejected rows, as a file to correct")]


class ImportJob(Output):
    """One file on its way into a collection."""

    id: UUID
    collection: str
    status: Annotated[
        Literal["queued", "running", "succeeded", "rejected", "failed"],
        Field(description="`rejected`: atomic, some rows were refused, so nothing has changed"),
    ]
    mode: Mode
    dry_run: bool
    media_type: str
    size_bytes: int
    progress: ImportProgress
    outcome: ImportOutcome | None
    failure: ImportFailure | None
    actor: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    links: ImportLinks


class ImportFinding(Output):
    """One thing wrong with one row; a warning does not reject it."""

    row: Annotated[int, Field(description="In the file; the header of a table is row 1")]
    column: str | None
    code: str
    severity: Literal["error", "warning"]
    detail: ImportSentence


class ImportReport(Output):
    """A page of findings, in the order of the file."""

    items: list[ImportFinding]
    next: Annotated[str, Field(description="Absent on the last page")] = ""


class ImportQuery(BaseModel):
    """How to import a file."""

    model_config = ConfigDict(extra="forbid")

    mode: Annotated[
        Mode,
        Field(description="`atomic`: one bad row and nothing changes; `partial`: good rows go in"),
    ] = "atomic"
    dry_run: Annotated[bool, Field(description="Only say what would change")] = False


class ReportQuery(BaseModel):
    """Which page of a report."""

    model_config = ConfigDict(extra="forbid")

    after_row: Annotated[int, Field(ge=0, le=2**53, description="Findings after this row")] = 0
    limit: Annotated[int, Field(ge=1, le=200, description="Findings of a page")] = 50

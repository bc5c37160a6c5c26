"""The SQL of what organisations say of what two of them must approve."""

from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    FromClause,
    Text,
    cast,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from chassis.actions import CALLER_ID
from chassis.database import WriteSession
from chassis.statements import instant, json_of
from gateway.partners.tables import Organisation

_judge = Organisation.__table__.alias("judge")


class Opinions:
    """Those kept in a table, on the `thing` that its column `about` names."""

    def __init__(self, kept: FromClause, *, about: str, thing: FromClause) -> None:
        self._kept = kept
        self._about = kept.c[about]
        self._thing = thing

    def shown(self) -> ColumnElement[object]:
        """Return the JSON array of what was said of a thing, oldest first."""
        opinion = self._kept.c
        said = json_of(
            organisation_id=opinion.organisation_id,
            organisation_name=_judge.c.name,
            verdict=opinion.verdict,
            motive=opinion.motive,
            given_at=instant(opinion.given_at),
        )
        listed = func.json_agg(aggregate_order_by(said, opinion.given_at, opinion.organisation_id))
        chosen = select(func.coalesce(listed, literal_column("'[]'::json"), type_=JSON))
        joined = self._kept.join(_judge, opinion.organisation_id == _judge.c.id)
        chosen = chosen.select_from(joined).where(self._about == self._thing.c.id)
        return chosen.correlate(self._thing).scalar_subquery()

    def spoken(self) -> ColumnElement[bool]:
        """Return whether the caller's organisation has spoken of a thing."""
        own = cast(self._kept.c.organisation_id, Text) == CALLER_ID
        return exists().where(self._about == self._thing.c.id, own).correlate(self._thing)

    async def given(self, session: WriteSession, thing_id: UUID) -> list[tuple[UUID, str]]:
        """Return who said what of a thing."""
        asked = select(self._kept.c.organisation_id, self._kept.c.verdict)
        found = await session.execute(asked.where(self._about == thing_id))
        return [(organisation, verdict) for organisation, verdict in found]

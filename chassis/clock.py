"""The time of facts: that of the transaction, by the clock of the database."""

from datetime import date, datetime

from sqlalchemy import func, select

from chassis.database import WriteSession


async def now(session: WriteSession) -> datetime:
    """Return the instant of the transaction."""
    instant: datetime = (await session.execute(select(func.now()))).scalar_one()
    return instant


async def today(session: WriteSession) -> date:
    """Return the day of the transaction, UTC."""
    day: date = (await session.execute(select(func.current_date()))).scalar_one()
    return day

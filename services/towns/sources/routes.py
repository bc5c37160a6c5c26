"""Reads of the sources of the facts."""

from chassis.lane import Reading, Router
from chassis.reads import Answer
from services.towns.reference.contract import SOURCES_PATH, SourceList, every_source

router = Router(tags=["sources"])


@router.read(SOURCES_PATH, answer=SourceList)
async def list_towns_sources(reads: Reading) -> Answer:
    """List the official facts of this service: source, licence, whom to name, known holes."""
    return reads.computed(every_source())

"""Reads of the sources of the facts."""

from chassis.lane import Reading, Router
from chassis.reads import Answer
from services.towns.sources.answers import every_source
from services.towns.sources.contract import SourceList

router = Router(tags=["sources"])


@router.read("/v1/sources/towns", answer=SourceList)
async def list_towns_sources(reads: Reading) -> Answer:
    """List the official facts of this service: source, licence, whom to name, known holes."""
    return reads.computed(every_source())

"""From the manifest of the shipped tables to the answer."""

from services.towns.reference.contract import Wording
from services.towns.reference.manifest import shipped
from services.towns.sources.contract import Source, SourceList


def every_source() -> SourceList:
    """Return all that is known of every table."""
    return SourceList(
        items=[
            Source(
                table=entry.name,
                title=Wording(fr=entry.title.fr, en=entry.title.en),
                rows=entry.rows,
                scope=entry.scope,
                vintage=entry.vintage,
                confidence=entry.confidence,
                note=Wording(fr=entry.completeness.fr, en=entry.completeness.en),
                source=entry.source,
                source_url=entry.source_url,
                licence=entry.licence,
                attribution=entry.attribution,
                sha256=entry.sha256,
            )
            for entry in shipped()
        ]
    )

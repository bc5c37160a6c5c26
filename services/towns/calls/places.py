"""Where calls lie: with the parties, and with everybody once they were published.

The calls that public sources tell of are everybody's too. What was published stays so, cancelled
or not; a draft that is cancelled is never shown.
"""

from sqlalchemy import Text, case
from sqlalchemy.dialects.postgresql import array

from chassis.identity import KIND, PUBLISHED, Place
from chassis.perimeters import Dimensions
from chassis.statements import code
from services.towns.calls.policy import PARTIES
from services.towns.calls.tables import Call

_call = Call.__table__.c
_OPEN = _call.published_at.is_not(None) | _call.source_url.is_not(None)

OF_CALLS: Dimensions = {
    PUBLISHED: case((_OPEN, code(PUBLISHED))),
    KIND: array([code(kind) for kind in sorted(PARTIES)], type_=Text),
}

OF_A_DRAFT: Place = {KIND: PARTIES}


def is_open(call: Call) -> bool:
    """Tell whether everybody may know of a call."""
    return call.published_at is not None or call.source_url is not None


def place_of(call: Call) -> Place:
    """Return where a call lies: `OF_CALLS`, of a row that is held."""
    return {**OF_A_DRAFT, PUBLISHED: frozenset({PUBLISHED})} if is_open(call) else OF_A_DRAFT

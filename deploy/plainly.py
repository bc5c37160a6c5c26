"""Ends a command with one sentence where a traceback would help nobody."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from chassis.embedded_place import EmbeddedPostgresError
from chassis.settings import MisfitSettings
from chassis.trouble import DatabaseTrouble
from deploy.databases import DatabaseSettingsError
from deploy.progress import say

STOPPED = 130
"""How a shell tells that Ctrl-C ended a command."""


@contextmanager
def plainly() -> Iterator[None]:
    """Say in one line what is wrong with the environment or the database, and end."""
    try:
        yield
    except KeyboardInterrupt:
        say("stopped")
        sys.exit(STOPPED)
    except (DatabaseSettingsError, DatabaseTrouble, EmbeddedPostgresError, MisfitSettings) as error:
        say(str(error))
    else:
        return
    sys.exit(1)

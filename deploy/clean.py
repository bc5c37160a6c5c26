"""`python -m deploy.clean`: delete the embedded databases, wherever their folders are."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from chassis.embedded import remove
from chassis.embedded_place import EmbeddedPostgresError
from deploy.kept import data_folder
from deploy.progress import say


def main() -> None:
    """Stop and delete each server that no living process owns, also those of killed tests."""
    kept = []
    for lock in sorted(_locks(data_folder())):
        try:
            _removed(lock)
        except EmbeddedPostgresError as error:
            kept.append(str(error))
        else:
            say(f"{lock.with_suffix('')} is deleted")
    if kept:
        sys.exit("\n".join(kept))


def sweep(folder: Path) -> None:
    """Delete what killed test runs left in `folder`: their names end with that of their process."""
    for lock in _locks(folder):
        name = lock.stem if lock.parent == folder else lock.parent.name
        owner = re.search(r"-(\d+)$", name)
        if owner is None or _lives(int(owner[1])):
            continue
        with suppress(EmbeddedPostgresError):  # another run sweeps it, or a child still holds it
            _removed(lock)
            if lock.parent != folder:
                shutil.rmtree(lock.parent, ignore_errors=True)


def _locks(folder: Path) -> Iterator[Path]:
    yield from folder.glob("*.lock")
    yield from folder.glob("*/postgres.lock")


def _removed(lock: Path) -> None:
    remove(lock.with_suffix(""))
    lock.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    main()

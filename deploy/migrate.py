"""`python -m deploy.migrate`: roles, schemas and migrations, then nothing."""

import asyncio
import os

from deploy.databases import databases
from deploy.kept import data_folder
from deploy.plainly import plainly
from deploy.preparation import prepare


def main() -> None:
    """Prepare the database that the environment names."""
    with plainly(), databases(os.environ, data_folder()) as found:
        asyncio.run(prepare(found))


if __name__ == "__main__":
    main()

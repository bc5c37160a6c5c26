"""`python -m deploy.seed`: the reference facts, after the migrations they need."""

import asyncio
import os

from deploy.databases import databases
from deploy.kept import data_folder, kept_secret
from deploy.plainly import plainly
from deploy.preparation import prepare_and_seed


def main() -> None:
    """Seed the database that the environment names."""
    folder = data_folder()
    with plainly(), databases(os.environ, folder) as found:
        secret = os.environ.get("CURSOR_SECRET") or kept_secret(folder, "cursor_secret")
        asyncio.run(prepare_and_seed(found, cursor_secret=secret))


if __name__ == "__main__":
    main()

"""`python -m deploy.clean`: delete the embedded database, wherever its folders are."""

from chassis.embedded import embedded_server
from chassis.embedded_place import discard
from deploy.kept import data_folder
from deploy.progress import say


def main() -> None:
    """Take over a server that may still run, stop it, delete it."""
    data = data_folder() / "postgres"
    with embedded_server(data):
        pass
    discard(data)
    say("the embedded database is deleted")


if __name__ == "__main__":
    main()

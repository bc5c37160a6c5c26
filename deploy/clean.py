"""`python -m deploy.clean`: delete the embedded databases, wherever their folders are."""

from chassis.embedded import embedded_server
from chassis.embedded_place import discard
from deploy.kept import data_folder
from deploy.progress import say


def main() -> None:
    """Take over each server that may still run, also of killed tests; stop and delete it."""
    for lock in sorted(data_folder().glob("*.lock")):
        data = lock.with_suffix("")
        with embedded_server(data):
            pass
        discard(data)
        lock.unlink(missing_ok=True)
        say(f"{data} is deleted")


if __name__ == "__main__":
    main()

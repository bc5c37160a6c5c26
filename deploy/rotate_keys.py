"""`python -m deploy.rotate_keys`: make another key that signs tokens; running processes take it."""

import sys

from deploy.kept import signing_keys
from deploy.progress import say
from gateway.partners.rotation import ACTIVATION
from gateway.partners.signing import KeyFolder, UnfitKeys


def main() -> None:
    """Make the key, and say when it begins to sign."""
    try:
        kid = KeyFolder(signing_keys()).add()
    except (UnfitKeys, OSError) as error:
        sys.exit(f"No key is made: {error}")
    say(f"key {kid} is published, and signs in {ACTIVATION.total_seconds():g} s")


if __name__ == "__main__":
    main()

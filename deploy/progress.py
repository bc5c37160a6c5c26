"""What the person who starts the product sees."""

import sys
import time

_BEGUN = time.monotonic()


def say(text: str) -> None:
    """Show a step of the start, with the seconds passed; answers of the product go elsewhere."""
    print(f"[{time.monotonic() - _BEGUN:6.2f} s] {text}", file=sys.stderr, flush=True)

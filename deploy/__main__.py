"""`python -m deploy`: start the product; Ctrl-C is heard even while Python imports the rest."""

import importlib
import os
import signal
from types import FrameType


def main() -> None:
    """Run the product."""
    signal.signal(signal.SIGINT, _leave)
    importlib.import_module("deploy.run").main()


def _leave(_number: int, _frame: FrameType | None) -> None:
    """End at once: nothing has been started yet."""
    os.write(2, b"stopped\n")
    os._exit(0)


if __name__ == "__main__":
    main()

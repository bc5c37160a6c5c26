"""`python -m deploy`: start the product; Ctrl-C is heard even while Python imports the rest."""

import importlib

from deploy.stopping import Wish


def main() -> None:
    """Run the product."""
    wish = Wish()
    try:
        importlib.import_module("deploy.run").main(wish)
    finally:
        wish.forget()


if __name__ == "__main__":
    main()

"""Why a file as a whole cannot be imported."""

from chassis.problems import Text


class UnreadableFile(Exception):
    """`code` and `detail` go to the caller."""

    def __init__(self, code: str, detail: Text) -> None:
        self.code = code
        self.detail = detail
        super().__init__(detail.en)

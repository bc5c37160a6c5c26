"""What uvicorn, asyncio, SQLAlchemy... tell the standard logging, written as our own lines are."""

import logging

import structlog


def forward_library_logs(level: int) -> None:
    """Write the warnings and faults of libraries to our log, from `level` up.

    Below a warning they tell what they do, which nobody wants to read.
    """
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _Forwarding)]:
        root.removeHandler(handler)
    root.addHandler(_Forwarding())
    root.setLevel(max(level, logging.WARNING))


class _Forwarding(logging.Handler):
    """Hands each line to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            structlog.get_logger().log(
                record.levelno,
                record.getMessage().strip(),
                logger=record.name,
                exc_info=record.exc_info,
            )
        except Exception:  # noqa: BLE001 -- as logging does with a line that cannot be written
            self.handleError(record)

"""The measured sections of `docs/performance.md`: written by `make bench`, never by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime

from tests.bench.load import Measured
from tests.bench.machine import described
from tests.bench.settings import ROOT

DOCUMENT = ROOT / "docs" / "performance.md"


def written(section: str, lines: Sequence[str]) -> None:
    """Replace what stands between the marks of a section.

    Raises:
        ValueError: the document has no such marks.
    """
    begin, end = f"<!-- {section}: measured -->", f"<!-- {section}: end -->"
    text = DOCUMENT.read_text()
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{DOCUMENT.name} has no section {section}")
    day = datetime.now(UTC).date().isoformat()
    body = "\n".join([begin, "", *lines, "", f"Measured on {day}: {described()}.", "", end])
    DOCUMENT.write_text(before + body + after)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a Markdown table; all columns but the first are figures."""
    marks = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(row)} |" for row in (head, marks, *rows)]


def ratio(value: float) -> str:
    """Return a ratio as it is read: `4.2 ×`."""
    return f"{value:.1f} ×" if value >= 2 else f"{value:.2f} ×"


def compared(ours: Measured, other: Measured) -> str:
    """Return how far we are ahead, in requests a second and in processor time a request."""
    by_time = ratio(ours.per_second / other.per_second)
    return f"{by_time} req/s, {ratio(other.cpu_us / ours.cpu_us)} CPU"

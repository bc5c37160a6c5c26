"""The answer that the README shows is the one that a newcomer gets."""

import re
from pathlib import Path

import httpx

README = Path(__file__).parent.parent.parent / "README.md"


async def test_the_readme_shows_the_real_answer(towns: httpx.AsyncClient) -> None:
    shown = re.search(
        r"curl -s 'localhost:8000([^']+)'[^\n]*-f1-8,11-13\n(.+?)```", README.read_text(), re.DOTALL
    )
    assert shown is not None
    answer = await towns.get(shown[1])
    rows = [line.split(";") for line in answer.text.splitlines()]
    assert shown[2].splitlines() == [";".join(row[:8] + row[10:13]) for row in rows]

"""A page of the docs has each heading once, and no line of its prose twice: a merge may have kept both sides."""

from collections import Counter
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[2] / "docs").glob("*.md"))
SHORTEST_LINE = 60


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_says_nothing_twice(page: Path) -> None:
    lines = [line for line in page.read_text().splitlines() if not line.startswith(("|", "Source:"))]
    said = Counter(line for line in lines if line.startswith("#") or len(line) >= SHORTEST_LINE)
    assert [line for line, times in said.items() if times > 1] == [], "take one of them out"

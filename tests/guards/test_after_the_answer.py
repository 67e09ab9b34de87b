"""Nothing is done after the answer: work that must happen is a row, committed with the change that needs it."""

import re
from pathlib import Path

APP = Path(__file__).parents[2] / "app"
FORBIDDEN = re.compile(r"BackgroundTask|\bbackground\s*=|\badd_task\(")


def test_background_tasks_are_used_nowhere() -> None:
    found = [str(path.relative_to(APP)) for path in APP.rglob("*.py") if FORBIDDEN.search(path.read_text())]
    assert found == [], "A background task is lost when the process is killed: keep a row that the worker looks for."

"""Targets of a report: which are carried forward, and that none is lost by being left out."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from app.rules.report_targets import Target, TargetProgress, as_written, carried_forward

READ = Target(UUID(int=1), "Read", "A page aloud", date(2026, 12, 1), TargetProgress.ON_TRACK, "Likes it")
SWIM = Target(UUID(int=2), "Swim")
OPEN = replace(READ, progress=None, comment=None, carried_forward=True)


@pytest.mark.parametrize("progress", TargetProgress)
def test_a_target_is_carried_forward_until_it_is_settled(progress: TargetProgress) -> None:
    settled = progress in (TargetProgress.ACHIEVED, TargetProgress.NO_LONGER_SET)
    assert carried_forward([replace(READ, progress=progress)]) == (() if settled else (OPEN,))


def test_a_target_of_which_nothing_was_said_is_carried_forward() -> None:
    assert carried_forward([SWIM]) == (replace(SWIM, carried_forward=True),)


@pytest.mark.parametrize(
    ("written", "held", "becomes"),
    [
        pytest.param((SWIM,), (), (SWIM,), id="a new target"),
        pytest.param((), (SWIM,), (), id="one set in this report goes when it is left out"),
        pytest.param((), (OPEN,), (OPEN,), id="one carried forward stays when it is left out"),
        pytest.param((SWIM,), (OPEN,), (SWIM, OPEN), id="behind those that are written"),
        pytest.param((READ,), (OPEN,), (replace(READ, carried_forward=True),), id="as it is written, carried forward"),
    ],
)
def test_what_becomes_of_a_reports_targets(
    written: tuple[Target, ...], held: tuple[Target, ...], becomes: tuple[Target, ...]
) -> None:
    assert as_written(written, held) == becomes

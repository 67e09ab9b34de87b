"""The way of a pupil from setting to setting."""

from datetime import date
from uuid import UUID

import pytest

from app.rules.moves import Stay, Step, moves_of
from app.rules.outcomes import Destination

FARM, FORGE = UUID(int=101), UUID(int=102)
TODAY = date(2027, 3, 1)
HOST, PRU, EHE = (
    Destination.RETURNED_TO_MAINSTREAM_HOST_SCHOOL,
    Destination.PRU,
    Destination.ELECTIVE_HOME_EDUCATION,
)


def stay(number: int, first: str, last: str, destination: Destination | None = None, provider: UUID = FARM) -> Stay:
    return Stay(UUID(int=number), provider, date.fromisoformat(first), date.fromisoformat(last), destination)


AUTUMN = stay(1, "2026-09-03", "2026-12-18")


@pytest.mark.parametrize(
    ("stays", "steps"),
    [
        pytest.param([AUTUMN], [(Step.NOT_RECORDED, False)], id="ended, and nobody has said"),
        pytest.param([stay(1, "2027-01-04", "2027-03-01")], [(Step.STILL_RUNNING, False)], id="its last day is today"),
        pytest.param(
            [stay(1, "2027-01-04", "2027-03-01", HOST)], [(Step.STILL_RUNNING, False)], id="said before the end"
        ),
        pytest.param(
            [stay(1, "2026-09-03", "2026-12-18", HOST)], [(Step.RETURNED_TO_MAINSTREAM, False)], id="returned"
        ),
        pytest.param(
            [stay(1, "2026-09-03", "2026-12-18", HOST), stay(2, "2027-02-22", "2027-07-20")],
            [(Step.RETURNED_TO_MAINSTREAM, True), (Step.STILL_RUNNING, False)],
            id="returned, and back again",
        ),
        pytest.param(
            [stay(1, "2026-09-03", "2026-12-18", HOST), stay(2, "2027-04-12", "2027-07-20")],
            [(Step.RETURNED_TO_MAINSTREAM, False), (Step.STILL_RUNNING, False)],
            id="returned, and back again only later",
        ),
        pytest.param(
            [stay(1, "2026-09-03", "2026-12-18", PRU)], [(Step.MOVED_TO_ANOTHER_SETTING, False)], id="to a PRU"
        ),
        pytest.param([stay(1, "2026-09-03", "2026-12-18", EHE)], [(Step.LEFT, False)], id="home"),
        pytest.param(
            [stay(2, "2027-01-04", "2027-07-20"), AUTUMN],
            [(Step.CONTINUED, False), (Step.STILL_RUNNING, False)],
            id="the same provider again, in whatever order they are told",
        ),
        pytest.param(
            [AUTUMN, stay(2, "2027-01-29", "2027-07-20", provider=FORGE)],
            [(Step.MOVED_TO_ANOTHER_SETTING, False), (Step.STILL_RUNNING, False)],
            id="another provider six weeks later",
        ),
        pytest.param(
            [AUTUMN, stay(2, "2027-01-30", "2027-07-20", provider=FORGE)],
            [(Step.NOT_RECORDED, False), (Step.STILL_RUNNING, False)],
            id="another provider after more than six weeks",
        ),
        pytest.param(
            [AUTUMN, stay(2, "2026-10-01", "2026-12-18", provider=FORGE)],
            [(Step.NOT_RECORDED, False), (Step.NOT_RECORDED, False)],
            id="two side by side",
        ),
    ],
)
def test_what_followed_a_placement(stays: list[Stay], steps: list[tuple[Step, bool]]) -> None:
    assert [(each.step, each.back_again) for each in moves_of(stays, TODAY)] == steps

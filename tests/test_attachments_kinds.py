"""Of returns, observations, qualifications, plans, actions and concerns too: who reads the thing reads its files."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.attaching import ATTACHMENTS, attached, declaration, pdf, withdraw
from tests.ledger import Ledger
from tests.quality import DONE, LATER, actions_of, opened, overseen
from tests.test_attachments_readers import agree, refused
from tests.test_concerns import CONCERNS, concern
from tests.test_qa_return_types import published
from tests.test_qa_returns import BY
from tests.test_qa_returns import begun as return_begun
from tests.test_qualifications import entered
from tests.test_teaching_observations import drafted
from tests.world import World

WITHDRAWN = {"reason": "Entered in error", "recorded_by": "P. Shah"}
REASON = {"reason": "Looked into."}
ANSWER_BY = {"answer_by": "2026-12-01"}
OF_PLACEMENT = ("provider", "school", "council")
Step = tuple[str, str, dict[str, Any] | None]


@dataclass(frozen=True)
class Row:
    """`steps` lead to where the file's readers are `then`, and `closing` ones to where nothing more is attached."""

    about: str
    subject: Callable[[World], Awaitable[str]]
    by: str
    at_first: tuple[str, ...]
    steps: tuple[Step, ...]
    then: tuple[str, ...]
    may_not: tuple[str, ...]
    closing: tuple[Step, ...] = ()
    about_a_child: bool = False


async def _return(world: World) -> str:
    return await return_begun(world, await published(world.council))


async def _plan(world: World) -> str:
    """A plan whose one action is closed already."""
    plan = await opened(world, actions=[LATER])
    [action] = await actions_of(world, plan)
    await world.council.act(action, "confirmation", {"how_known": "Seen."})
    return plan


async def _action(world: World) -> str:
    return (await actions_of(world, await opened(world)))[0]


def _concern(**more: Any) -> Callable[[World], Awaitable[str]]:
    async def raised(world: World) -> str:
        return str((await world.school.post(CONCERNS, concern(world, **more))).headers["Location"])

    return raised


SHARED: Step = ("council", "sharing", ANSWER_BY)
CLOSED: Step = ("council", "closure", REASON)
HEARD = ("school", "council")
ROWS = {
    "return": Row(
        "qa_return",
        _return,
        "provider",
        ("provider",),
        (("provider", "submission", BY),),
        ("provider", "council"),
        ("council", "school"),
        closing=(("council", "acceptance", None),),
    ),
    "observation": Row(
        "teaching_observation",
        drafted,
        "school",
        ("school",),
        (("school", "sharing", None),),
        OF_PLACEMENT,
        ("provider", "council", "other_school"),
        closing=(("school", "withdrawal", REASON),),
        about_a_child=True,
    ),
    "qualification": Row(
        "qualification",
        entered,
        "school",
        OF_PLACEMENT,
        (),
        OF_PLACEMENT,
        ("other_school", "other_council", "other_provider"),
        closing=(("provider", "withdrawal", WITHDRAWN),),
        about_a_child=True,
    ),
    "plan": Row(
        "action_plan",
        _plan,
        "council",
        ("council", "provider"),
        (),
        ("council", "provider"),
        ("provider", "school", "other_council"),
        closing=(("council", "closure", {}),),
    ),
    "action": Row(
        "action",
        _action,
        "provider",
        ("council", "provider"),
        (("provider", "completion", DONE),),
        ("council", "provider"),
        ("school", "other_council", "other_provider"),
        closing=(("council", "closure", None),),
    ),
    "concern of one not to be named": Row(
        "concern", _concern(), "school", HEARD, (SHARED,), HEARD, ("other_school", "other_council"), closing=(CLOSED,)
    ),
    "concern of one to be named": Row(
        "concern", _concern(raiser_may_be_named=True), "school", HEARD, (SHARED,), OF_PLACEMENT, ("other_provider",)
    ),
    "the council of a concern": Row(
        "concern", _concern(), "council", HEARD, (SHARED,), OF_PLACEMENT, ("other_school", "other_provider")
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
async def test_of_every_other_kind_too_readers_of_the_thing_read_its_files(
    world: World, ledger: Ledger, database: Addresses, settings: Settings, row: Row
) -> None:
    await overseen(world, database, settings)
    at = await row.subject(world)
    subject, adder = at.rpartition("/")[2], getattr(world, row.by)
    for name in row.may_not:
        answer = await getattr(world, name).post(ATTACHMENTS, declaration(row.about, subject, pdf()))
        assert answer.status_code == 422, name
    path = await attached(adder, row.about, subject)
    assert ((await adder.get(path)).json()["placement_id"] is not None) == row.about_a_child
    assert await ledger.told("attachment.stored", path) == {getattr(world, each).id for each in row.at_first}
    await agree(world, ledger, path, set(row.at_first))
    await acted(world, at, row.steps)
    await agree(world, ledger, path, set(row.then))
    assert [each["id"] for each in (await adder.get(ATTACHMENTS)).json()["items"]] == [path.rpartition("/")[2]]
    if row.closing:
        await acted(world, at, row.closing)
        assert await refused(adder, row.about, subject) == "attachments_closed"
    assert (await withdraw(adder, path)).status_code == 204
    assert await ledger.told("attachment.withdrawn", path) == {getattr(world, each).id for each in row.then}


async def acted(world: World, path: str, steps: tuple[Step, ...]) -> None:
    for who, verb, body in steps:
        answer = await getattr(world, who).act(path, verb, body)
        assert answer.status_code == 200, answer.text


async def test_what_a_provider_attaches_to_a_shared_concern_is_read_by_council_and_raiser(
    world: World, ledger: Ledger, database: Addresses, settings: Settings
) -> None:
    await overseen(world, database, settings)
    at = await _concern()(world)
    subject = at.rpartition("/")[2]
    answer = await world.provider.post(ATTACHMENTS, declaration("concern", subject, pdf()))
    assert answer.status_code == 422
    await acted(world, at, (SHARED,))
    path = await attached(world.provider, "concern", subject)
    await agree(world, ledger, path, set(OF_PLACEMENT))
    assert await ledger.told("attachment.stored", path) == {getattr(world, each).id for each in OF_PLACEMENT}

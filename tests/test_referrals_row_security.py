"""What the database refuses to whoever speaks for an organisation on the application's role."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from tests.ledger import Ledger
from tests.referring import offered, pupil_of, requested, taken_up
from tests.world import World

REFUSED = ("42501", "23514", "23000")

REFER = (
    "insert into referrals (id, created_at, changed_at, version, pupil_id, requested_by_id, commissioner_id,"
    " host_school_id, council_id, state, tier, primary_reason, objectives, intended_next_step, needs, pattern, online,"
    " wanted_start_on, wanted_end_on, preferred_days, urgency, transport_needed) values (gen_random_uuid(), now(),"
    " now(), 1, :pupil, :by, :commissioner, :school, :council, :state, 'time_limited', 'other', '{x}', 'x', 'x',"
    " 'full_time', false, '2026-11-30', '2027-02-12', '{}', 'soon', false)"
)


async def refused(ledger: Ledger, organisation: UUID, statement: str, **values: Any) -> None:
    """The statement is refused, or there is nothing that it may change."""
    try:
        rows = await ledger.sql_as(organisation, f"{statement} returning id", **values)
    except DBAPIError as refusal:
        assert getattr(refusal.orig, "sqlstate", None) in REFUSED, refusal  # noqa: PT017
    else:
        assert rows == [], statement


@pytest.mark.parametrize(
    ("who", "change"),
    [
        pytest.param("school", {}, id="as it should be"),
        pytest.param("other_school", {}, id="in another school's name"),
        pytest.param("school", {"state": "taken_up"}, id="taken up for its council"),
        pytest.param("school", {"commissioner": "other_council"}, id="commissioned by another council"),
        pytest.param("school", {"council": "other_council"}, id="watched by another council"),
        pytest.param("school", {"pupil": "theirs"}, id="of a child it cannot see"),
    ],
)
async def test_a_referral_is_made_in_ones_own_name_alone(
    world: World, ledger: Ledger, who: str, change: dict[str, str]
) -> None:
    named: dict[str, Any] = {party.name: party.id for party in world.parties} | {
        "school": world.school.id,
        "council": world.council.id,
        "other_council": world.other_council.id,
        "mine": await pupil_of(world.school),
        "theirs": await pupil_of(world.other_school),
    }
    chosen = {"pupil": "mine", "by": "school", "commissioner": "council", "school": "school", "council": "council"}
    values = {key: named[value] for key, value in (chosen | change).items() if key != "state"}
    values["state"] = change.get("state", "requested")
    organisation = getattr(world, who).id
    if who == "school" and not change:
        assert len(await ledger.sql_as(organisation, f"{REFER} returning id", **values)) == 1
    else:
        await refused(ledger, organisation, REFER, **values)


async def test_nobody_moves_a_referral_for_another(world: World, ledger: Ledger) -> None:
    waiting, path = await requested(world), await taken_up(world)
    await offered(world, path)
    waits, offers = waiting.rsplit("/", 1)[1], path.rsplit("/", 1)[1]
    school, council = world.school.id, world.council.id
    change = "update referrals set {}, changed_at = '2026-11-24T09:00:00Z' where id = :id"
    tries = [
        (school, waits, "state = 'taken_up'"),
        (school, waits, "state = 'declined'"),
        (council, waits, "state = 'withdrawn'"),
        (council, waits, "state = 'not_placed'"),
        (council, waits, "pupil_id = pupil_id"),
        (council, waits, "commissioner_id = requested_by_id"),
        (council, waits, "placement_id = gen_random_uuid(), state = 'placed'"),
        (council, offers, "state = 'placed', offered_until = null"),
        (school, offers, "needs = 'other needs'"),
        (world.other_council.id, waits, "state = 'taken_up'"),
        (world.provider.id, offers, "state = 'placed'"),
    ]
    for organisation, referral, what in tries:
        await refused(ledger, organisation, change.format(what), id=referral)
    taken = change.format("state = 'taken_up'")
    assert len(await ledger.sql_as(council, f"{taken} returning id", id=waits)) == 1


async def test_nobody_moves_an_offer_for_another(world: World, ledger: Ledger) -> None:
    path = await taken_up(world)
    offer = (await offered(world, path)).rsplit("/", 1)[1]
    provider, council, school = world.provider.id, world.council.id, world.school.id
    change = "update referral_offers set {}, changed_at = '2026-11-24T09:00:00Z' where id = :id"
    tries = [
        (council, "state = 'accepted', placement_id = gen_random_uuid()"),
        (council, "state = 'declined', declined_for = 'other'"),
        (council, "state = 'closed'"),
        (council, "answer_by = answer_by"),
        (school, "state = 'withdrawn'"),
        (provider, "state = 'withdrawn'"),
        (provider, "state = 'declined', declined_for = 'other', withdrawn_because = 'x'"),
        (provider, "starts_on = starts_on"),
        (world.other_provider.id, "state = 'declined', declined_for = 'other'"),
    ]
    for organisation, what in tries:
        await refused(ledger, organisation, change.format(what), id=offer)
    too_late = "update referral_offers set state = 'declined', declined_for = 'other', changed_at = answer_by"
    await refused(ledger, provider, f"{too_late} where id = :id", id=offer)
    await ledger.sql_as(provider, change.format("state = 'declined', declined_for = 'other'"), id=offer)
    for organisation, what in (
        (provider, "declined_because = 'x'"),
        (provider, "state = 'accepted', declined_for = null, placement_id = gen_random_uuid()"),
        (council, "state = 'withdrawn', declined_for = null"),
    ):
        await refused(ledger, organisation, change.format(what), id=offer)
    history = "insert into referral_steps (id, referral_id, number, step, at) values (:new, :id, 9, 'placed', now())"
    for organisation in (provider, council):
        await refused(ledger, organisation, history, new=uuid4(), id=path.rsplit("/", 1)[1])
        await refused(ledger, organisation, "delete from referral_steps where referral_id = :id", id=uuid4())


async def test_a_provider_places_nobody_without_an_accepted_offer(world: World, ledger: Ledger) -> None:
    """Even one that knew all the ids of the child's case, which row security hides from it."""
    offer = (await offered(world, await taken_up(world))).rsplit("/", 1)[1]
    row = (
        await ledger.sql(
            "select r.pupil_id, r.commissioner_id, r.host_school_id, o.calendar_id from referral_offers o"
            " join referrals r on r.id = o.referral_id where o.id = :offer",
            offer=offer,
        )
    )[0]
    known = dict(zip(("pupil", "commissioner", "school", "calendar"), row, strict=True))
    insert = (
        "insert into placements (id, created_at, changed_at, version, pupil_id, commissioner_id, host_school_id,"
        " provider_id, spot_purchase, calendar_id, state, tier, primary_reason, key_stage, pattern, online, objectives,"
        " intended_next_step, starts_on, planned_end_on, ends_on, start_told, end_told) values (:id, now(), now(), 1,"
        " :pupil, :commissioner, :school, :provider, true, :calendar, 'accepted', 'time_limited',"
        " 'at_risk_of_exclusion', 'ks4', 'full_time', false, array['Attend every morning'], :next, '2026-11-30',"
        " '2027-02-12', '2027-02-12', false, false)"
    )
    exactly = {**known, "id": uuid4(), "provider": world.provider.id, "next": "Back to school"}
    accept = (
        "with accepted as (update referral_offers set state = 'accepted', placement_id = :id,"
        " changed_at = '2026-11-24T09:00:00Z' where id = :offer returning 1) select count(*) from accepted"
    )
    await refused(ledger, world.provider.id, insert, **exactly)
    await refused(ledger, world.other_provider.id, insert, **exactly)
    # Accepted, and never placed: the foreign key asks for the placement when the transaction ends.
    with pytest.raises(DBAPIError) as refusal:
        await ledger.sql_as(world.provider.id, accept, id=exactly["id"], offer=offer)
    assert getattr(refusal.value.orig, "sqlstate", None) == "23503"
    accepted = await world.provider.post(f"/v1/referral-offers/{offer}/acceptance", None)
    assert accepted.status_code == 200
    for change in ({}, {"id": uuid4()}, {"id": uuid4(), "next": "Elsewhere"}):
        with pytest.raises(DBAPIError) as refusal:
            await ledger.sql_as(world.provider.id, insert, **{**exactly, **change})
        assert getattr(refusal.value.orig, "sqlstate", None) in ("42501", "23505")

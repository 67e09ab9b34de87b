"""The chain of a pupil's placements, as far as each reader may see it."""

from datetime import UTC, datetime

from tests.coming_out import AFTER_CHRISTMAS, ENDED, outcome, years_calendar
from tests.ledger import Ledger
from tests.world import World


async def test_a_return_and_back_again_is_told(world: World, ledger: Ledger) -> None:
    calendar = await years_calendar(world)
    first = await world.placement(calendar_id=calendar, planned_end_on=ENDED)
    pupil = (await world.council.get(f"/v1/placements/{first}")).json()["pupil_id"]
    await ledger.stand_at(AFTER_CHRISTMAS)
    await world.council.post("/v1/outcomes", outcome(first))
    again = {
        "pupil_id": pupil,
        "provider_id": str(world.other_provider.id),
        "starts_on": "2027-02-22",
        "planned_end_on": "2027-05-28",
    }
    proposed = await world.council.post("/v1/placements", await world.proposal(calendar_id=calendar, **again))
    second = proposed.json()["id"]
    path = f"/v1/pupils/{pupil}/moves"
    assert [each["placement_id"] for each in (await world.council.get(path)).json()["moves"]] == [first]
    assert (await world.other_provider.act(f"/v1/placements/{second}", "acceptance")).status_code == 200
    await ledger.stand_at(datetime(2027, 2, 22, 9, tzinfo=UTC))
    told = (await world.council.get(path)).json()
    counts = ("returns_to_mainstream", "back_again", "moves_between_settings")
    assert [told[each] for each in counts] == [1, 1, 0]
    one, two = told["moves"]
    assert (one["step"], one["back_again"], one["next_placement_id"]) == ("returned_to_mainstream", True, second)
    assert (one["destination_id"], one["moved_on"], one["days"]) == (str(world.school.id), "2027-01-04", 47)
    assert (two["placement_id"], two["step"], two["outcome_id"]) == (second, "still_running", None)
    of_first_provider = (await world.provider.get(path)).json()
    assert [each["placement_id"] for each in of_first_provider["moves"]] == [first]
    assert (of_first_provider["moves"][0]["next_placement_id"], of_first_provider["back_again"]) == (None, 0)
    assert (await world.other_council.get(path)).status_code == 404
    audited = await ledger.sql(
        "select pupil_ids::text from audit_entries where operation = 'list_moves' and organisation_id = :id",
        id=world.provider.id,
    )
    assert [pupil in row[0] for row in audited] == [True]


async def test_a_pupil_never_placed_has_no_moves(world: World) -> None:
    pupil = await world.pupil()
    told = (await world.council.get(f"/v1/pupils/{pupil}/moves")).json()
    assert (told["moves"], told["returns_to_mainstream"]) == ([], 0)

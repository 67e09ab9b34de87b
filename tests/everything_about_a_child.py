"""One of everything that the service holds about one child, made over HTTP by the parties of one world.

The child's names and UPN stand in every free text that a party may write.
"""

from dataclasses import dataclass
from typing import Any

from httpx import Response

from app.rules.upn import synthetic_upn
from tests import asking, attaching, departing
from tests.attendance_days import mark, submit
from tests.coming_out import outcome, years_calendar
from tests.guards.estate import FORM
from tests.ledger import Ledger
from tests.part_time_planning import agreed as plan_agreed
from tests.referring import offered, taken_up
from tests.test_absconding_alerts import FOUND
from tests.test_host_school_checks import CHECKIN
from tests.test_placement_contacts import LEAD, TUTOR, WORKER
from tests.test_placement_facts import FACTS
from tests.test_progress_reports import MORNINGS
from tests.test_qualifications import GCSE
from tests.test_reviews import HELD
from tests.test_teaching_observations import SEEN
from tests.world import World

GIVEN, FAMILY, UPN = "Ignatius", "O'Quill-Feather", synthetic_upn(771)
CHILD = {"given_name": GIVEN, "family_name": FAMILY, "date_of_birth": "2012-03-04", "upn": UPN}
SAID = f"{GIVEN} {FAMILY}, {UPN.lower()}, as agreed with Mrs {FAMILY.upper()}"


@dataclass(frozen=True)
class Everything:
    """The pupil, its placement in force with nearly everything, and the one that follows it; paths of its referrals."""

    pupil: str
    placement: str
    later: str
    placed: str
    open: str
    standing_offer: str

    @property
    def placements(self) -> list[str]:
        return [self.placement, self.later, self.placed.rsplit(" ", 1)[1]]


async def everything_about_a_child(world: World, ledger: Ledger) -> Everything:
    pupil = made(await world.council.post("/v1/pupils", CHILD))["id"]
    calendar = await years_calendar(world)
    now: dict[str, Any] = {"pupil_id": pupil, "calendar_id": calendar, "objectives": [SAID]}
    placement = await world.placement(**now, planned_end_on="2026-12-18", intended_next_step=f"Home with {FAMILY}")
    later = await world.placement(**now, starts_on="2027-01-04", planned_end_on="2027-03-25", continues_id=placement)
    await _people(world, placement)
    await _attendance(world, placement)
    await _agreed(world, placement, later)
    await _left(world, placement)
    await _alert(world, ledger, placement)
    await _told(world, ledger, placement)
    await _ended(world, ledger, placement)
    return Everything(pupil, placement, later, *await _referred(world, pupil, calendar))


async def _people(world: World, placement: str) -> None:
    path = f"/v1/placements/{placement}"
    mother = {"role": "other", "name": f"Mrs {FAMILY}", "phone": "0161 496 0001"}
    made(await world.council.change("PUT", f"{path}/contacts", {"contacts": [WORKER, mother]}))
    made(await world.school.change("PUT", f"{path}/contacts", {"contacts": [LEAD]}))
    made(await world.provider.change("PUT", f"{path}/contacts", {"contacts": [TUTOR]}))
    made(await world.council.change("PUT", f"{path}/facts", FACTS | {"looked_after": True}))
    made(await world.school.post(f"{path}/checks", CHECKIN | {"note": SAID}))
    made(await world.school.post(f"{path}/reviews", HELD | {"findings": SAID, "progress": []}))


async def _attendance(world: World, placement: str) -> None:
    made(await submit(world.provider, mark(placement)))
    made(await submit(world.provider, mark(placement, fact="absent", correction_reason=SAID)))
    entered = {"placement_id": placement, "on_date": "2026-11-24", "session": "am", "code": "I", "note": SAID}
    made(await world.school.post("/v1/register-codes", entered))
    form = made(await world.council.post("/v1/report-forms", FORM))["id"]
    of = {"placement_id": placement, "form_id": form, "school_year": "2026-27", "term": "autumn"}
    said = {"pupil_voice": {"said": SAID}, "readiness_to_return": "not_yet", "readiness_reason": SAID}
    target = MORNINGS | {"text": SAID, "success_criterion": SAID, "comment": SAID}
    report = await world.provider.post(
        "/v1/progress-reports", {**of, "answers": {"summary": SAID}, **said, "targets": [target]}
    )
    begun = made(report)
    await attaching.attached(world.provider, "progress_report", begun["id"], title=SAID, file_name=f"{GIVEN}.pdf")
    made(await world.provider.act(report.headers["Location"], "submission"))
    await _records(world, placement)


async def _records(world: World, placement: str) -> None:
    entered = {**GCSE, "placement_id": placement, "evidence": SAID}
    made(await world.provider.post("/v1/qualifications", entered))
    seen = {**SEEN, "placement_id": placement, "seen": SAID, "strengths": [SAID]}
    made(await world.school.post("/v1/teaching-observations", seen))


async def _agreed(world: World, placement: str, later: str) -> None:
    days = {"starts_on": "2026-12-01", "ends_on": "2026-12-02", "reason": SAID}
    suspension = await world.provider.post("/v1/suspensions", {"placement_id": placement, **days})
    made(suspension)
    for party in (world.council, world.school):
        made(await asking.answer(party, suspension.headers["Location"], asking.AGREED | {"note": SAID}))
    await plan_agreed(world, placement, explanation=SAID, weeks=6, review_dates=["2026-12-11"])
    await asking.asked(world.provider, asking.at_once(placement, circumstances=SAID))
    await asking.asked(world.provider, asking.longer(later, "2027-05-28", reason=SAID))
    notice = {"placement_id": later, "effective_on": "2027-02-12", "reason": SAID}
    made(await world.council.post("/v1/termination-notices", notice))


async def _left(world: World, placement: str) -> None:
    departure = await departing.agreed(world, placement, collected_by=f"Mrs {FAMILY}", reason=SAID)
    absence = await departing.reported(world.school, placement, starts_on="2026-11-23")
    made(await world.provider.post(f"{absence}/notes", {"text": SAID, "written_by": "A. Lead"}))
    assert departure


async def _alert(world: World, ledger: Ledger, placement: str) -> None:
    alert = made(
        await world.provider.post(f"/v1/absconding-alerts?placement_id={placement}", {"last_seen_where": SAID})
    )
    path = f"/v1/absconding-alerts/{alert['id']}"
    call = {"called_by": "S. Turner", "called_at": "2026-11-24T08:00:00Z", "log_number": "GMP-412", "note": SAID}
    made(await world.provider.post(f"{path}/calls", call))
    await ledger.sql(
        "insert into alert_attempts (id, alert_id, notification_id, placement_id, number, organisation_id, contact_role,"
        " sent_to, began_at) select gen_random_uuid(), alert_id, id, placement_id, 1,"
        " coalesce(organisation_id, contact_of_id), 'safeguarding_lead', 'd…@example.org', now() from alert_notifications where placement_id = :placement",
        placement=placement,
    )
    made(await world.school.act(path, "resolution", FOUND))
    made(await world.school.act(path, "closure", {"note": SAID}))


async def _told(world: World, ledger: Ledger, placement: str) -> None:
    """An email to a named service, and one to the council, each of which told of the child."""
    to_service = (
        "insert into email_deliveries (id, created_at, changed_at, version, kind, part, on_date, organisation_id,"
        " placement_id, roles, address, state, due_at, useful_until, next_attempt_at, attempts, placement_ids)"
        " select gen_random_uuid(), now(), now(), 1, 'daily_attendance', 'am', '2026-11-23', :by,"
        " cast(:about as uuid), '{}', :address, 'sent', now(), now(), now(), '[]', array[cast(:placement as uuid)]"
    )
    for about, address in ((placement, "s.worker@northshire.example"), (None, "ap-team@northshire.example")):
        await ledger.sql(to_service, by=world.council.id, about=about, address=address, placement=placement)


async def _ended(world: World, ledger: Ledger, placement: str) -> None:
    made(await world.council.post("/v1/outcomes", outcome(placement, success_reason=SAID)))
    leaver = {"placement_id": placement, "destination": "unknown", "recorded_by": "A. Officer"}
    made(await world.council.post("/v1/leaver-destinations", leaver))
    schools = {"main_school_id": str(world.school.id), "subsidiary_id": str(world.provider.id)}
    rolls = {"placement_id": placement, **schools, "from_on": "2026-11-02", "reason": "alternative_provision"}
    made(await world.school.post("/v1/dual-registrations", rolls))
    await ledger.sql(
        "with filed as (insert into placement_returns (id, created_at, changed_at, version, school_id, council_id, period,"
        " first_on, last_on, number, nil_return, commissioned, ended, lines, filed_by) values (gen_random_uuid(), now(),"
        " now(), 1, :school, :council, '2026-11', '2026-11-01', '2026-11-30', 1, false, 1, 0, 1, 'A. Head') returning id)"
        " insert into placement_return_lines (id, return_id, placement_id, commissioned, ended)"
        " select gen_random_uuid(), id, :placement, true, false from filed",
        school=world.school.id,
        council=world.council.id,
        placement=placement,
    )
    await ledger.sql(
        "insert into part_time_plan_reviews (id, plan_id, placement_id, recorded_by_id, recorded_at, held_on, led_by, note,"
        " decision) select gen_random_uuid(), id, placement_id, :by, now(), '2026-12-11', 'A', :said, 'continue'"
        " from part_time_plans where placement_id = :placement",
        said=SAID,
        by=world.council.id,
        placement=placement,
    )
    await ledger.sql(
        "insert into sustained_findings (id, check_id, placement_id, number, finding, evidence, recorded_by_id,"
        " recorded_by, recorded_at) select gen_random_uuid(), id, placement_id, 1, 'sustained', :said, :by, 'A', now()"
        " from sustained_checks where placement_id = :placement",
        said=SAID,
        by=world.council.id,
        placement=placement,
    )


async def _referred(world: World, pupil: str, calendar: str) -> tuple[str, str, str]:
    """A referral that was placed, for after Easter; another with an offer that stands, and that offer."""
    days: dict[str, Any] = {"starts_on": "2027-04-12", "planned_end_on": "2027-05-28"}
    placed = await taken_up(world, pupil_id=pupil, needs=SAID)
    taken = await offered(world, placed, calendar_id=calendar, **days)
    asked_too = await offered(world, placed, world.other_provider, calendar_id=calendar, **days)
    accepted = made(await world.provider.post(f"{taken}/acceptance", None))
    assert asked_too
    standing = await taken_up(world, pupil_id=pupil, needs=SAID)
    offer = await offered(world, standing, world.other_provider, calendar_id=calendar, **days)
    return f"{placed} {accepted['placement_id']}", standing, offer


def made(answer: Response) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()

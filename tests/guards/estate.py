"""One of everything that an organisation keeps to itself, made over HTTP by the parties of one world."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from httpx import Response

from app.models.organisations import OrganisationKind
from tests.asking import at_once, longer
from tests.attaching import attached
from tests.coming_out import outcome as came_out
from tests.part_time_planning import PLANS, plan
from tests.referring import offered, taken_up
from tests.test_qa_return_types import TYPE
from tests.test_qa_visits import PARTS
from tests.test_qualifications import GCSE
from tests.test_teaching_observations import SEEN
from tests.toolkit_assessing import completed
from tests.world import Party, World, another_party, make_world, open_party

# Collections whose members exist for those they concern and for nobody else.
PRIVATE = {
    "absconding-alerts",
    "action-plans",
    "actions",
    "agreements",
    "api-clients",
    "attachments",
    "attendance-submissions",
    "concerns",
    "dual-registrations",
    "early-departures",
    "email-deliveries",
    "extensions",
    "immediate-terminations",
    "imports",
    "insurance-certificates",
    "keys",
    "lot-applications",
    "lot-award-suspensions",
    "lot-awards",
    "leaver-destinations",
    "notifications",
    "outcomes",
    "part-time-plans",
    "placement-returns",
    "placements",
    "progress-reports",
    "pupils",
    "qa-actions",
    "qa-returns",
    "qa-visit-partners",
    "qa-visits",
    "qualifications",
    "referral-offers",
    "referrals",
    "safeguarding-confirmations",
    "suspensions",
    "teaching-observations",
    "sustained-checks",
    "termination-notices",
    "toolkit-assessments",
    "toolkit-peer-reviews",
    "toolkit-question-sets",
    "toolkit-shares",
    "unagreed-absences",
    "webhook-deliveries",
    "webhook-endpoints",
}
FORM = {
    "name": "Termly report",
    "form": {"type": "object", "properties": {"summary": {"type": "string", "maxLength": 500}}},
}


@dataclass(frozen=True)
class Estate:
    """`ids` gives one member of each collection, by the collection's name in the path."""

    world: World
    without_scopes: Party
    ids: dict[str, str]

    @property
    def every_id(self) -> set[str]:
        return set(self.ids.values()) | {str(party.id) for party in self.world.parties}


@asynccontextmanager
async def make_estate(app: FastAPI, owner_url: str) -> AsyncIterator[Estate]:
    async with (
        make_world(app, owner_url) as world,
        open_party(app, owner_url, OrganisationKind.COUNCIL, scopes=frozenset()) as powerless,
        another_party(app, owner_url, world, OrganisationKind.COUNCIL, "Eastshire Council") as third_council,
    ):
        ids = await _about_a_child(world) | await _about_a_provider(world) | await _about_clients(world)
        ids |= await _visited_jointly(world, ids["qa-visits"], third_council)
        yield Estate(world, powerless, ids | await _told_by_email(world))


async def _about_a_child(world: World) -> dict[str, str]:
    calendar = await world.calendar()
    placement = await world.placement(calendar_id=calendar)
    ended = await world.placement(calendar_id=calendar)
    pupil = (await world.council.get(f"/v1/placements/{placement}")).json()["pupil_id"]
    row = {"placement_id": placement, "on_date": "2026-11-24", "session": "am", "fact": "present"}
    submission = await world.provider.post("/v1/attendance-submissions", {"rows": [row]})
    days = {"starts_on": "2026-12-01", "ends_on": "2026-12-02"}
    mark = made(submission)["accepted"][0]["mark_id"]
    entered = await world.school.post("/v1/register-codes", {k: row[k] for k in row if k != "fact"} | {"code": "B"})
    suspension = await world.provider.post(
        "/v1/suspensions", {"placement_id": placement, "reason": "Danger to others", **days}
    )
    part_time = await world.school.post(PLANS, plan(placement))
    notice = await world.council.post(
        "/v1/termination-notices",
        {"placement_id": ended, "effective_on": "2026-12-18", "reason": "Back at school"},
    )
    ending = await world.provider.post("/v1/immediate-terminations", at_once(placement))
    extension = await world.provider.post("/v1/extensions", longer(placement))
    alert = await world.provider.post(f"/v1/absconding-alerts?placement_id={placement}", {})
    return {
        "calendars": calendar,
        "placements": placement,
        "pupils": pupil,
        "attendance-submissions": made(submission)["id"],
        "attendance-marks": mark,
        "register-codes": made(entered)["id"],
        "part-time-plans": made(part_time)["id"],
        "suspensions": made(suspension)["id"],
        "immediate-terminations": made(ending)["id"],
        "extensions": made(extension)["id"],
        "agreements": made(ending)["id"],
        "termination-notices": made(notice)["id"],
        "absconding-alerts": made(alert)["id"],
        "notifications": made(alert)["notifications"][0]["id"],
        **await _returned(world),
        **await _report(world, placement),
        **await _outcome(world, calendar),
    }


async def _outcome(world: World, calendar: str) -> dict[str, str]:
    """What is said of a placement that ends before Christmas."""
    placement = await world.placement(calendar_id=calendar, planned_end_on="2026-12-18")
    outcome = made(await world.council.post("/v1/outcomes", came_out(placement)))
    checks = (await world.council.get("/v1/sustained-checks", placement_id=placement)).json()["items"]
    leaver = await world.council.post(
        "/v1/leaver-destinations", {"placement_id": placement, "destination": "unknown", "recorded_by": "A. Officer"}
    )
    rolls = await world.school.post(
        "/v1/dual-registrations",
        {
            "placement_id": placement,
            "main_school_id": str(world.school.id),
            "subsidiary_id": str(world.provider.id),
            "from_on": "2026-11-02",
            "reason": "alternative_provision",
        },
    )
    return {
        "outcomes": outcome["id"],
        "sustained-checks": checks[0]["id"],
        "leaver-destinations": made(leaver)["id"],
        "dual-registrations": made(rolls)["id"],
        **await _leaving(world, placement),
        **await _referral(world, calendar),
    }


async def _leaving(world: World, placement: str) -> dict[str, str]:
    body = {"on_date": "2026-11-26", "leaving_time": "11:40", "reason": "Not safe today", "way_home": "alone"}
    departure = await world.provider.post("/v1/early-departures", {"placement_id": placement, **body})
    told = {"placement_id": placement, "kind": "sent_home", "starts_on": "2026-11-23"}
    absence = await world.school.post("/v1/unagreed-absences", told)
    return {"early-departures": made(departure)["id"], "unagreed-absences": made(absence)["id"]}


async def _returned(world: World) -> dict[str, str]:
    nil = {"period": "2026-10", "nil_return": True, "filed_by": "A. Head"}
    return {"placement-returns": made(await world.school.post("/v1/placement-returns", nil))["id"]}


async def _report(world: World, placement: str) -> dict[str, str]:
    form = made(await world.council.post("/v1/report-forms", FORM))["id"]
    term = {"placement_id": placement, "form_id": form, "school_year": "2026-27", "term": "autumn"}
    said = {"pupil_voice": {"said": "I like the workshop."}, "readiness_to_return": "working_towards"}
    target = {
        "text": "Attend every morning",
        "success_criterion": "19 of 20 mornings",
        "review_on": "2027-01-15",
        "progress": "on_track",
    }
    body = {**term, **said, "targets": [target], "answers": {}}
    report = made(await world.provider.post("/v1/progress-reports", body))["id"]
    attachment = await attached(world.provider, "progress_report", report)
    made_of_it = {"report-forms": form, "progress-reports": report, "attachments": attachment.rpartition("/")[2]}
    return {**made_of_it, **await _records(world, placement)}


async def _records(world: World, placement: str) -> dict[str, str]:
    recorded = await world.provider.post("/v1/qualifications", {**GCSE, "placement_id": placement})
    observed = await world.school.post("/v1/teaching-observations", {**SEEN, "placement_id": placement})
    return {"qualifications": made(recorded)["id"], "teaching-observations": made(observed)["id"]}


async def _referral(world: World, calendar: str) -> dict[str, str]:
    referral = await taken_up(world)
    offer = await offered(world, referral, calendar_id=calendar)
    return {"referrals": referral.rsplit("/", 1)[1], "referral-offers": offer.rsplit("/", 1)[1]}


async def _about_a_provider(world: World) -> dict[str, str]:
    council, provider = world.council, str(world.provider.id)
    framework = made(
        await council.post("/v1/frameworks", {"name": "AP", "starts_on": "2026-09-01", "ends_on": "2028-08-31"})
    )["id"]
    lot = made(await council.post(f"/v1/frameworks/{framework}/lots", {"number": 1, "name": "Full-time academic"}))[
        "id"
    ]
    award = made(
        await council.post(
            "/v1/lot-awards",
            {"lot_id": lot, "provider_id": provider, "starts_on": "2026-09-01", "ends_on": "2027-08-31"},
        )
    )["id"]
    procurement = await _procurement(world, framework, lot, award)
    qa_framework = made(await council.post("/v1/qa-frameworks", {"name": "QA", **PARTS}))["id"]
    visit = made(
        await council.post(
            "/v1/qa-visits",
            {
                "provider_id": provider,
                "framework_id": qa_framework,
                "activity_type": "validation-visit",
                "planned_on": "2026-11-23",
                "officers": ["A. Officer"],
            },
        )
    )["id"]
    await council.act(f"/v1/qa-visits/{visit}", "carrying-out", {"carried_out_on": "2026-11-23"})
    planned = await _planned(world, visit)
    assessment = await council.post(
        "/v1/toolkit-assessments",
        {"provider_id": provider, "use": "council_quality_assurance", "assessors": "Officers"},
    )
    questions = await council.post(
        "/v1/toolkit-question-sets",
        {"title": "Q", "permission": "Ours", "areas": [{"area": "pupil-induction", "questions": ["Why?"]}]},
    )
    return {
        **procurement,
        **await _annual_return(world),
        **planned,
        "frameworks": framework,
        "lots": lot,
        "lot-awards": award,
        "providers": provider,
        "qa-frameworks": qa_framework,
        "qa-visits": visit,
        "toolkit-assessments": made(assessment)["id"],
        "toolkit-question-sets": made(questions)["id"],
        "toolkit-peer-reviews": await _peer_review(world),
        "toolkit-shares": await _share(world),
        "areas": "quality-of-education",
    }


async def _annual_return(world: World) -> dict[str, str]:
    type_id = made(await world.council.post("/v1/qa-return-types", TYPE))["id"]
    asked = {"provider_id": str(world.provider.id), "school_year": "2026-27", "due_on": "2026-12-18"}
    asked_for = await world.council.post("/v1/qa-return-requests", {"type_id": type_id, **asked})
    return {"qa-return-types": type_id, "qa-returns": made(asked_for)["id"]}


async def _visited_jointly(world: World, visit: str, partner: Party) -> dict[str, str]:
    body = {"council_id": str(partner.id)}
    return {"qa-visit-partners": made(await world.council.post(f"/v1/qa-visits/{visit}/partners", body))["id"]}


async def _peer_review(world: World) -> str:
    """Of the provider by one that is registered for this."""
    peer = made(await world.council.post("/v1/providers", {"name": "Hollow Farm", "category": "charity"}))["id"]
    made(await world.council.change("PATCH", f"/v1/providers/{peer}", {"published": True}))
    body = {"reviewed_id": str(world.provider.id), "reviewer_id": peer, "purpose": "To learn from each other"}
    return str(made(await world.provider.post("/v1/toolkit-peer-reviews", body))["id"])


async def _share(world: World) -> str:
    """Of the school's own provision with its council."""
    path = await completed(world.school, world.school, "in_school_provision")
    body = {"assessment_id": path.rsplit("/", 1)[1], "shared_with_id": str(world.council.id)}
    return str(made(await world.school.post("/v1/toolkit-shares", body))["id"])


async def _planned(world: World, visit: str) -> dict[str, str]:
    """What the provider is to do after a visit, and what its school is worried about."""
    wanted = {"text": "Renew", "owner": "Head", "due_on": "2026-12-11"}
    action = made(await world.council.post(f"/v1/qa-visits/{visit}/actions", wanted))["id"]
    plan = made(await world.council.get(f"/v1/actions/{action}"))["plan_id"]
    worry = {"provider_id": str(world.provider.id), "text": "Sessions end early."}
    concern = made(await world.school.post("/v1/concerns", worry))["id"]
    return {"qa-actions": action, "actions": action, "action-plans": plan, "concerns": concern}


async def _procurement(world: World, framework: str, lot: str, award: str) -> dict[str, str]:
    council, provider = world.council, world.provider
    days = {"opens_on": "2026-11-02", "closes_on": "2026-12-18"}
    window = await council.post(f"/v1/frameworks/{framework}/windows", {"kind": "refresh", **days})
    application = await provider.post("/v1/lot-applications", {"lot_id": lot, "statement": "We teach."})
    suspension = await council.post(
        "/v1/lot-award-suspensions", {"lot_award_id": award, "from_on": "2027-06-01", "reason": "No head in post"}
    )
    insured = {"kind": "other", "insurer": "Invented Mutual", "cover_pounds": 1_000_000}
    certificate = await provider.post(
        "/v1/insurance-certificates", {**insured, "starts_on": "2026-09-01", "expires_on": "2027-08-31"}
    )
    confirmed = {"confirmed_by": "C. Lead", "confirmed_on": "2026-11-20", "valid_until": "2027-07-31"}
    confirmation = await provider.post("/v1/safeguarding-confirmations", confirmed)
    return {
        "framework-windows": made(window)["id"],
        "lot-applications": made(application)["id"],
        "lot-award-suspensions": made(suspension)["id"],
        "insurance-certificates": made(certificate)["id"],
        "safeguarding-confirmations": made(confirmation)["id"],
    }


async def _told_by_email(world: World) -> dict[str, str]:
    moved = await world.council.post("/v1/sandbox/clock/advance", {"seconds": 2 * 3600})
    assert moved.status_code == 200, moved.text
    told = (await world.council.get("/v1/email-deliveries", kind="daily_attendance")).json()["items"]
    return {"email-deliveries": told[0]["id"]}


async def _about_clients(world: World) -> dict[str, str]:
    client = made(await world.council.post("/v1/api-clients", {"name": "Second", "scopes": ["events:read"]}))["id"]
    key = made(await world.council.post(f"/v1/api-clients/{client}/keys", {"kind": "api_key"}))["id"]
    file = made(await world.council.post("/v1/imports", {"kind": "calendars"}))["id"]
    return {"api-clients": client, "keys": key, "imports": file, **await _webhooks(world)}


async def _webhooks(world: World) -> dict[str, str]:
    """An endpoint with a delivery; disabled, so that no worker of another test sends to it."""
    endpoint = made(await world.council.post("/v1/webhook-endpoints", {"url": "https://mis.example.org/"}))["id"]
    proof = made(await world.council.post(f"/v1/webhook-endpoints/{endpoint}/proof", None))["id"]
    made(await world.council.act(f"/v1/webhook-endpoints/{endpoint}", "disablement"))
    return {"webhook-endpoints": endpoint, "webhook-deliveries": proof}


def made(answer: Response) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()

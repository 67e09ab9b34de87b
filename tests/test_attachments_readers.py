"""Who may read what a file is attached to may read the file, and nobody else; for each kind of subject."""

from typing import Any

import pytest
from sqlalchemy import text

from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.assuring import confirmed, insured
from tests.attaching import ATTACHMENTS, attached, declaration, declared, pdf, put, withdraw
from tests.ledger import Ledger
from tests.ledger_model import instant
from tests.overseen import award, become
from tests.owner import sessions_of
from tests.test_attachments import listed
from tests.test_lot_applications import applied
from tests.test_progress_reports import begun
from tests.test_qa_visit_partners import joined
from tests.test_qa_visits import carried_out, reported, the_framework
from tests.toolkit_assessing import address_all, begin
from tests.world import Party, World


async def readers(world: World, path: str) -> set[str]:
    """Who reads the attachment; whoever does not, finds nothing of it anywhere."""
    found = set()
    parties = {
        "council": world.council,
        "school": world.school,
        "provider": world.provider,
        "other_council": world.other_council,
        "other_school": world.other_school,
        "other_provider": world.other_provider,
    }
    for name, party in parties.items():
        answers = {(await party.get(path)).status_code, (await party.get(f"{path}/content")).status_code}
        assert answers in ({200}, {404}), name
        found |= {name} if answers == {200} else set()
    return found


async def seen_in_database(ledger: Ledger, party: Party, path: str) -> bool:
    """Whether row security lets the party's organisation see it."""
    world = ledger.world
    council_id = world.council.id if party is world.school else None
    async with sessions_of(ledger.database.app)() as session:
        await become(session, world, party.id, council_id)
        seen = text("select count(*) from attachments where id = cast(:id as uuid)")
        return bool(await session.scalar(seen, {"id": path.rpartition("/")[2]}))


async def agree(world: World, ledger: Ledger, path: str, expected: set[str]) -> None:
    """The answers and the database say the same."""
    assert await readers(world, path) == expected
    for party in world.parties:
        name = next(each for each in vars(world) if getattr(world, each) == party)
        assert await seen_in_database(ledger, party, path) == (name in expected), name


async def refused(party: Party, about: str, subject: str) -> str:
    answer = await party.post(ATTACHMENTS, declaration(about, subject, pdf()))
    assert answer.status_code == 409, answer.text
    return str(answer.json()["rule"])


async def test_of_a_report_the_others_read_what_was_submitted(world: World, ledger: Ledger) -> None:
    report = await begun(world)
    subject = report.rpartition("/")[2]
    path = await attached(world.provider, "progress_report", subject)
    assert (await world.provider.get(path)).json()["placement_id"] is not None
    await agree(world, ledger, path, {"provider"})
    assert await ledger.told("attachment.stored", path) == {world.provider.id}
    waiting = await declared(world.provider, "progress_report", subject)
    assert (await world.provider.act(report, "submission")).status_code == 200
    await agree(world, ledger, path, {"provider", "school", "council"})
    assert await refused(world.provider, "progress_report", subject) == "attachments_closed"
    assert (await put(world.provider, waiting, pdf())).json()["rule"] == "attachments_closed"
    assert [each["id"] for each in await listed(world.school, "progress_report", subject)] == [path.rpartition("/")[2]]


async def test_what_comes_to_a_returned_report_waits_until_it_is_submitted_again(world: World, ledger: Ledger) -> None:
    report = await begun(world)
    subject = report.rpartition("/")[2]
    await world.provider.act(report, "submission")
    await world.council.act(report, "return", {"reason": "Where is the evidence?"})
    await ledger.stand_at(instant("2026-11-24T10:00"))
    path = await attached(world.provider, "progress_report", subject)
    await agree(world, ledger, path, {"provider"})
    await ledger.stand_at(instant("2026-11-24T11:00"))
    since = {"changed_since": "2026-11-24T10:30:00Z"}
    assert await listed(world.school, "progress_report", subject, **since) == []
    assert (await world.provider.act(report, "submission")).status_code == 200
    await agree(world, ledger, path, {"provider", "school", "council"})
    assert len(await listed(world.school, "progress_report", subject, **since)) == 1
    await withdraw(world.provider, path)
    told = {world.provider.id, world.school.id, world.council.id}
    assert await ledger.told("attachment.withdrawn", path) == told


async def test_to_read_what_is_about_a_child_is_in_the_audit(world: World, ledger: Ledger) -> None:
    report = await begun(world)
    path = await attached(world.provider, "progress_report", report.rpartition("/")[2])
    await world.provider.act(report, "submission")
    placement = (await world.provider.get(report)).json()["placement_id"]
    for operation, url in (("get_attachment", path), ("get_attachment_content", f"{path}/content")):
        assert (await world.school.get(url)).status_code == 200
        [(ids,)] = await ledger.sql(
            "select placement_ids from audit_entries where organisation_id = :me and operation = :operation",
            me=world.school.id,
            operation=operation,
        )
        assert [str(each) for each in ids] == [placement]


@pytest.fixture
async def visit(world: World, database: Addresses, settings: Settings) -> str:
    await award(database, settings, world.council.id, world.provider.id)
    await award(database, settings, world.other_council.id, world.provider.id)
    body: dict[str, Any] = {
        "provider_id": str(world.provider.id),
        "framework_id": await the_framework(world.council),
        "activity_type": "validation-visit",
        "planned_on": "2026-11-23",
        "officers": ["A. Officer"],
    }
    return str((await world.council.post("/v1/qa-visits", body)).headers["Location"])


async def test_of_a_visit_each_side_keeps_its_own_until_it_is_reported(
    world: World, ledger: Ledger, visit: str
) -> None:
    subject = visit.rpartition("/")[2]
    photo = await attached(world.council, "qa_visit", subject)
    evidence = await attached(world.provider, "qa_visit", subject)
    await agree(world, ledger, photo, {"council"})
    await agree(world, ledger, evidence, {"council", "provider"})
    assert await ledger.told("attachment.stored", photo) == {world.council.id}
    assert await ledger.told("attachment.stored", evidence) == {world.council.id, world.provider.id}
    assert [each["added_by_id"] for each in await listed(world.provider, "qa_visit", subject)] == [
        str(world.provider.id)
    ]
    await carried_out(world, visit)
    await reported(world, visit)
    await agree(world, ledger, photo, {"council", "provider"})
    assert (await world.council.act(visit, "publication")).status_code == 200
    await agree(world, ledger, photo, {"council", "provider", "school"})
    for party in (world.council, world.provider):
        assert await refused(party, "qa_visit", subject) == "attachments_closed"
    assert (await withdraw(world.council, photo)).status_code == 204
    told = {world.council.id, world.provider.id, world.school.id}
    assert await ledger.told("attachment.withdrawn", photo) == told


async def test_of_an_assessment_its_assessor_alone_reads_a_draft(
    world: World, ledger: Ledger, database: Addresses, settings: Settings
) -> None:
    await award(database, settings, world.council.id, world.provider.id)
    assessment = await begin(world.provider, world.provider, "self_evaluation")
    subject = assessment.rpartition("/")[2]
    path = await attached(world.provider, "toolkit_assessment", subject)
    await agree(world, ledger, path, {"provider"})
    await address_all(world.provider, assessment)
    assert (await world.provider.act(assessment, "completion")).status_code == 200
    await agree(world, ledger, path, {"provider", "council"})
    assert await refused(world.provider, "toolkit_assessment", subject) == "attachments_closed"
    await withdraw(world.provider, path)
    assert await ledger.told("attachment.withdrawn", path) == {world.provider.id, world.council.id}


async def test_of_an_application_council_and_applicant_read_and_the_applicant_attaches(
    world: World, ledger: Ledger
) -> None:
    application = await applied(world)
    subject = application.rpartition("/")[2]
    path = await attached(world.provider, "lot_application", subject)
    await agree(world, ledger, path, {"provider", "council"})
    assert await ledger.told("attachment.stored", path) == {world.provider.id, world.council.id}
    answer = await world.council.post(ATTACHMENTS, declaration("lot_application", subject, pdf()))
    assert answer.status_code == 422
    assert (await world.provider.act(application, "withdrawal")).status_code == 200
    assert await refused(world.provider, "lot_application", subject) == "attachments_closed"


async def test_what_a_provider_assures_is_read_with_its_papers(world: World, ledger: Ledger) -> None:
    await world.placement()
    certificate = await insured(world.provider)
    confirmation = await confirmed(world.provider)
    for about, subject in (("insurance_certificate", certificate), ("safeguarding_confirmation", confirmation)):
        path = await attached(world.provider, about, subject.rpartition("/")[2])
        await agree(world, ledger, path, {"provider", "council", "school"})
    await world.provider.act(certificate, "withdrawal", {"reason": "Not paid"})
    assert (
        await refused(world.provider, "insurance_certificate", certificate.rpartition("/")[2]) == "attachments_closed"
    )


async def test_a_policy_is_found_with_its_provider_in_the_directory(world: World, ledger: Ledger) -> None:
    everybody = {"council", "school", "provider", "other_council", "other_school", "other_provider"}
    path = await attached(world.provider, "provider_policy", str(world.provider.id))
    await agree(world, ledger, path, everybody)
    etag = (await world.provider.get(f"/v1/providers/{world.provider.id}")).headers["ETag"]
    changed = await world.provider.http.patch(
        f"/v1/providers/{world.provider.id}", json={"published": False}, headers={"If-Match": etag}
    )
    assert changed.status_code == 200, changed.text
    await agree(world, ledger, path, {"provider"})


async def test_a_council_keeps_the_policies_of_a_provider_that_has_no_client(world: World) -> None:
    made = await world.council.post("/v1/providers", {"name": "Hollow Farm", "category": "charity"})
    path = await attached(world.council, "provider_policy", made.json()["id"])
    assert (await world.council.get(f"{path}/content")).content == pdf()
    assert (await world.other_council.get(path)).status_code == 404
    answer = await world.school.post(ATTACHMENTS, declaration("provider_policy", str(world.school.id), pdf()))
    assert answer.status_code == 422


async def test_a_council_that_joined_reads_a_visits_files_and_each_publishes_them_to_its_own_schools(
    world: World, ledger: Ledger, visit: str
) -> None:
    subject = visit.rpartition("/")[2]
    photo = await attached(world.council, "qa_visit", subject)
    await agree(world, ledger, photo, {"council"})
    await joined(world, visit)
    evidence = await attached(world.provider, "qa_visit", subject)
    councils = {"council", "other_council"}
    assert await ledger.told("attachment.stored", evidence) == {
        world.council.id,
        world.other_council.id,
        world.provider.id,
    }
    await agree(world, ledger, photo, councils)
    await agree(world, ledger, evidence, councils | {"provider"})
    answer = await world.other_council.post(ATTACHMENTS, declaration("qa_visit", subject, pdf()))
    assert answer.status_code == 422
    await reported(world, visit)
    assert (await world.other_council.act(visit, "publication")).status_code == 200
    await agree(world, ledger, photo, councils | {"provider", "other_school"})
    assert (await world.council.act(visit, "publication")).status_code == 200
    await agree(world, ledger, photo, councils | {"provider", "other_school", "school"})

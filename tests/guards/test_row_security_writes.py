"""What row security refuses to write: whoever speaks for an organisation on the application's role says its own alone.

Each row is one statement. It is refused for the organisation that tries it, and for the owner, unless the rule holds
for everybody, it works: so that nothing is refused for being badly written.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from fastapi import FastAPI

from app.db.embedded_database import Addresses
from app.models.organisations import OrganisationKind
from app.outbox.catalogue import EventType
from tests.test_progress_reports import begun
from tests.world import Party, World, make_world, open_party


@dataclass(frozen=True)
class Scene:
    """`who` tries: the parties of a placement, one that only watches it, and strangers to it."""

    who: dict[str, Party]
    councils: dict[str, UUID | None]
    sandbox: UUID
    values: dict[str, Any]


@pytest.fixture(scope="module")
async def scene(app: FastAPI, database: Addresses) -> AsyncIterator[Scene]:
    async with (
        make_world(app, database.owner) as world,
        open_party(app, database.owner, OrganisationKind.SCHOOL) as elsewhere,
    ):
        yield await _set(world, elsewhere, database)


async def _set(world: World, elsewhere: Party, database: Addresses) -> Scene:
    placement = await world.placement()
    proposed = (await world.council.post("/v1/placements", await world.proposal())).json()
    alert = await world.provider.post(f"/v1/absconding-alerts?placement_id={placement}", {"description": "Left"})
    report = await begun(world, placement_id=placement)
    assert (await world.provider.act(report, "submission")).status_code == 200
    draft = await begun(world, placement_id=placement, term="spring")
    values = {
        "placement": placement,
        "proposed": proposed["id"],
        "pupil": proposed["pupil_id"],
        "calendar": proposed["calendar_id"],
        "alert": alert.json()["id"],
        "report": report.rsplit("/", 1)[1],
        "draft": draft.rsplit("/", 1)[1],
        "elsewhere": elsewhere.id,
        "new": uuid4(),
    }
    who = {
        "commissioner": world.council,
        "school": world.school,
        "provider": world.provider,
        "watcher": world.other_school,
        "stranger": world.other_council,
        "strange_provider": world.other_provider,
    }
    for name, party in who.items():
        values |= {name: party.id, f"{name}_client": party.client_id}
    with psycopg.connect(_url(database.owner)) as owner:
        owner.execute(
            "insert into placement_viewers (organisation_id, placement_id, basis) values (%s, %s, 'home_council')",
            [world.other_school.id, placement],
        )
        values["watcher_pupil"] = _one(owner, "select pupil_id from placements where id = %s", placement)
        values["form"] = _one(owner, "select form_id from progress_reports where id = %s", values["report"])
    councils = dict.fromkeys(who) | {"school": world.council.id, "watcher": world.other_council.id}
    return Scene(who, councils, world.sandbox_id, values)


def place(commissioner: str, provider: str, pupil: str, state: str = "proposed") -> str:
    return (
        "insert into placements (id, created_at, changed_at, version, pupil_id, commissioner_id, provider_id,"
        " spot_purchase, calendar_id, state, tier, primary_reason, pattern, online, objectives, intended_next_step,"
        " starts_on, planned_end_on, ends_on, start_told, end_told) values (%(new)s, now(), now(), 1,"
        f" %({pupil})s, %({commissioner})s, %({provider})s, true, %(calendar)s, '{state}', 'time_limited', 'other',"
        " 'full_time', false, '{x}', 'x', '2026-11-02', '2027-02-12', '2027-02-12', false, false)"
    )


def submission(provider: str, client: str) -> str:
    return (
        "insert into attendance_submissions (id, provider_id, client_id, received_at, recorded, unchanged, rejected)"
        f" values (%(new)s, %({provider})s, %({client})s, now(), 0, 0, 0)"
    )


def keep(organisation: str, client: str) -> str:
    return (
        "insert into idempotency_records (client_id, key, organisation_id, fingerprint, status, headers, body,"
        f" created_at) values (%({client})s, 'k', %({organisation})s, '', 200, '{{}}', '', now())"
    )


def raise_alert(by: str) -> str:
    return (
        "insert into absconding_alerts (id, created_at, changed_at, version, placement_id, raised_by_id, raised_at,"
        f" state, as_received, flags) values (%(new)s, now(), now(), 1, %(placement)s, %({by})s, now(), 'raised', '',"
        " '{}')"
    )


MARK = (
    f"with sent as ({submission('strange_provider', 'strange_provider_client')} returning id)"
    " insert into attendance_marks (id, on_date, placement_id, session, submission_id, provider_id, fact,"
    " suggested_code, suggested_by, received_at, origin, client_id) select gen_random_uuid(), '2026-11-24',"
    " %(placement)s, 'am', id, %(strange_provider)s, 'present', 'B', 'x', now(), 'submission',"
    " %(strange_provider_client)s from sent"
)
REPORT = (
    "insert into progress_reports (id, created_at, changed_at, version, placement_id, form_id, school_year, term,"
    " state, due_on, answers) values (%(new)s, now(), now(), 1, %(placement)s, %(form)s, '2026-27', 'summer',"
    " 'accepted', '2027-02-12', '{}')"
)
TARGET = (
    "insert into report_targets (id, report_id, placement_id, submitted, target_id, position, text, carried_forward)"
    " values (%(new)s, %({1})s, %(placement)s, {0}, %(new)s, 9, 'x', false)"
)
COUNCIL = (
    "insert into organisations (id, created_at, changed_at, version, kind, name, sandbox_id, registered_by_id,"
    " target_groups, published) select %(new)s, now(), now(), 1, 'council', 'x', sandbox_id, id, '{}', false"
    " from organisations where id = %(strange_provider)s"
)
AUDIT = (
    "insert into audit_entries (at, organisation_id, client_id, operation, request_id, status, placement_ids,"
    " pupil_ids) values (now(), %(stranger)s, %(provider_client)s, 'x', 'x', 200, '{}', '{}')"
)
OUTCOME = (
    "insert into outcomes (id, placement_id, number, recorded_by_id, recorded_by, recorded_at, destination, moved_on,"
    " reason, objectives, success_reason) values (%(new)s, %(placement)s, 1, %({0})s, 'x', now(), 'unknown',"
    " '2026-12-19', 'other', '[]', 'x')"
)
LEAVER = (
    "insert into leaver_destinations (id, placement_id, number, recorded_by_id, recorded_by, recorded_at, destination)"
    " values (%(new)s, %(placement)s, 1, %({0})s, 'x', now(), 'unknown')"
)
TWO_ROLLS = (
    "insert into dual_registrations (id, created_at, changed_at, version, placement_id, pupil_id, main_school_id,"
    " subsidiary_id, state, from_on, reason, sessions, recorded_by_id) select %(new)s, now(), now(), 1, id, pupil_id,"
    " %(school)s, %(provider)s, 'standing', starts_on, 'other', '{{}}', %({0})s from placements"
    " where id = %(placement)s"
)
CHECK = (
    "with said as (" + LEAVER + " returning id, placement_id)"
    " insert into sustained_checks (id, created_at, changed_at, version, placement_id, leaver_destination_id, state,"
    " moved_on) select gen_random_uuid(), now(), now(), 1, placement_id, id, 'open', '2026-12-19' from said"
)
WANTS = (
    "insert into notification_settings (id, created_at, changed_at, version, organisation_id, daily_on, daily_addresses,"
    " morning_at, afternoon_at, list_on, list_addresses, list_at) values (%(new)s, now(), now(), 1, %(commissioner)s,"
    " true, '{x@evil.example}', '09:45', '14:15', true, '{}', '09:31')"
)
EMAILED = (
    "insert into email_deliveries (id, created_at, changed_at, version, kind, part, on_date, organisation_id, roles,"
    " address, state, due_at, useful_until, next_attempt_at, attempts, placement_ids) values (%(new)s, now(), now(), 1,"
    " 'daily_attendance', 'am', '2026-11-24', %(commissioner)s, '{}', 'x@evil.example', 'pending', now(), now(), now(),"
    " '[]', '{}')"
)
SLOTS = "timetable_slots where placement_id = %(placement)s"
UNRECEIVED = "where placement_id = %(placement)s and first_received_at is null"
WAIVER = f"update expected_sessions set waived_by = 'suspension', waived_at = now() {UNRECEIVED}"
NOTICES = "alert_notifications where alert_id = %(alert)s"
STEP = (
    "insert into alert_steps (id, alert_id, placement_id, what, at, recorded_at, by_id)"
    " values (%(new)s, %(alert)s, %(placement)s, 'closed', now(), now(), %({0})s)"
)
TAKEN = "update alert_notifications set state = 'acknowledged' where alert_id = %(alert)s"

# Who tries what, and the words of the refusal; "nothing" where the rows are not its to change.
FORBIDDEN = {
    "a stranger places a child it cannot see": ("stranger", place("stranger", "provider", "pupil"), "placements"),
    "a provider commissions for a child that it has only been offered": (
        "provider",
        place("provider", "strange_provider", "pupil"),
        "placements",
    ),
    "a provider commissions for a child that it does not know": (
        "strange_provider",
        place("strange_provider", "provider", "watcher_pupil"),
        "placements",
    ),
    "a provider is placed with in a council's name": (
        "strange_provider",
        place("commissioner", "strange_provider", "pupil"),
        "placements",
    ),
    "a commissioner accepts for the provider": (
        "commissioner",
        place("commissioner", "provider", "pupil", "accepted"),
        "placements",
    ),
    "a provider marks another's session": ("strange_provider", MARK, '"attendance_marks"'),
    "a submission in the name of another's client": (
        "strange_provider",
        submission("strange_provider", "provider_client"),
        "attendance_submissions",
    ),
    "a reply kept under another's client": ("stranger", keep("stranger", "provider_client"), "idempotency_records"),
    "an audit entry in the name of another's client": ("stranger", AUDIT, "audit_entries"),
    "a provider takes an acceptance back": (
        "provider",
        "update placements set state = 'proposed' where id = %(placement)s",
        "not moved so",
    ),
    "a host school withdraws a proposal": (
        "school",
        "update placements set state = 'withdrawn' where id = %(proposed)s",
        "not moved so",
    ),
    "a commissioner accepts its own proposal": (
        "commissioner",
        "update placements set state = 'accepted' where id = %(proposed)s",
        "not moved so",
    ),
    "a party removes a placement": ("commissioner", "delete from placements where id = %(new)s", "permission denied"),
    "a watcher waives sessions": ("watcher", WAIVER, "nothing"),
    "a watcher removes sessions": ("watcher", f"delete from expected_sessions {UNRECEIVED}", "nothing"),
    "a watcher changes a timetable": (
        "watcher",
        "update timetables set applies_from = '2026-12-01' where placement_id = %(placement)s",
        "permission denied",
    ),
    "a watcher adds a timetable": (
        "watcher",
        "insert into timetables (id, created_at, changed_at, version, placement_id, applies_from)"
        " values (%(new)s, now(), now(), 1, %(placement)s, '2026-12-01')",
        '"timetables"',
    ),
    "a watcher removes slots": ("watcher", f"delete from {SLOTS}", "permission denied"),
    "a watcher adds to an alert's timeline": ("watcher", STEP.format("watcher"), "alert_steps"),
    "a school adds to a timeline in the council's name": ("school", STEP.format("commissioner"), "alert_steps"),
    "a school rewrites a timeline": (
        "school",
        "update alert_steps set what = 'x' where id = %(new)s",
        "alert_steps",
    ),
    "a school adds an attempt": (
        "school",
        "insert into alert_attempts (id, alert_id, notification_id, placement_id, number, organisation_id,"
        " contact_role, sent_to, began_at) select %(new)s, alert_id, id, placement_id, 1, %(school)s, 'x', 'x', now()"
        f" from {NOTICES} limit 1",
        "alert_attempts",
    ),
    "a school acknowledges what the council was told": (
        "school",
        f"{TAKEN} and organisation_id = %(commissioner)s",
        "nothing",
    ),
    "a watcher raises an alert in the provider's name": ("watcher", raise_alert("provider"), "absconding_alerts"),
    "a school raises an alert in the provider's name": ("school", raise_alert("provider"), "absconding_alerts"),
    "a watcher settles a report": ("watcher", REPORT, "progress_reports"),
    "a school writes a report": ("school", REPORT, "progress_reports"),
    "a watcher accepts a report": (
        "watcher",
        "update progress_reports set state = 'accepted' where id = %(report)s",
        "nothing",
    ),
    "a provider accepts its own report": (
        "provider",
        "update progress_reports set state = 'accepted' where id = %(report)s",
        "this side does not change",
    ),
    "a school rewrites a report": (
        "school",
        "update progress_reports set answers = '{}' where id = %(report)s",
        "this side does not change",
    ),
    "a provider forgets that its report was late": (
        "provider",
        "update progress_reports set handed_in_late = true, due_on = due_on + 100 where id = %(report)s",
        "this side does not change",
    ),
    "a provider writes what others read of its targets": (
        "provider",
        TARGET.format("true", "report"),
        "report_targets",
    ),
    "a provider adds a target to what it has handed in": (
        "provider",
        TARGET.format("false", "report"),
        "report_targets",
    ),
    "a school writes a target": ("school", TARGET.format("false", "draft"), "report_targets"),
    "a strange provider writes a target": ("strange_provider", TARGET.format("false", "draft"), "report_targets"),
    "a provider rewrites a target": (
        "provider",
        "update report_targets set text = 'x' where report_id = %(draft)s",
        "permission denied",
    ),
    "a school removes what was handed in": (
        "school",
        "delete from report_targets where report_id = %(report)s",
        "nothing",
    ),
    "a council rewrites its form": (
        "commissioner",
        "update report_forms set form = '{}' where id = %(form)s",
        "permission denied",
    ),
    "a council removes its form": ("commissioner", "delete from report_forms where id = %(new)s", "permission denied"),
    "a council withdraws another's form": (
        "stranger",
        "update report_forms set withdrawn_at = now() where id = %(form)s",
        "nothing",
    ),
    "a council publishes a form of nobody's": (
        "commissioner",
        "insert into report_forms (id, created_at, changed_at, version, name, edition, form)"
        " values (%(new)s, now(), now(), 1, 'x', 1, '{}')",
        "report_forms",
    ),
    "a host school removes notifications": ("school", f"delete from {NOTICES}", "permission denied"),
    "a host school rewrites an alert": (
        "school",
        "update absconding_alerts set raised_by_id = %(school)s, description = 'x' where id = %(alert)s",
        "permission denied",
    ),
    "a school records an outcome": ("school", OUTCOME.format("school"), '"outcomes"'),
    "a provider records an outcome": ("provider", OUTCOME.format("provider"), '"outcomes"'),
    "an outcome in the commissioner's name": ("school", OUTCOME.format("commissioner"), '"outcomes"'),
    "an outcome is rewritten": (
        "commissioner",
        "update outcomes set successful = true where placement_id = %(placement)s or id = %(new)s",
        "permission denied",
    ),
    "an outcome is removed": ("commissioner", "delete from outcomes where id = %(new)s", "permission denied"),
    "a provider records a leaver's destination": ("provider", LEAVER.format("provider"), "leaver_destinations"),
    "a watcher records a leaver's destination": ("watcher", LEAVER.format("watcher"), "leaver_destinations"),
    "a provider records a dual registration": ("provider", TWO_ROLLS.format("provider"), "dual_registrations"),
    "a school records one in the commissioner's name": (
        "school",
        TWO_ROLLS.format("commissioner"),
        "dual_registrations",
    ),
    "a provider makes a check": ("provider", CHECK.format("provider"), "leaver_destinations"),
    "a check is dated by hand": (
        "commissioner",
        "update sustained_checks set due_on = '2026-12-20' where id = %(new)s",
        "permission denied",
    ),
    "a finding is rewritten": (
        "commissioner",
        "update sustained_findings set evidence = 'x' where id = %(new)s",
        "permission denied",
    ),
    "a school says where a council's emails go": ("school", WANTS, '"notification_settings"'),
    "a council writes down an email of its own": ("commissioner", EMAILED, "permission denied"),
    "a provider makes itself a council": (
        "provider",
        "update organisations set kind = 'council', council_id = %(stranger)s where id = %(provider)s",
        "never changes",
    ),
    "a school moves to another council": (
        "school",
        "update organisations set council_id = %(stranger)s where id = %(school)s",
        "never changes",
    ),
    "a provider registers a council": ("strange_provider", COUNCIL, "organisations"),
}
# The same, where the rule holds for the owner too.
NEVER = {
    "a provider moves the planned end": (
        "provider",
        "update placements set ends_on = ends_on + 1, planned_end_on = planned_end_on + 1 where id = %(placement)s",
        "never changes",
    ),
    "an event with a name in its path": (
        "stranger",
        "select record_event('x.y', now(), now(), '/v1/evil/NAME', '{}', array[%(stranger)s])",
        "nothing else",
    ),
    "an event with a sentence for its type": (
        "stranger",
        "select record_event('Ada Example', now(), now(), '/v1/contacts', '{}', array[%(stranger)s])",
        "nothing else",
    ),
    "an event for another world": (
        "stranger",
        "select record_event('x.y', now(), now(), '/v1/contacts', '{}', array[%(elsewhere)s])",
        "another world",
    ),
}


@pytest.mark.parametrize(
    ("who", "statement", "refusal"), [pytest.param(*row, id=id_) for id_, row in (FORBIDDEN | NEVER).items()]
)
def test_it_is_refused(scene: Scene, database: Addresses, who: str, statement: str, refusal: str) -> None:
    with psycopg.connect(_url(database.app)) as connection:
        _speak(connection, scene, who)
        if refusal == "nothing":
            assert connection.execute(statement, scene.values).rowcount == 0
        else:
            with pytest.raises(psycopg.Error, match=refusal):
                connection.execute(statement, scene.values)
        connection.rollback()


@pytest.mark.parametrize("statement", [pytest.param(row[1], id=id_) for id_, row in FORBIDDEN.items()])
def test_it_is_well_written(scene: Scene, database: Addresses, statement: str) -> None:
    with psycopg.connect(_url(database.owner)) as connection:
        done = connection.execute(statement, scene.values)
        assert done.rowcount > 0 or "%(new)s" in statement
        connection.rollback()


@pytest.mark.parametrize(
    ("who", "seen"), [("provider", 1), ("stranger", 0), ("strange_provider", 0), ("school", 0), ("commissioner", 1)]
)
def test_who_watches_over_a_provider_is_shown_to_it_and_to_them(
    scene: Scene, database: Addresses, who: str, seen: int
) -> None:
    with psycopg.connect(_url(database.owner)) as connection:
        connection.execute(
            "update organisations set registered_by_id = %(commissioner)s where id = %(provider)s", scene.values
        )
        _speak(connection, scene, who)
        found = connection.execute("select council_id from councils_overseeing(%(provider)s)", scene.values).fetchall()
        connection.rollback()
    assert len(found) == seen


def test_every_type_of_event_may_be_recorded(scene: Scene, database: Addresses) -> None:
    with psycopg.connect(_url(database.app)) as connection:
        _speak(connection, scene, "stranger")
        for each in EventType:
            connection.execute(
                "select record_event(%s, now(), now(), '/v1/contacts', '{}', array[%s])",
                [each.value, scene.values["stranger"]],
            )
        connection.rollback()


def _url(address: str) -> str:
    return address.replace("+psycopg", "", 1)


def _one(connection: psycopg.Connection, statement: str, value: object) -> UUID:
    row = connection.execute(statement, [value]).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def _speak(connection: psycopg.Connection, scene: Scene, who: str) -> None:
    """Sets what the edge sets for a caller of this organisation."""
    council = scene.councils[who]
    settings = {
        "app.organisation": str(scene.who[who].id),
        "app.client": str(scene.who[who].client_id),
        "app.sandbox": str(scene.sandbox),
        "app.council": str(council or ""),
    }
    for name, value in settings.items():
        connection.execute("select set_config(%s, %s, true)", [name, value])

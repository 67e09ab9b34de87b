"""Content outlives no attachment, and no attachment its content: whatever is killed in between."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI

from app.attachments.store import AttachmentStore, path_of
from app.clock import utc_now
from app.db.embedded_database import Addresses
from app.outbox.tools import Tools
from app.problems import Unavailable
from app.services.attachments_checking import check_attachments
from app.services.attachments_erasing import erase_withdrawn
from app.settings import Settings
from app.worker import Worker
from tests.attaching import attached, declared, pdf, put, withdraw
from tests.databases import Databases
from tests.ledger import Ledger
from tests.running import own_database, running, settings_for
from tests.test_identity_severances import an_hour_later, sever
from tests.test_progress_reports import begun
from tests.world import World


@pytest.fixture(scope="module")
async def database(databases: Databases) -> AsyncIterator[Addresses]:
    """A worker erases for every world of its database."""
    async with own_database(databases) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def settings(database: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = str(tmp_path_factory.mktemp("attachments"))
    return settings_for(database).model_copy(update={"attachments_folder": folder})


@pytest.fixture(scope="module")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with running(settings) as application:
        yield application


@pytest.fixture
def worker(app: FastAPI, settings: Settings) -> Worker:
    return Worker(Tools(app.state.worker_sessions, settings))


async def policy(world: World) -> str:
    return await attached(world.provider, "provider_policy", str(world.provider.id))


async def place_of(ledger: Ledger, settings: Settings, path: str) -> Path:
    """Where the content of an attachment is, or would be."""
    [(key,)] = await ledger.sql("select stored_as from attachments where id = :id", id=path.rpartition("/")[2])
    return Path(settings.attachments_folder) / path_of(UUID(str(key)))


async def test_what_is_withdrawn_is_erased_and_nothing_else(
    world: World, ledger: Ledger, settings: Settings, worker: Worker
) -> None:
    kept, gone = await policy(world), await policy(world)
    places = [await place_of(ledger, settings, path) for path in (kept, gone)]
    assert [place.read_bytes() for place in places] == [pdf(), pdf()]
    await withdraw(world.provider, gone)
    await worker.erase_attachments()
    assert [place.exists() for place in places] == [True, False]
    assert (await world.provider.get(f"{kept}/content")).content == pdf()


async def test_what_was_put_while_it_was_being_withdrawn_is_erased_a_day_later(
    world: World, ledger: Ledger, settings: Settings, worker: Worker, app: FastAPI
) -> None:
    path = await policy(world)
    place = await place_of(ledger, settings, path)
    await withdraw(world.provider, path)
    await worker.erase_attachments()
    place.write_bytes(pdf())
    store = AttachmentStore(settings)
    async with app.state.worker_sessions() as session:
        assert await erase_withdrawn(session, store, utc_now() + timedelta(hours=23)) == 0
        assert await erase_withdrawn(session, store, utc_now() + timedelta(hours=25)) >= 1
        await session.commit()
    assert not place.exists()
    left = "select count(*) from attachment_erasures where stored_as = cast(:key as uuid)"
    assert await ledger.sql(left, key=place.name) == [(0,)]


async def test_a_request_that_dies_after_the_content_was_put_leaves_nothing_to_read_and_can_be_sent_again(
    world: World, ledger: Ledger, settings: Settings, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await declared(world.provider, "provider_policy", str(world.provider.id))
    put_into = AttachmentStore.put

    async def dies(self: AttachmentStore, key: UUID, content: bytes) -> None:
        await put_into(self, key, content)
        raise RuntimeError("killed")

    monkeypatch.setattr(AttachmentStore, "put", dies)
    assert (await put(world.provider, path, pdf())).status_code == 500
    monkeypatch.undo()
    assert (await place_of(ledger, settings, path)).exists()
    assert (await world.provider.get(path)).json()["state"] == "declared"
    assert (await world.provider.get(f"{path}/content")).status_code == 404
    assert (await world.school.get(path)).status_code == 404
    assert (await put(world.provider, path, pdf())).status_code == 200
    assert (await world.school.get(f"{path}/content")).content == pdf()


async def test_a_store_that_does_not_answer_is_a_503_and_nothing_is_noted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await declared(world.provider, "provider_policy", str(world.provider.id))

    async def away(self: AttachmentStore, key: UUID, content: bytes) -> None:
        raise Unavailable

    monkeypatch.setattr(AttachmentStore, "put", away)
    answer = await put(world.provider, path, pdf())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert (await world.provider.get(path)).json()["state"] == "declared"


async def test_what_never_came_lapses_after_a_week_and_what_lies_there_is_erased(
    world: World, ledger: Ledger, settings: Settings, worker: Worker
) -> None:
    waiting, stored = await declared(world.provider, "provider_policy", str(world.provider.id)), await policy(world)
    place = await place_of(ledger, settings, waiting)
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(pdf())
    for seconds, state in ((7 * 86_400 - 60, "declared"), (120, "lapsed")):
        await world.council.post("/v1/sandbox/clock/advance", {"seconds": seconds})
        assert (await world.provider.get(waiting)).json()["state"] == state
    refused = await put(world.provider, waiting, pdf())
    assert (refused.status_code, refused.json()["rule"]) == (409, "wrong_state")
    assert (await world.provider.get(stored)).json()["state"] == "stored"
    await worker.erase_attachments()
    assert not place.exists()
    assert (await world.provider.get(f"{stored}/content")).status_code == 200


async def test_damaged_or_missing_content_is_never_handed_out(world: World, ledger: Ledger, settings: Settings) -> None:
    path = await policy(world)
    place = await place_of(ledger, settings, path)
    for content in (pdf().replace(b"Pages", b"Pagez"), pdf()[:-1], b""):
        place.write_bytes(content)
        assert (await world.provider.get(f"{path}/content")).status_code == 500, content
    place.unlink()
    answer = await world.provider.get(f"{path}/content")
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal-error")


async def test_files_of_a_child_whose_identity_is_severed_are_gone_at_once_and_erased(
    world: World, ledger: Ledger, settings: Settings, worker: Worker
) -> None:
    report = await begun(world)
    path = await attached(world.provider, "progress_report", report.rpartition("/")[2], title="About Ada Example")
    place = await place_of(ledger, settings, path)
    await world.provider.act(report, "submission")
    placement = (await world.provider.get(report)).json()["placement_id"]
    pupil = (await world.council.get(f"/v1/placements/{placement}")).json()["pupil_id"]
    assert (await sever(world.council, pupil)).status_code == 200
    for party in (world.provider, world.school, world.council):
        assert (await party.get(path)).status_code == 404
        assert (await party.get(f"{path}/content")).status_code == 404
    await an_hour_later(world)
    assert await ledger.sql("select 1 from attachments where id = :id", id=path.rpartition("/")[2]) == []
    await worker.erase_attachments()
    assert not place.exists()


async def test_several_workers_erase_together(world: World, ledger: Ledger, settings: Settings, worker: Worker) -> None:
    places = []
    for _ in range(6):
        path = await policy(world)
        places.append(await place_of(ledger, settings, path))
        await withdraw(world.provider, path)
    await asyncio.gather(*(worker.erase_attachments() for _ in range(3)))
    assert not any(place.exists() for place in places)


async def test_the_check_names_what_is_missing_or_damaged_and_what_nothing_leads_to(
    world: World, ledger: Ledger, settings: Settings, app: FastAPI
) -> None:
    whole, missing, damaged = [await policy(world) for _ in range(3)]
    (await place_of(ledger, settings, missing)).unlink()
    (await place_of(ledger, settings, damaged)).write_bytes(pdf().replace(b"Pages", b"Pagez"))
    store, orphan = AttachmentStore(settings), uuid4()
    await store.put(orphan, b"x")
    async with app.state.worker_sessions() as session:
        found = await check_attachments(session, store, utc_now())
        assert {str(each) for each in found.missing} >= {missing.rpartition("/")[2]}
        assert {str(each) for each in found.damaged} >= {damaged.rpartition("/")[2]}
        assert whole.rpartition("/")[2] not in {str(each) for each in [*found.missing, *found.damaged]}
        assert orphan not in found.orphans, "what is young may still be named"
        found = await check_attachments(session, store, utc_now() + timedelta(hours=25), erase_orphans=True)
        assert orphan in found.orphans
    assert orphan not in [each.key async for each in store.all()]
    assert (await world.provider.get(f"{whole}/content")).status_code == 200


NOT_LET = [
    ("update attachments set sha256 = repeat('0', 64) where id = cast(:id as uuid)", "permission denied"),
    ("update attachments set subject_id = gen_random_uuid() where id = cast(:id as uuid)", "permission denied"),
    ("update attachments set state = 'declared' where id = cast(:id as uuid)", "moves on"),
    ("delete from attachments where id = cast(:id as uuid)", "permission denied"),
    ("insert into attachment_erasures values (cast(:id as uuid), now(), null)", "permission denied"),
    ("delete from attachment_erasures where stored_as = cast(:id as uuid)", "permission denied"),
]


async def test_the_database_lets_nobody_pass_off_one_file_for_another(world: World, ledger: Ledger) -> None:
    path = await policy(world)
    for statement, refused in NOT_LET:
        with pytest.raises(Exception, match=refused):
            await ledger.sql_as(world.provider.id, statement, id=path.rpartition("/")[2])


async def test_the_database_keeps_what_is_withdrawn_and_whose_it_is(world: World, ledger: Ledger) -> None:
    gone, kept = await policy(world), await policy(world)
    await withdraw(world.provider, gone)
    revive = "update attachments set state = 'stored', title = 'x', file_name = 'x', withdrawn_at = null where id = cast(:id as uuid)"
    with pytest.raises(Exception, match="stands no more"):
        await ledger.sql_as(world.provider.id, revive, id=gone.rpartition("/")[2])
    take = "update attachments set state = 'withdrawn', title = null, file_name = null, withdrawn_at = now() where id = cast(:id as uuid)"
    await ledger.sql_as(world.council.id, take, id=kept.rpartition("/")[2])
    assert (await world.provider.get(kept)).json()["state"] == "stored"


async def test_nobody_attaches_to_what_is_anothers_in_the_database_either(world: World, ledger: Ledger) -> None:
    report = (await begun(world)).rpartition("/")[2]
    [(placement,)] = await ledger.sql("select placement_id from progress_reports where id = :id", id=report)
    other = await world.placement()
    add = (
        "insert into attachments (id, created_at, changed_at, version, about, subject_id, placement_id, added_by_id, title,"
        " file_name, media_type, size, sha256, state, stored_as) values (gen_random_uuid(), now(), now(), 1,"
        " 'progress_report', cast(:report as uuid), cast(:placement as uuid), :me, 'x', 'x', 'x', 1, 'x', :state,"
        " gen_random_uuid())"
    )
    values = {"report": report, "placement": placement, "me": world.provider.id, "state": "declared"}
    await ledger.sql_as(world.provider.id, add, **values)
    for who, changes in (
        (world.provider, {"placement": other}),
        (world.provider, {"report": uuid4()}),
        (world.provider, {"me": world.school.id}),
        (world.provider, {"state": "withdrawn"}),
        (world.school, {"me": world.school.id}),
        (world.council, {"me": world.council.id}),
        (world.other_provider, {"me": world.other_provider.id}),
    ):
        with pytest.raises(Exception, match=r"row-level security|violates check"):
            await ledger.sql_as(who.id, add, **values | changes)

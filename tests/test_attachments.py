"""Files beside reports, visits and the rest: declared, stored, read by whoever reads what they are about, withdrawn."""

import asyncio
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest

from app.rules.attachments import MOST_ATTACHMENTS, FileType
from tests.assuring import insured
from tests.attaching import ATTACHMENTS, SAMPLES, attached, declaration, declared, openxml, pdf, put, withdraw
from tests.ledger import Ledger
from tests.ledger_model import instant
from tests.test_attachments_files import HTML
from tests.test_progress_reports import begun
from tests.world import Party, World

NOWHERE = "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"
POLICY = "provider_policy"


async def listed(party: Party, about: str, subject_id: str, **filters: Any) -> list[dict[str, Any]]:
    answer = await party.get(ATTACHMENTS, about=about, subject_id=subject_id, **filters)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def policy(world: World, content: bytes = pdf(), file_type: FileType = FileType.PDF) -> str:
    """The path of a policy of the provider's."""
    return await attached(world.provider, POLICY, str(world.provider.id), content, file_type)


async def test_a_file_is_declared_stored_and_read_by_those_who_may_read_what_it_is_about(
    world: World, ledger: Ledger
) -> None:
    content = pdf()
    path = await declared(world.provider, POLICY, str(world.provider.id), content)
    waiting = (await world.provider.get(path)).json()
    assert (waiting["state"], waiting["stored_at"], waiting["size"]) == ("declared", None, len(content))
    assert (await world.school.get(path)).status_code == 404
    assert (await world.provider.get(f"{path}/content")).status_code == 404
    stored = await put(world.provider, path, content)
    assert (stored.status_code, stored.json()["state"]) == (200, "stored")
    assert (await world.school.get(path)).json() == stored.json()
    file = await world.school.get(f"{path}/content")
    assert (file.status_code, file.content) == (200, content)
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.headers["Content-Disposition"] == f'attachment; filename="{path.rpartition("/")[2]}.pdf"'
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert file.headers["Cache-Control"] == "no-store"
    assert file.headers["Repr-Digest"].startswith("sha-256=:")
    assert await ledger.told("attachment.stored", path) == {world.provider.id}


async def test_a_file_of_each_type_comes_back_as_it_was(world: World) -> None:
    for file_type, content in SAMPLES.items():
        path = await policy(world, content, file_type)
        file = await world.council.get(f"{path}/content")
        assert (file.content, file.headers["Content-Type"].partition(";")[0]) == (content, file_type.value)


async def test_a_file_of_many_pieces_comes_back_whole(world: World) -> None:
    content = openxml(FileType.DOCX, {"word/media/a.bin": _noise(9 * 1_048_576)})
    assert len(content) > 9 * 1_048_576
    path = await policy(world, content, FileType.DOCX)
    file = await world.council.get(f"{path}/content")
    assert sha256(file.content).digest() == sha256(content).digest()


def _noise(size: int) -> bytes:
    return b"".join(sha256(number.to_bytes(4, "big")).digest() for number in range(size // 32))


@pytest.mark.parametrize(
    ("content", "media_type", "codes"),
    [
        (pdf() + b" ", "application/pdf", {"size_not_as_declared", "checksum_not_as_declared"}),
        (pdf().replace(b"Pages", b"Pagez"), "application/pdf", {"checksum_not_as_declared"}),
        (pdf(), "image/png", {"media_type_not_as_declared"}),
        (HTML, "application/pdf", {"size_not_as_declared", "checksum_not_as_declared", "content_not_of_type"}),
    ],
)
async def test_content_that_is_not_what_was_declared_is_refused_and_every_fault_named(
    world: World, content: bytes, media_type: str, codes: set[str]
) -> None:
    path = await declared(world.provider, POLICY, str(world.provider.id))
    answer = await put(world.provider, path, content, media_type)
    assert answer.status_code == 422, answer.text
    assert {each["code"] for each in answer.json()["errors"]} == codes
    assert (await world.provider.get(path)).json()["state"] == "declared"
    assert (await put(world.provider, path, pdf())).status_code == 200


async def test_a_file_that_lies_about_its_type_is_refused_though_it_was_declared_so(world: World) -> None:
    macros = openxml(FileType.DOCX, {"word/vbaProject.bin": b"x"})
    for content, file_type, code in (
        (HTML, FileType.PDF, "content_not_of_type"),
        (HTML, FileType.TEXT, "content_not_of_type"),
        (macros, FileType.DOCX, "file_has_active_content"),
    ):
        path = await declared(world.provider, POLICY, str(world.provider.id), content, file_type)
        answer = await put(world.provider, path, content, file_type.value)
        assert [each["code"] for each in answer.json()["errors"]] == [code]
        assert (await world.provider.get(path)).json()["state"] == "declared"


async def test_types_that_are_not_taken_cannot_be_sent(world: World) -> None:
    path = await declared(world.provider, POLICY, str(world.provider.id))
    for media_type in ("text/html", "image/svg+xml", "application/zip", "multipart/form-data; boundary=x"):
        assert (await put(world.provider, path, HTML, media_type)).status_code == 415
    assert (await put(world.provider, path, b"")).status_code == 422
    assert (await put(world.provider, path, b"x" * (20 * 1_048_576 + 1))).status_code == 413


MALFORMED: list[tuple[dict[str, Any], str, str]] = [
    ({"about": "pupil"}, "/about", "not_one_of"),
    ({"subject_id": NOWHERE}, "/subject_id", "subject_not_found"),
    ({"file_name": "policy.exe"}, "/file_name", "file_name_not_of_type"),
    ({"file_name": "../policy.pdf"}, "/file_name", "file_name_unsafe"),
    ({"file_name": "a\npolicy.pdf"}, "/file_name", "not_as_written"),
    ({"media_type": "text/html"}, "/media_type", "not_one_of"),
    ({"size": 0}, "/size", "too_small"),
    ({"size": 20 * 1_048_576 + 1}, "/size", "too_large"),
    ({"sha256": "0" * 63}, "/sha256", "not_as_written"),
    ({"sha256": "A" * 64}, "/sha256", "not_as_written"),
    ({"title": " "}, "/title", "blank"),
    ({"content": "aGVsbG8="}, "/content", "unknown_member"),
]


async def test_a_malformed_declaration_changes_nothing(world: World) -> None:
    for changes, pointer, code in MALFORMED:
        answer = await world.provider.post(ATTACHMENTS, declaration(POLICY, str(world.provider.id), pdf()) | changes)
        assert answer.status_code == 422, answer.text
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]
    assert await listed(world.provider, POLICY, str(world.provider.id)) == []


async def test_whoever_may_not_write_what_it_is_about_attaches_nothing(world: World) -> None:
    certificate = (await insured(world.provider)).rpartition("/")[2]
    for party in (world.other_provider, world.school, world.council):
        for about, subject in ((POLICY, str(world.provider.id)), ("insurance_certificate", certificate)):
            answer = await party.post(ATTACHMENTS, declaration(about, subject, pdf()))
            assert [each["code"] for each in answer.json()["errors"]] == ["subject_not_found"], (party.name, about)
    path = await policy(world)
    for party in (world.other_provider, world.school, world.council):
        assert (await put(party, path, pdf())).status_code == 404
        assert (await withdraw(party, path)).status_code == 404


async def test_a_client_needs_the_scope_of_what_it_is_about_as_well(world: World) -> None:
    report = (await begun(world)).rpartition("/")[2]
    path = await attached(world.provider, "progress_report", report)
    client = await world.provider.post(
        "/v1/api-clients", {"name": "Files", "scopes": ["attachments:read", "attachments:write", "directory:read"]}
    )
    key = await world.provider.post(f"/v1/api-clients/{client.json()['id']}/keys", {"kind": "api_key"})
    headers = {"Authorization": f"Bearer {key.json()['secret']}", "Idempotency-Key": str(uuid4())}
    http = world.provider.http
    about = {"about": "progress_report", "subject_id": report}
    for answer in (
        await http.get(ATTACHMENTS, params=about, headers=headers),
        await http.get(path, headers=headers),
        await http.get(f"{path}/content", headers=headers),
        await http.post(ATTACHMENTS, json=declaration("progress_report", report, pdf()), headers=headers),
        await http.post(ATTACHMENTS, json=declaration(POLICY, str(world.provider.id), pdf()), headers=headers),
        await http.delete(path, headers=headers | {"If-Match": '"2-0000000000000000"'}),
    ):
        assert answer.status_code == 403, answer.text
        assert answer.json()["needed_scope"] in ("reports:read", "reports:write", "directory:write")


async def test_an_attachment_that_is_withdrawn_keeps_nothing_but_that_it_was_there(
    world: World, ledger: Ledger
) -> None:
    path = await policy(world)
    assert (await withdraw(world.provider, path)).status_code == 204
    for party in (world.provider, world.school):
        left = (await party.get(path)).json()
        assert (left["state"], left["title"], left["file_name"]) == ("withdrawn", None, None)
        assert (await party.get(f"{path}/content")).status_code == 404
    again = await withdraw(world.provider, path)
    assert (again.status_code, again.json()["rule"], again.json()["possible_verbs"]) == (409, "wrong_state", [])
    assert (await put(world.provider, path, pdf())).json()["rule"] == "wrong_state"
    assert await ledger.told("attachment.withdrawn", path) == {world.provider.id}


async def test_one_that_is_withdrawn_before_it_came_was_never_anybody_elses(world: World, ledger: Ledger) -> None:
    path = await declared(world.provider, POLICY, str(world.provider.id))
    assert (await withdraw(world.provider, path)).status_code == 204
    assert (await world.school.get(path)).status_code == 404
    assert await listed(world.school, POLICY, str(world.provider.id)) == []
    assert await ledger.told("attachment.withdrawn", path) == set()


async def test_content_comes_once(world: World) -> None:
    path = await declared(world.provider, POLICY, str(world.provider.id))
    bare = await world.provider.http.put(f"{path}/content", content=pdf(), headers={"Content-Type": "application/pdf"})
    assert bare.status_code == 428
    etag = (await world.provider.get(path)).headers["ETag"]
    assert (await put(world.provider, path, pdf())).status_code == 200
    headers = {"If-Match": etag, "Content-Type": "application/pdf"}
    late = await world.provider.http.put(f"{path}/content", content=pdf(), headers=headers)
    assert late.status_code == 412
    assert (await put(world.provider, path, pdf())).json()["rule"] == "wrong_state"


async def test_of_two_who_send_at_once_one_stores_it(world: World, ledger: Ledger) -> None:
    path = await declared(world.provider, POLICY, str(world.provider.id))
    answers = await asyncio.gather(*(put(world.provider, path, pdf()) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers)[0] == 200
    assert [answer.status_code for answer in answers].count(200) == 1
    told = "select count(*) from events where resource = :path and type = 'attachment.stored'"
    assert await ledger.sql(told, path=path) == [(1,)]


async def test_it_is_stored_or_withdrawn_when_both_come_at_once(world: World) -> None:
    path = await declared(world.provider, POLICY, str(world.provider.id))
    stored, withdrawn = await asyncio.gather(put(world.provider, path, pdf()), withdraw(world.provider, path))
    state = (await world.provider.get(path)).json()["state"]
    assert (stored.status_code, withdrawn.status_code, state) in (
        (200, 412, "stored"),
        (200, 204, "withdrawn"),
        (409, 204, "withdrawn"),
        (412, 204, "withdrawn"),
    )


async def test_something_takes_so_many_files_and_no_more_however_many_come_at_once(world: World) -> None:
    body = declaration(POLICY, str(world.provider.id), pdf())
    for _ in range(MOST_ATTACHMENTS - 2):
        assert (await world.provider.post(ATTACHMENTS, body)).status_code == 201
    answers = await asyncio.gather(*(world.provider.post(ATTACHMENTS, body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["rule"] == "too_many_attachments"


async def test_attachments_are_listed_by_what_they_are_about(world: World, ledger: Ledger) -> None:
    subject = str(world.provider.id)
    paths = [await policy(world) for _ in range(3)]
    certificate = (await insured(world.provider)).rpartition("/")[2]
    await attached(world.provider, "insurance_certificate", certificate)
    await withdraw(world.provider, paths[0])
    ids = [path.rpartition("/")[2] for path in paths]
    assert {each["id"] for each in await listed(world.school, POLICY, subject)} == set(ids)
    assert [each["id"] for each in await listed(world.school, POLICY, subject, state="withdrawn")] == ids[:1]
    assert len(await listed(world.school, POLICY, subject, limit=2)) == 2
    await ledger.stand_at(instant("2026-11-24T09:00"))
    late = {"changed_since": "2026-11-24T08:30:00Z"}
    assert await listed(world.school, POLICY, subject, **late) == []
    await withdraw(world.provider, paths[1])
    assert [each["id"] for each in await listed(world.school, POLICY, subject, **late)] == ids[1:2]
    assert (await world.school.get(ATTACHMENTS, about=POLICY)).status_code == 422
    assert (await world.school.get(ATTACHMENTS, subject_id=subject)).status_code == 422
    assert (await world.school.get(ATTACHMENTS)).json()["items"] == []
    assert len((await world.provider.get(ATTACHMENTS)).json()["items"]) == 4
    assert len((await world.provider.get(ATTACHMENTS, **late)).json()["items"]) == 1


async def test_a_file_goes_out_whole_however_it_is_asked_for(world: World) -> None:
    path = await attached(world.provider, "provider_policy", str(world.provider.id))
    http, at = world.provider.http, f"{path}/content"
    head = await http.head(at)
    assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(len(pdf())))
    for asked in (
        {"Range": "bytes=0-3"},
        {"If-None-Match": "*"},
        {"If-None-Match": (await http.get(path)).headers["ETag"]},
    ):
        answer = await http.get(at, headers=asked)
        assert (answer.status_code, answer.content) == (200, pdf()), asked

"""Attachments in a bucket: the same store against a server that speaks S3, over HTTP."""

from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from moto.server import ThreadedMotoServer

from app.attachments.store import PIECE, AttachmentStore, ContentMissingError, path_of
from app.clock import utc_now
from app.db.embedded_database import Addresses
from app.outbox.tools import Tools
from app.problems import Unavailable
from app.settings import Settings
from app.worker import Worker
from tests.attaching import attached, pdf, withdraw
from tests.running import running, settings_for
from tests.world import make_world

BUCKET, REGION = "northshire", "eu-west-2"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture(scope="module")
def bucket(endpoint: str) -> None:
    where = f"<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
    assert httpx.put(f"{endpoint}/{BUCKET}", content=where).status_code == 200


@pytest.fixture(scope="module")
def settings(database: Addresses, endpoint: str, bucket: None) -> Settings:
    s3 = {
        "attachments_folder": "/nowhere",
        "attachments_s3_bucket": BUCKET,
        "attachments_s3_prefix": "waymark",
        "attachments_s3_endpoint": endpoint,
        "attachments_s3_region": REGION,
        "attachments_s3_access_key_id": "k",
    }
    return Settings.model_validate(settings_for(database).model_dump() | s3 | {"attachments_s3_secret_access_key": "s"})


@pytest.fixture(scope="module")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with running(settings) as application:
        yield application


async def test_what_is_put_is_kept_read_in_pieces_listed_and_removed(settings: Settings) -> None:
    store, key, content = AttachmentStore(settings), uuid4(), b"0123456789abcdef" * (PIECE // 16) + b"the rest"
    began = utc_now()
    await store.put(key, content)
    await store.put(key, content)
    assert await store.size(key) == len(content)
    pieces = [piece async for piece in store.pieces(key, len(content))]
    assert [len(piece) for piece in pieces] == [PIECE, 8]
    assert sha256(b"".join(pieces)).digest() == sha256(content).digest()
    [kept] = [each async for each in store.all() if each.key == key]
    assert (kept.path, abs((kept.since - began).total_seconds()) < 60) == (path_of(key), True)
    await store.remove(key)
    await store.remove(key)
    with pytest.raises(ContentMissingError):
        await store.size(key)
    with pytest.raises(ContentMissingError):
        await anext(store.pieces(key, 1))


async def test_a_bucket_that_is_not_there_is_a_503(settings: Settings) -> None:
    for changes in ({"attachments_s3_bucket": "elsewhere"}, {"attachments_s3_endpoint": "http://127.0.0.1:1"}):
        store = AttachmentStore(settings.model_copy(update=changes))
        with pytest.raises(Unavailable):
            await store.put(uuid4(), b"x")
        with pytest.raises(Unavailable):
            await store.remove(uuid4())


async def test_an_attachment_lives_in_the_bucket_and_is_erased_there(
    app: FastAPI, database: Addresses, settings: Settings
) -> None:
    async with make_world(app, database.owner) as world:
        store = AttachmentStore(settings)
        before = {each.key async for each in store.all()}
        path = await attached(world.provider, "provider_policy", str(world.provider.id))
        [key] = {each.key async for each in store.all()} - before
        assert key is not None
        assert (await world.school.get(f"{path}/content")).content == pdf()
        await withdraw(world.provider, path)
        await Worker(Tools(app.state.worker_sessions, settings)).erase_attachments()
        assert {each.key async for each in store.all()} == before

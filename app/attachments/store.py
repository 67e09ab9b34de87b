"""Keeping the content of attachments: on a disk, or in a bucket of an S3-compatible store.

A key is given out when an attachment is declared and is used for it alone, and what is put under a key is proved by its
checksum first: putting it twice, by whichever process, changes nothing. Nothing here knows whose a file is.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from app.problems import Unavailable
from app.settings import Settings

if TYPE_CHECKING:
    from obstore.store import S3Config

PIECE = 4 * 1_048_576
"""So many bytes of a file lie in memory when it is sent."""
SECONDS = 10
"""Less than the database lets a transaction wait."""

_log = structlog.get_logger("waymark.attachments")


class ContentMissingError(Exception):
    """Nothing is kept under the key."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept under a key. `since` is the store's time; `path` is None for what is not one of our keys."""

    path: str
    key: UUID | None
    since: datetime


class AttachmentStore:
    """Opened when it is first used. `Unavailable` is raised where the store does not answer in time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def put(self, key: UUID, content: bytes) -> None:
        """Keeps it, so that it outlives the machine's fall, before this returns. Raises Unavailable."""
        try:
            async with _in_time("put"):
                await obstore.put_async(self._opened, path_of(key), content, use_multipart=False)
                if not self._settings.attachments_s3_bucket:
                    await asyncio.to_thread(_to_disk, Path(self._settings.attachments_folder) / path_of(key))
        except ContentMissingError:
            raise Unavailable from None  # the bucket or the folder is missing itself

    async def pieces(self, key: UUID, size: int) -> AsyncIterator[bytes]:
        """The content, a piece after another, each asked for by itself: a slow reader holds up nobody.

        Raises ContentMissingError, Unavailable.
        """
        for start in range(0, size, PIECE):
            async with _in_time("read"):
                end = min(start + PIECE, size)
                piece = bytes(await obstore.get_range_async(self._opened, path_of(key), start=start, end=end))
            yield piece

    async def size(self, key: UUID) -> int:
        """In bytes. Raises ContentMissingError, Unavailable."""
        async with _in_time("look"):
            return (await obstore.head_async(self._opened, path_of(key)))["size"]

    async def remove(self, key: UUID) -> None:
        """Erases it; where nothing is kept, nothing is to be done. Raises Unavailable."""
        try:
            async with _in_time("remove"):
                await obstore.delete_async(self._opened, path_of(key))
        except ContentMissingError:
            if self._settings.attachments_s3_bucket:
                raise Unavailable from None  # a bucket answers so only where it is missing itself

    async def all(self) -> AsyncIterator[Kept]:
        """Everything that is kept. Raises Unavailable."""
        batches = obstore.list(self._opened)
        while True:
            async with _in_time("list"):
                batch = await anext(batches, None)
            if batch is None:
                return
            for each in batch:
                yield Kept(each["path"], _key_in(each["path"]), each["last_modified"])

    @cached_property
    def _opened(self) -> LocalStore | S3Store:
        chosen = self._settings
        if not chosen.attachments_s3_bucket:
            folder = Path(chosen.attachments_folder)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return LocalStore(folder)
        return S3Store(
            chosen.attachments_s3_bucket,
            prefix=chosen.attachments_s3_prefix or None,
            config=_config(chosen),
            client_options={
                "allow_http": chosen.attachments_s3_endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=3),
                "timeout": timedelta(seconds=SECONDS),
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=SECONDS)},
        )


def path_of(key: UUID) -> str:
    """Spread over folders, so that none holds too many."""
    return f"{key.hex[:2]}/{key}"


def _key_in(path: str) -> UUID | None:
    try:
        key = UUID(path.rpartition("/")[2])
    except ValueError:
        return None
    return key if path_of(key) == path else None


def _config(chosen: Settings) -> "S3Config":
    config: S3Config = {"region": chosen.attachments_s3_region, "checksum_algorithm": "SHA256"}
    if chosen.attachments_s3_endpoint:
        config["endpoint"] = chosen.attachments_s3_endpoint
    if chosen.attachments_s3_access_key_id:
        config["access_key_id"] = chosen.attachments_s3_access_key_id
        config["secret_access_key"] = chosen.attachments_s3_secret_access_key.get_secret_value()
    return config


def _to_disk(path: Path) -> None:
    for each in (path, path.parent, path.parent.parent):
        opened = os.open(each, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


@asynccontextmanager
async def _in_time(work: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(SECONDS):
            yield
    except FileNotFoundError:
        raise ContentMissingError from None
    except (BaseError, OSError, TimeoutError) as fault:
        _log.error("attachment_store_failed", work=work, fault=type(fault).__name__)
        raise Unavailable from None

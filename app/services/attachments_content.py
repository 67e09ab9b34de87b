"""Reading what is attached: proved by its checksum before the first byte goes out."""

from collections.abc import AsyncIterator
from hashlib import sha256

import structlog

from app.attachments.store import PIECE, AttachmentStore, ContentMissingError
from app.models.attachments import Attachment
from app.problems import InternalError

_log = structlog.get_logger("waymark.attachments")


async def proved_content(store: AttachmentStore, attachment: Attachment) -> AsyncIterator[bytes]:
    """The content, in pieces: read through once and found to be what was stored, then read again for the reader.

    What fits into one piece is read once. The iterator rests on nothing of the request. Raises InternalError where the
    content is missing or damaged, which the log names by the attachment's id; Unavailable.
    """
    key, size = attachment.stored_as, attachment.size
    digest, held = sha256(), b""
    try:
        if await store.size(key) == size:
            async for piece in store.pieces(key, size):
                digest.update(piece)
                held = piece
    except ContentMissingError:
        _log.critical("attachment_content_missing", attachment_id=str(attachment.id))
        raise InternalError from None
    if digest.hexdigest() != attachment.sha256:
        _log.critical("attachment_content_damaged", attachment_id=str(attachment.id))
        raise InternalError
    return _once(held) if size <= PIECE else store.pieces(key, size)


async def _once(piece: bytes) -> AsyncIterator[bytes]:
    yield piece

"""ETags. A tag is the record's version and a digest of what the reader was shown: `"7-3f2a91c04d5e6b78"`.

`If-Match` compares the version alone, so that a change made since the read is refused; `If-None-Match` compares the
whole, so that a representation that changed with the day (a placement that ended) is sent anew.
"""

import re
from hashlib import blake2b
from typing import Annotated

from fastapi import Depends, Header, Response

from app.problems import BadRequest, PreconditionRequired

_TAG = re.compile(r'"(\d{1,9})-[0-9a-f]{16}"', re.ASCII)


def tag(response: Response, version: int) -> None:
    """Says which version of the record the response shows; the edge completes the ETag."""
    response.headers["ETag"] = str(version)


def complete_tag(response: Response) -> None:
    version = response.headers.get("ETag")
    if version is not None:
        digest = blake2b(bytes(response.body), digest_size=8).hexdigest()
        response.headers["ETag"] = f'"{version}-{digest}"'


def not_modified(response: Response, if_none_match: str | None) -> bool:
    """Whether the reader already holds what `response` shows."""
    if if_none_match is None or "ETag" not in response.headers:
        return False
    known = [candidate.strip().removeprefix("W/") for candidate in if_none_match.split(",")]
    return if_none_match.strip() == "*" or response.headers["ETag"] in known


async def _expected_version(
    if_match: Annotated[
        str | None,
        Header(max_length=200, description="The ETag of the resource as last read. Required to change it."),
    ] = None,
) -> int:
    if if_match is None:
        raise PreconditionRequired
    match = _TAG.fullmatch(if_match.strip())
    if match is None:
        raise BadRequest("`If-Match` takes one ETag, as this service gave it.")
    return int(match[1])


ExpectedVersion = Annotated[int, Depends(_expected_version)]

"""API keys and OAuth client secrets: minting, reading, and comparing them.

A credential reads `<kind>_<environment>_<public id>_<secret><checksum>`: `ap_live_…` for an API key,
`aps_live_…` for a client secret, `test` in a sandbox. The secret is 256 random bits. The checksum (CRC-32 in
base 62 over all that stands before it) lets a secret scanner tell a leaked key from a lookalike without
asking us. Only the digest is ever stored.
"""

import hashlib
import hmac
import re
import secrets
import zlib
from dataclasses import dataclass, field
from enum import StrEnum

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID_LENGTH = 16
_SECRET_LENGTH = 43
_CHECKSUM_LENGTH = 6
_SHORTEST_PEPPER = 32
_SHAPE = re.compile(r"(ap|aps)_(live|test)_([0-9A-Za-z]{16})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})")
_NO_SUCH_DIGEST = bytes(32)


class Environment(StrEnum):
    LIVE = "live"
    TEST = "test"


class CredentialKind(StrEnum):
    API_KEY = "api_key"
    CLIENT_SECRET = "client_secret"  # noqa: S105 (a kind, not a secret)

    @property
    def prefix(self) -> str:
        return "ap" if self is CredentialKind.API_KEY else "aps"


@dataclass(frozen=True, slots=True)
class MintedKey:
    """A new credential. `plain` is shown to its owner once; `public_id` and `digest` are what is stored."""

    plain: str = field(repr=False)
    public_id: str
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ParsedKey:
    """A well-formed credential, which is not yet a valid one."""

    kind: CredentialKind
    environment: Environment
    public_id: str
    secret: str = field(repr=False)


def mint(environment: Environment, pepper: bytes, kind: CredentialKind = CredentialKind.API_KEY) -> MintedKey:
    public_id = _base62(secrets.randbelow(62**_ID_LENGTH), _ID_LENGTH)
    secret = _base62(secrets.randbits(256), _SECRET_LENGTH)
    body = f"{kind.prefix}_{environment}_{public_id}_{secret}"
    return MintedKey(body + _checksum(body), public_id, digest(secret, pepper))


def parse(text: str) -> ParsedKey | None:
    """The parts of a credential, or None when its shape or its checksum is wrong."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    prefix, environment, public_id, secret, checksum = found.groups()
    if not hmac.compare_digest(_checksum(text[:-_CHECKSUM_LENGTH]), checksum):
        return None
    kind = CredentialKind.API_KEY if prefix == "ap" else CredentialKind.CLIENT_SECRET
    return ParsedKey(kind, Environment(environment), public_id, secret)


def digest(secret: str, pepper: bytes) -> bytes:
    """What is stored in a secret's place. Raises ValueError for a pepper under 32 bytes."""
    if len(pepper) < _SHORTEST_PEPPER:
        raise ValueError(f"the pepper for credentials needs at least {_SHORTEST_PEPPER} bytes")
    return hmac.digest(pepper, secret.encode(), hashlib.sha256)


def matches(secret: str, pepper: bytes, stored: bytes | None) -> bool:
    """Whether the secret is the stored one. An unknown credential (`stored` is None) takes the same time to
    refuse.
    """
    same = hmac.compare_digest(digest(secret, pepper), _NO_SUCH_DIGEST if stored is None else stored)
    return same and stored is not None


def _checksum(text: str) -> str:
    return _base62(zlib.crc32(text.encode()), _CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, rest = divmod(number, 62)
        digits.append(_ALPHABET[rest])
    return "".join(reversed(digits))

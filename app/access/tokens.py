"""Access tokens: the one module that touches python-jose, and as narrow a use of it as can be had.

The library is trusted with one thing, the HMAC over a token whose every other part was checked here first.
Its own reading of headers, claims and time is not used: it ignores `typ` and `crit`, asks for no claim, and
accepts several spellings of one signature. Whatever is wrong with a token, the caller learns only that it is
not valid.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn
from uuid import UUID, uuid4

from jose import jwk, jws
from jose.backends.base import Key

ALGORITHM = "HS256"
TOKEN_TYPE = "at+jwt"  # noqa: S105 (the media type of RFC 9068)
LONGEST_LIFE = timedelta(minutes=15)

_SHORTEST_SECRET = 32
_LONGEST_TOKEN = 4096
_LATEST_TIME = 2**53
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CREDENTIAL = re.compile(r"[0-9A-Za-z]{1,64}")
_SHAPE = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})")
_TEXT_CLAIMS = frozenset({"iss", "aud", "sub", "jti", "credential"})
_TIME_CLAIMS = frozenset({"exp", "iat", "nbf"})
_REQUIRED = _TEXT_CLAIMS | _TIME_CLAIMS


class InvalidToken(Exception):
    """The token is not one of ours, or no longer. There is deliberately no saying why."""

    def __init__(self) -> None:
        super().__init__("invalid token")


class SigningKeys:
    """The secrets tokens are signed with, by key id. `current` signs; all of them verify, so that rotation
    has no gap.

    Raises ValueError for a secret under 32 bytes, an odd key id, or a current key that is not there.
    """

    def __init__(self, secrets: Mapping[str, bytes], current: str) -> None:
        for key_id, secret in secrets.items():
            if _KEY_ID.fullmatch(key_id) is None:
                raise ValueError("a key id is 1 to 64 letters, digits, '-' or '_'")
            if len(secret) < _SHORTEST_SECRET:
                raise ValueError(f"the token secret {key_id!r} needs at least {_SHORTEST_SECRET} bytes")
        if current not in secrets:
            raise ValueError(f"there is no token secret named {current!r} to sign with")
        self.current = current
        self.by_id: Mapping[str, Key] = {key_id: jwk.construct(secret, ALGORITHM) for key_id, secret in secrets.items()}


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """What a valid token says. `subject` is the client's UUID, `credential` the public id of the secret it
    was exchanged for, so that revoking either ends the token. `scope` is the space-separated list of RFC
    6749, or None for all the client holds.
    """

    subject: str
    credential: str
    scope: str | None
    token_id: UUID
    issued_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A signed token; `expires_in` is in seconds."""

    text: str
    token_id: UUID
    expires_in: int


class TokenIssuer:
    def __init__(self, keys: SigningKeys, *, issuer: str, audience: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience

    def issue(
        self,
        client_id: UUID,
        credential: str,
        now: datetime,
        *,
        scope: str | None = None,
        life: timedelta = LONGEST_LIFE,
    ) -> IssuedToken:
        """Raises ValueError for a life that is not between one second and fifteen minutes."""
        if not timedelta(seconds=1) <= life <= LONGEST_LIFE:
            raise ValueError("a token lives between one second and fifteen minutes")
        issued_at = int(now.timestamp())
        expires_in = int(life.total_seconds())
        token_id = uuid4()
        claims: dict[str, str | int] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(client_id),
            "credential": credential,
            "iat": issued_at,
            "nbf": issued_at,
            "exp": issued_at + expires_in,
            "jti": str(token_id),
        }
        if scope is not None:
            claims["scope"] = scope
        text = jws.sign(
            claims,
            self._keys.by_id[self._keys.current],
            headers={"typ": TOKEN_TYPE, "kid": self._keys.current},
            algorithm=ALGORITHM,
        )
        return IssuedToken(text, token_id, expires_in)


def signed_for_service(issuer: str, secret: str, now: datetime) -> str:
    """A token by which another service knows us (GOV.UK Notify: `iss` and `iat` alone); it holds nothing of ours.

    Raises ValueError for a secret under 32 bytes.
    """
    if len(secret.encode()) < _SHORTEST_SECRET:
        raise ValueError(f"the secret needs at least {_SHORTEST_SECRET} bytes")
    key = jwk.construct(secret.encode(), ALGORITHM)
    return str(jws.sign({"iss": issuer, "iat": int(now.timestamp())}, key, algorithm=ALGORITHM))


class TokenVerifier:
    """`skew` is how many seconds another machine's clock may run ahead of ours; it never lengthens a token's
    life.
    """

    def __init__(self, keys: SigningKeys, *, issuer: str, audience: str, skew: int = 2) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._skew = skew

    def verify(self, token: str, now: datetime) -> TokenClaims:
        """The claims of a valid token; InvalidToken for every other."""
        try:
            payload = self._authentic_payload(token)
            return self._accepted(payload, now.timestamp())
        except InvalidToken:
            raise
        except Exception:
            raise InvalidToken from None

    def _authentic_payload(self, token: str) -> bytes:
        shape = _SHAPE.fullmatch(token) if len(token) <= _LONGEST_TOKEN else None
        if shape is None:
            raise InvalidToken
        header_bytes, payload, _ = (_canonical(segment) for segment in shape.groups())
        header = _object(header_bytes)
        if header.keys() != {"alg", "typ", "kid"} or header["alg"] != ALGORITHM or header["typ"] != TOKEN_TYPE:
            raise InvalidToken
        key = self._keys.by_id[_text(header["kid"])]
        jws.verify(token, key, algorithms=[ALGORITHM])
        return payload

    def _accepted(self, payload: bytes, now: float) -> TokenClaims:
        claims = _object(payload)
        if not _REQUIRED <= claims.keys() <= _REQUIRED | {"scope"}:
            raise InvalidToken
        exp, iat, nbf = (_time(claims[name]) for name in ("exp", "iat", "nbf"))
        timely = iat <= now + self._skew and nbf <= now + self._skew and now < exp
        short_lived = iat <= nbf < exp and exp - iat <= LONGEST_LIFE.total_seconds()
        if not (timely and short_lived):
            raise InvalidToken
        if _text(claims["iss"]) != self._issuer or _text(claims["aud"]) != self._audience:
            raise InvalidToken
        scope = _text(claims["scope"]) if "scope" in claims else None
        subject, credential = _uuid(claims["sub"]), _text(claims["credential"])
        if _CREDENTIAL.fullmatch(credential) is None:
            raise InvalidToken
        return TokenClaims(str(subject), credential, scope, _uuid(claims["jti"]), iat, exp)


def _canonical(segment: str) -> bytes:
    """The bytes of a base64url segment that is spelt in the only permitted way."""
    try:
        decoded = base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise InvalidToken from None
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != segment.encode():
        raise InvalidToken
    return decoded


def _object(raw: bytes) -> dict[str, object]:
    found = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)
    if not isinstance(found, dict):
        raise InvalidToken
    return found


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidToken
    return members


def _refuse(_: str) -> NoReturn:
    raise InvalidToken


def _text(claim: object) -> str:
    if not isinstance(claim, str):
        raise InvalidToken
    return claim


def _time(claim: object) -> int:
    if type(claim) is not int or not 0 <= claim <= _LATEST_TIME:
        raise InvalidToken
    return claim


def _uuid(claim: object) -> UUID:
    text = _text(claim)
    found = UUID(text)
    if str(found) != text:
        raise InvalidToken
    return found

"""From an Authorization header to a Caller.

API keys and access tokens both lead to one stored credential, read in the request's own transaction: a credential
revoked before the request began is refused. Every failure is the same `Unauthenticated`.
"""

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from ipaddress import ip_address, ip_network
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import keys
from app.access.caller import Caller
from app.access.scopes import KNOWN_SCOPES, Scope
from app.access.tokens import InvalidToken, TokenVerifier
from app.models.organisations import OrganisationKind
from app.problems import Unauthenticated

# One reviewed definer function: it finds the credential before any organisation is known, and sets
# `app.organisation` and `app.sandbox` for the rest of the transaction. A caller that then turns out not to hold the
# secret is refused before another statement runs, and the transaction ends.
_FIND = text("select * from find_credential(:public_id)")

_NOBODY = b"\x00" * 32


@dataclass(frozen=True, slots=True)
class Authenticator:
    pepper: bytes
    tokens: TokenVerifier
    environment: keys.Environment

    async def caller(
        self,
        session: AsyncSession,
        bearer: str,
        *,
        at: datetime,
        request_id: str,
        on_behalf_of: str | None,
        address: str | None,
    ) -> Caller:
        """The caller that `bearer` stands for at the instant `at`. Raises Unauthenticated."""
        limited_to: str | None = None
        if bearer.startswith("ap_"):
            found = await self._by_key(session, bearer)
        else:
            found, limited_to = await self._by_token(session, bearer, at)
        if found is None or not is_live(found, at) or not _comes_from(found.addresses, address):
            raise Unauthenticated
        return Caller(
            organisation_id=found.organisation_id,
            kind=OrganisationKind(found.organisation_kind),
            organisation_name=found.organisation_name,
            client_id=found.client_id,
            client_name=found.client_name,
            scopes=_scopes(found.scopes, limited_to),
            sandbox_id=found.sandbox_id,
            now=found.stands_at or at,
            request_id=request_id,
            on_behalf_of=on_behalf_of,
        )

    async def by_secret(self, session: AsyncSession, public_id: str, digest: bytes) -> "Row[Any] | None":
        """The credential with this public id where `digest` is its own; compared in constant time."""
        found = (await session.execute(_FIND, {"public_id": public_id})).one_or_none()
        matches = compare_digest(found.digest if found else _NOBODY, digest)
        return found if found is not None and matches else None

    async def _by_key(self, session: AsyncSession, bearer: str) -> "Row[Any] | None":
        parsed = keys.parse(bearer)
        if (
            parsed is None
            or parsed.kind != keys.CredentialKind.API_KEY
            or parsed.environment != self.environment
        ):
            return None
        found = await self.by_secret(session, parsed.public_id, keys.digest(parsed.secret, self.pepper))
        return found if found is not None and found.credential_kind == parsed.kind else None

    async def _by_token(
        self, session: AsyncSession, bearer: str, at: datetime
    ) -> "tuple[Row[Any] | None, str | None]":
        try:
            claims = self.tokens.verify(bearer, at)
        except InvalidToken:
            return None, None
        found = (await session.execute(_FIND, {"public_id": claims.credential})).one_or_none()
        same = found is not None and str(found.client_id) == claims.subject
        return (found if same else None), claims.scope


def _scopes(held: list[str], limited_to: str | None) -> frozenset[Scope]:
    """What the client holds today and, for a token, was granted then."""
    scopes = KNOWN_SCOPES.intersection(held)
    if limited_to is not None:
        scopes = scopes.intersection(limited_to.split())
    return frozenset(Scope(s) for s in scopes)


def is_live(credential: "Row[Any]", at: datetime) -> bool:
    """Neither the credential nor its client is revoked, and it has not expired."""
    return (
        credential.revoked_at is None
        and credential.client_revoked_at is None
        and (credential.expires_at is None or credential.expires_at > at)
    )


def _comes_from(addresses: list[str] | None, address: str | None) -> bool:
    if not addresses:
        return True
    try:
        return address is not None and any(ip_address(address) in ip_network(a) for a in addresses)
    except ValueError:
        return False

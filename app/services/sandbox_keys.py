"""The credentials of the sandbox's clients, and the file that hands them to an integrator."""

import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.keys import CredentialKind
from app.clock import utc_now
from app.models.clients import ApiClient, Credential
from app.models.organisations import Organisation
from app.services.api_clients import Minting, issue_credential

# One of each kind that have to do with one another, for the first requests of a newcomer.
_SHELL_NAMES = {
    "PROVIDER_KEY": "Meadow Farm",
    "SCHOOL_KEY": "Hillside School",
    "COUNCIL_KEY": "Northshire Council",
}


def keys_on_file(file: Path, sandbox_id: UUID) -> dict[str, Any] | None:
    """What the file says, if it belongs to this sandbox."""
    try:
        known: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    return known if known.get("sandbox_id") == str(sandbox_id) else None


async def renew_keys(session: AsyncSession, sandbox_id: UUID, minting: Minting) -> dict[str, Any]:
    """Revokes the credentials of every client of the sandbox and issues new ones: plain keys are never stored."""
    rows = (
        await session.execute(
            select(ApiClient, Organisation)
            .join(Organisation, col(Organisation.id) == col(ApiClient.organisation_id))
            .where(col(Organisation.sandbox_id) == sandbox_id, col(ApiClient.revoked_at).is_(None))
            .order_by(col(Organisation.kind), col(Organisation.created_at), col(Organisation.name))
        )
    ).all()
    ids = [client.id for client, _ in rows]
    await session.execute(
        update(Credential)
        .where(col(Credential.client_id).in_(ids), col(Credential.revoked_at).is_(None))
        .values(revoked_at=utc_now())
    )
    clients = [await _client(session, client, organisation, minting) for client, organisation in rows]
    return {"sandbox_id": str(sandbox_id), "clients": clients}


def write_keys(file: Path, base_url: str, known: dict[str, Any]) -> None:
    """Writes the file, and beside it the same for a shell: one key of each kind of organisation."""
    file.parent.mkdir(parents=True, exist_ok=True)
    _write_private(file, json.dumps({**known, "base_url": base_url}, indent=2) + "\n")
    lines = [f"export BASE_URL={base_url}"]
    keys = {client["organisation"]: client["api_key"] for client in known["clients"]}
    lines += [f"export {name}={keys[organisation]}" for name, organisation in _SHELL_NAMES.items()]
    _write_private(file.with_suffix(".env"), "\n".join(lines) + "\n")


def _write_private(file: Path, content: str) -> None:
    """Readable by the owner alone, and never half written."""
    draft = file.with_suffix(f"{file.suffix}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        handle.write(content)
    draft.replace(file)


async def _client(
    session: AsyncSession, client: ApiClient, organisation: Organisation, minting: Minting
) -> dict[str, Any]:
    key = await issue_credential(session, client, CredentialKind.API_KEY, minting)
    secret = await issue_credential(session, client, CredentialKind.CLIENT_SECRET, minting)
    return {
        "organisation": organisation.name,
        "organisation_id": str(organisation.id),
        "kind": organisation.kind.value,
        "client_id": str(client.id),
        "client_secret": secret.plain,
        "api_key": key.plain,
        "scopes": client.scopes,
    }

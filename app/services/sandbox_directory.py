"""The directory entries of the sandbox's providers: whole, and as different as providers are."""

import json
from importlib.resources import files
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.models.organisations import Site
from app.schemas.directory import IdentifierWire, SiteWrite
from app.schemas.directory_entries import DirectoryEntryWrite
from app.services.directory import new_identifiers
from app.services.directory_entries import replace_entry
from app.services.sandbox_organisations import Inhabitant, Inhabitants

_PERMITTED_ON = "2025-09-01"


async def describe_providers(session: AsyncSession, them: Inhabitants) -> None:
    """Gives every provider its sites, its identifiers and its entry, which most of them publish."""
    told = json.loads(files("app.sandbox_data").joinpath("directory_entries.json").read_text())
    for provider in them.providers:
        seed = told["providers"][provider.organisation.name]
        days = told["weeks"][seed["week"]]
        session.add_all(Site(organisation_id=provider.organisation.id, **site) for site in _sites(seed, days))
        identifiers = [IdentifierWire(scheme=scheme, value=value) for scheme, value in seed["identifiers"]]
        session.add_all(new_identifiers(provider.organisation, identifiers))
        entry = DirectoryEntryWrite.model_validate_json(json.dumps(_entry(provider, seed, days)))
        caller = await provider.speaks(session)
        await replace_entry(caller, session, provider.organisation.id, entry, provider.organisation.version)


def _sites(seed: dict[str, Any], days: list[str]) -> list[dict[str, Any]]:
    opens_at, closes_at = seed["hours"][0][0], seed["hours"][-1][1]
    opening = [{"day": day, "opens_at": opens_at, "closes_at": closes_at} for day in days]
    written = [SiteWrite.model_validate_json(json.dumps(site | {"opening_times": opening})) for site in seed["sites"]]
    return [site.model_dump() for site in written]


def _entry(provider: Inhabitant, seed: dict[str, Any], days: list[str]) -> dict[str, Any]:
    permission = {"given_by": seed["permission_by"], "given_on": _PERMITTED_ON} if seed["permission_by"] else None
    times = [{"day": day, "starts_at": first, "ends_at": last} for day in days for first, last in seed["hours"]]
    return {
        "category": provider.seed["category"],
        "offer": provider.seed["offer"],
        "publication": seed["publication"],
        "permission_to_publish": permission,
        "contacts": _contacts(provider, seed),
        "session_times": times,
        **seed["entry"],
    }


def _contacts(provider: Inhabitant, seed: dict[str, Any]) -> list[dict[str, str]]:
    """Head, safeguarding lead and, where there is one, SENCo; at addresses that lead nowhere."""
    mailbox = provider.organisation.name.lower().replace(" ", "-")
    people = [("head", seed["head"]), ("safeguarding_lead", seed["lead"]), ("senco", seed.get("senco"))]
    return [
        {"role": role, "name": name, "email": f"{role.replace('_', '-')}@{mailbox}.example", "phone": "01632 960124"}
        for role, name in people
        if name is not None
    ]

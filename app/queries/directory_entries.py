"""The directory entry of a provider that the caller may find."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.models.directory_entries import DirectoryEntry
from app.models.organisations import Organisation


async def entry_of(session: AsyncSession, provider: Organisation) -> DirectoryEntry:
    """The provider's entry, or a blank one where it has written none. Take the provider from `visible_organisation`."""
    return await session.get(DirectoryEntry, provider.id) or DirectoryEntry(provider_id=provider.id)

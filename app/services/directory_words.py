"""What a free-text search of the directory looks through."""

from typing import Any

from sqlalchemy import ColumnElement, func, literal_column

from app.models.directory_entries import DirectoryEntry
from app.models.organisations import Organisation
from app.rules.directory_entries import target_groups_in


def keep_words(provider: Organisation, entry: DirectoryEntry) -> None:
    """Sets the entry's search words to what provider and entry say now: call it before the change is flushed.

    The name is kept as it is written too, so that a name of common words is found; everything else by its English
    stems.
    """
    told: list[str] = [provider.name, provider.offer or "", *provider.target_groups, *entry.needs_met, *entry.subjects]
    told += [*entry.awarding_bodies, *entry.non_accredited]
    told += [part for each in entry.qualifications for part in _said_of(each)]
    name = func.setweight(func.to_tsvector("simple", provider.name), literal_column("'A'"))
    words: ColumnElement[Any] = name.concat(func.to_tsvector("english", "\n".join(told)))
    entry.words = words


def new_entry(provider: Organisation) -> DirectoryEntry:
    """The entry of a provider that has told no more than its name, offer and target groups."""
    groups, _ = target_groups_in(provider.target_groups)
    entry = DirectoryEntry(provider_id=provider.id, target_groups=[group.value for group in groups])
    keep_words(provider, entry)
    return entry


def _said_of(qualification: dict[str, Any]) -> list[str]:
    return [qualification["title"], qualification["awarding_body"] or ""]

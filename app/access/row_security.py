"""Row security beyond the request: for what is still being read when the request's own transaction has ended."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_READ = text(
    "select current_setting('app.organisation', true), current_setting('app.sandbox', true),"
    " current_setting('app.client', true), current_setting('app.council', true)"
)
_SET = text(
    "select set_config('app.organisation', :organisation, true), set_config('app.sandbox', :sandbox, true),"
    " set_config('app.client', :client, true), set_config('app.council', :council, true)"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """For whom the database answers in a transaction: what finding the credential has set."""

    organisation: str
    sandbox: str
    client: str
    council: str


async def standing_of(session: AsyncSession) -> Standing:
    """For whom the request's transaction reads."""
    row = (await session.execute(_READ)).one()
    return Standing(*(value or "" for value in row))


async def stand(session: AsyncSession, standing: Standing) -> None:
    """Lets another transaction read for the same, and no more, until it ends."""
    await session.execute(
        _SET,
        {
            "organisation": standing.organisation,
            "sandbox": standing.sandbox,
            "client": standing.client,
            "council": standing.council,
        },
    )

"""Awards of lots, and the places that are free under them, on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.lot_awards import AwardState
from app.schemas.frameworks import DeliveryOptions
from app.schemas.wire import Body, Day, Id, Instant, Read, Tagged

Places = Annotated[int, Field(ge=0, le=100_000, examples=[12])]


class LotAwardCreate(Body):
    """A lot for a provider, first and last day included, with the ways of delivery that it offers.

    Without `delivery_options` it offers all that the lot has. Without `capacity` the places are not counted.
    """

    lot_id: Id
    provider_id: Id
    starts_on: Day
    ends_on: Day
    delivery_options: DeliveryOptions = []
    capacity: Places | None = None


class LotAwardUpdate(Body):
    """Brings the end of an award forward."""

    ends_on: Day


class CapacityWrite(Body):
    """The places that the provider has under the award; null: they are not counted."""

    capacity: Places | None


class VacanciesDeclare(Body):
    """The places that the provider has free today, fewer than its award leaves; null takes an earlier word back."""

    vacancies: Places | None


class LotAwardRead(Tagged):
    """An award. `state` is today's; the places free on a day are at `/v1/vacancies`.

    `vacancies_declared` is what the provider said last, on `vacancies_declared_on`.
    """

    id: Id
    lot_id: Id
    council_id: Id
    provider_id: Id
    starts_on: Day
    ends_on: Day
    delivery_options: DeliveryOptions
    state: AwardState
    capacity: Places | None
    vacancies_declared: Places | None
    vacancies_declared_on: Day | None
    changed_at: Instant


class VacancyRead(Read):
    """The places free on a day under an award that holds then and is not suspended; null where nobody said a number.

    `vacancies` is what placements that stand on the day leave of `capacity`, or fewer where the provider says so.
    """

    lot_award_id: Id
    lot_id: Id
    council_id: Id
    provider_id: Id
    on_date: Day
    capacity: Places | None
    vacancies: Places | None
    vacancies_declared: Places | None
    vacancies_declared_on: Day | None

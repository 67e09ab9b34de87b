"""How fast a client may call, and how that is told."""

from time import monotonic
from uuid import UUID

from starlette.types import Scope

from app.problems import TooManyRequests
from app.settings import Settings
from app.web.paths import under_any
from app.web.rate_limit import Policy, RateLimiter

VITAL_PREFIXES = ("/v1/absconding-alerts",)
URGENT_PREFIXES = (*VITAL_PREFIXES, "/v1/attendance-submissions")


class Rates:
    """Admits or refuses a call, and notes the figures for the response's headers in `scope["state"]["rate"]`."""

    def __init__(self, limiter: RateLimiter) -> None:
        self._limiter = limiter

    def admit(self, scope: Scope, client_id: UUID) -> None:
        """Raises TooManyRequests. Alerts and attendance draw on a reserved share when the ordinary one is spent."""
        reckoning = self._limiter.take(client_id, monotonic(), urgent=under_any(scope["path"], URGENT_PREFIXES))
        scope.setdefault("state", {})["rate"] = reckoning.headers()
        if not reckoning.allowed:
            raise TooManyRequests(headers=reckoning.headers())


def make_rates(settings: Settings) -> Rates:
    window = settings.rate_burst / settings.rate_per_second
    ordinary = Policy("client", settings.rate_burst, window)
    return Rates(RateLimiter(ordinary, Policy("urgent", settings.rate_burst, window)))

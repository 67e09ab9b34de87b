"""How often one client may call: a token bucket for each, and a second one that only urgent calls may draw
on.

The buckets are those of this process; behind several processes a client gets several times the figure, and a
restart fills them. What the database must never suffer is bounded by the requests in flight, not here.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Policy:
    """`burst` calls at once, refilled over `seconds`. The name appears in the headers."""

    name: str
    burst: int
    seconds: float

    def __post_init__(self) -> None:
        if self.burst < 1 or self.seconds <= 0:
            raise ValueError("a rate needs at least one call and a positive time")

    @property
    def per_second(self) -> float:
        return self.burst / self.seconds


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Whether a call may go on, and the figures for its headers. `reset` and `retry_after` in seconds."""

    allowed: bool
    policy: Policy
    remaining: int
    reset: int
    retry_after: int

    def headers(self) -> dict[str, str]:
        """`RateLimit` and `RateLimit-Policy` as in draft-ietf-httpapi-ratelimit-headers; `Retry-After` when
        refused.
        """
        window = math.ceil(self.policy.seconds)
        named = {
            "RateLimit-Policy": f'"{self.policy.name}";q={self.policy.burst};w={window}',
            "RateLimit": f'"{self.policy.name}";r={self.remaining};t={self.reset}',
        }
        return named if self.allowed else {**named, "Retry-After": str(self.retry_after)}


class _Bucket:
    __slots__ = ("at", "tokens")

    def __init__(self, policy: Policy, now: float) -> None:
        self.tokens = float(policy.burst)
        self.at = now

    def take(self, policy: Policy, now: float) -> bool:
        if now > self.at:
            self.tokens = min(policy.burst, self.tokens + (now - self.at) * policy.per_second)
            self.at = now
        if self.tokens < 1.0:
            return False
        self.tokens -= 1.0
        return True


class RateLimiter:
    """Keeps at most `clients` clients; the one silent for longest is forgotten first."""

    def __init__(self, ordinary: Policy, reserved: Policy, *, clients: int = 10_000) -> None:
        self._ordinary = ordinary
        self._reserved = reserved
        self._clients = clients
        self._buckets: OrderedDict[UUID, tuple[_Bucket, _Bucket]] = OrderedDict()

    def take(self, client_id: UUID, now: float, *, urgent: bool = False) -> Reckoning:
        """Counts one call at the monotonic second `now`. An urgent call falls back on the reserved bucket."""
        ordinary, reserved = self._of(client_id, now)
        if ordinary.take(self._ordinary, now):
            return _reckoned(True, self._ordinary, ordinary)
        if urgent:
            return _reckoned(reserved.take(self._reserved, now), self._reserved, reserved)
        return _reckoned(False, self._ordinary, ordinary)

    def __len__(self) -> int:
        return len(self._buckets)

    def _of(self, client_id: UUID, now: float) -> tuple[_Bucket, _Bucket]:
        held = self._buckets.get(client_id)
        if held is None:
            held = (_Bucket(self._ordinary, now), _Bucket(self._reserved, now))
            self._buckets[client_id] = held
            if len(self._buckets) > self._clients:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(client_id)
        return held


def _reckoned(allowed: bool, policy: Policy, bucket: _Bucket) -> Reckoning:
    reset = math.ceil((policy.burst - bucket.tokens) / policy.per_second)
    wait = max(1, math.ceil((1.0 - bucket.tokens) / policy.per_second))
    return Reckoning(allowed, policy, int(bucket.tokens), reset, 0 if allowed else wait)

"""What Prometheus may know: how many requests, how long, how many at once. Labels are operations, never
addresses.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

SET_ASIDE = Counter(
    "waymark_left_undone",
    "Parts of an operation that must never be blocked which failed, such as its audit entry. Look at each.",
    ("part",),
    registry=None,
)


class RequestMetrics:
    """The figures of one process. `seconds` are wall seconds until the last byte was handed to the server."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry if registry is not None else CollectorRegistry()
        self._requests = Counter(
            "waymark_requests",
            "Requests answered.",
            ("operation", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "waymark_request_seconds",
            "Time to answer.",
            ("operation",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.registry.register(SET_ASIDE)
        self._in_flight = Gauge("waymark_requests_in_flight", "Requests being served.", registry=self.registry)

    def began(self) -> None:
        self._in_flight.inc()

    def ended(self, operation: str, method: str, status: int, seconds: float) -> None:
        self._in_flight.dec()
        self._requests.labels(operation, method if method in _METHODS else "other", str(status)).inc()
        self._seconds.labels(operation).observe(seconds)

    def exposition(self) -> tuple[bytes, str]:
        """The body and the content type for `/metrics`."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

"""What stands around the application, in one list: every request passes it from the outside in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import FastAPI
from starlette.middleware import Middleware

from app.telemetry.metrics import RequestMetrics
from app.web.access_log import AccessLog
from app.web.last_resort import LastResort
from app.web.limits_body import BodyLimits
from app.web.limits_head import HeadLimits
from app.web.limits_in_flight import InFlightLimit
from app.web.methods import Methods
from app.web.rate_headers import RateHeaders
from app.web.request_id import RequestId
from app.web.secure_headers import SecureHeaders


@dataclass(frozen=True, slots=True)
class Bounds:
    """Sizes in bytes, times in seconds. `urgent_prefixes` are the paths that keep a reserved share of
    `in_flight`.
    """

    body: int = 262_144
    larger_bodies: Mapping[str, int] = field(default_factory=dict)
    body_seconds: float = 10.0
    in_flight: int = 64
    reserved: int = 16
    urgent_prefixes: tuple[str, ...] = ()
    docs_prefixes: tuple[str, ...] = ("/docs",)


def shield(application: FastAPI, bounds: Bounds, metrics: RequestMetrics | None = None) -> None:
    """Puts the middleware around `application`, which must not have answered anything yet."""
    outside_in = [
        Middleware(LastResort),
        Middleware(RequestId),
        Middleware(AccessLog, metrics=metrics),
        Middleware(SecureHeaders, docs_prefixes=bounds.docs_prefixes),
        Middleware(RateHeaders),
        Middleware(HeadLimits),
        Middleware(
            BodyLimits,
            largest=bounds.body,
            larger=bounds.larger_bodies,
            seconds=bounds.body_seconds,
        ),
        Middleware(
            InFlightLimit,
            capacity=bounds.in_flight,
            reserved=bounds.reserved,
            reserved_prefixes=bounds.urgent_prefixes,
        ),
        Middleware(Methods, application=application),
    ]
    application.user_middleware[:0] = outside_in

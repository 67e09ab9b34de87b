"""The layers around the routes, outermost first. All are pure ASGI."""

from fastapi import FastAPI

from app.settings import Settings
from app.web.access_log import AccessLog
from app.web.last_resort import LastResort
from app.web.limits_body import BodyLimits
from app.web.limits_head import HeadLimits
from app.web.limits_in_flight import InFlightLimit
from app.web.methods import Methods
from app.web.rate_headers import RateHeaders
from app.web.rates import URGENT_PREFIXES, VITAL_PREFIXES
from app.web.raw_body import FILE_LIMITS
from app.web.request_id import RequestId
from app.web.secure_headers import SecureHeaders


def install_middleware(app: FastAPI, settings: Settings) -> None:
    bulk = dict.fromkeys(URGENT_PREFIXES, settings.max_bulk_body_bytes)
    capacity = settings.max_in_flight
    # add_middleware puts each around those before it: the last one added meets a request first.
    app.add_middleware(Methods, application=app)
    app.add_middleware(
        InFlightLimit,
        capacity=capacity,
        reserved=capacity // 4,
        reserved_prefixes=URGENT_PREFIXES,
        vital=capacity // 10,
        vital_prefixes=VITAL_PREFIXES,
    )
    # Outside the count of requests in flight: bodies that never arrive must not take the places of alerts.
    app.add_middleware(
        BodyLimits,
        largest=settings.max_body_bytes,
        larger=bulk,
        files=FILE_LIMITS,
        seconds=settings.body_seconds,
        vital_prefixes=VITAL_PREFIXES,
    )
    app.add_middleware(HeadLimits)
    app.add_middleware(RateHeaders)
    app.add_middleware(SecureHeaders)
    app.add_middleware(AccessLog, metrics=app.state.metrics)
    app.add_middleware(LastResort)
    app.add_middleware(RequestId)

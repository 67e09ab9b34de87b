"""Sending by GOV.UK Notify: one call, `POST /v2/notifications/email`, by a client of our own.

The template holds ((subject)) and ((body)) and nothing else. Our own id travels as the `reference`, so that an email
that was sent twice is recognised in Notify's list.
"""

import asyncio
from weakref import WeakKeyDictionary

import httpx

from app.access.tokens import signed_for_service
from app.clock import utc_now
from app.settings import Settings

ANSWER_SECONDS = 10
MOST_CONNECTIONS = 20
_UUID_LENGTH = 36
# How Notify says that the address is at fault. Whatever else it refuses (a template that is not there, a key for a team
# alone) the operator mends, and the email then still goes.
_OF_ADDRESS = b"email_address"


class NotifyError(Exception):
    """Notify did not take an email. `result` says why, in a slug; `final` that trying again is of no use."""

    def __init__(self, result: str, *, final: bool) -> None:
        super().__init__(result)
        self.result = result
        self.final = final


_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()


async def send_by_notify(settings: Settings, address: str, subject: str, body: str, reference: str) -> None:
    """Raises NotifyError. Nothing of an answer is kept but its status: it may quote the address."""
    name_and_service, secret = _split(settings.notify_api_key.get_secret_value())
    _, service_id = _split(name_and_service)
    token = signed_for_service(service_id, secret, utc_now())
    try:
        answer = await _client().post(
            f"{settings.notify_url.rstrip('/')}/v2/notifications/email",
            headers={"Authorization": f"Bearer {token}"},
            json={
                "email_address": address,
                "template_id": settings.notify_template_id,
                "personalisation": {"subject": subject, "body": body},
                "reference": reference,
            },
        )
    except httpx.TimeoutException:
        raise NotifyError("timed_out", final=False) from None
    except httpx.HTTPError:
        raise NotifyError("notify_unreachable", final=False) from None
    if not answer.is_success:
        raise _refusal(answer.status_code, of_address=_OF_ADDRESS in answer.content)


async def close_client() -> None:
    """Closes the connections of the running loop."""
    client = _clients.pop(asyncio.get_running_loop(), None)
    if client is not None:
        await client.aclose()


def _client() -> httpx.AsyncClient:
    """The client of the running loop: it follows no redirect and no proxy that the environment names."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        limits = httpx.Limits(max_connections=MOST_CONNECTIONS, keepalive_expiry=10)
        _clients[loop] = httpx.AsyncClient(trust_env=False, timeout=ANSWER_SECONDS, limits=limits)
    return _clients[loop]


def _refusal(status: int, *, of_address: bool) -> NotifyError:
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return NotifyError("notify_too_many", final=False)
    if status in {401, 403}:
        return NotifyError("notify_key_refused", final=False)
    if 400 <= status < 500:
        return NotifyError("notify_refused", final=of_address and status == httpx.codes.BAD_REQUEST)
    return NotifyError("notify_failed", final=False)


def _split(key: str) -> tuple[str, str]:
    """What stands before the last UUID of a key, and that UUID."""
    return key[: -_UUID_LENGTH - 1], key[-_UUID_LENGTH:]

"""Sending one message to one receiver, whom we do not trust: the only place where webhooks speak HTTP.

The connection goes to an address that was checked, while TLS and the `Host` header name whom the url names. No redirect
is followed, no proxy or other setting of the environment obeyed, no cookie kept, no connection used twice.
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpcore
import httpx

from app.outbox.bounded_network import BoundedNetwork
from app.outbox.safe_destinations import (
    AddressRefused,
    Destination,
    NameNotFound,
    Resolver,
    UrlRefused,
    checked_addresses,
    destination_of,
    system_resolver,
)
from app.rules.webhook_deliveries import AttemptResult

SECONDS = 10.0
USER_AGENT = "Waymark-Webhooks/1"
MOST_ANSWER_BYTES = 4096
_MOST_ADDRESSES = 3


def _tls() -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said: `body` is its beginning, and only where it was asked for."""

    status: int
    retry_after: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Sender:
    """`private` receivers are for an integrator's own machine. `seconds` is for all of it, not for each step."""

    private: bool = False
    resolve: Resolver = system_resolver
    tls: ssl.SSLContext = field(default_factory=_tls)
    seconds: float = SECONDS

    async def post(
        self, url: str, headers: Mapping[str, str], body: bytes, *, read_answer: bool = False
    ) -> Answer | AttemptResult:
        """The receiver's answer, or why there was none."""
        try:
            async with asyncio.timeout(self.seconds):
                destination = destination_of(url, private=self.private)
                addresses = await checked_addresses(destination, self.resolve, private=self.private)
                return await self._post(destination, addresses, headers, body, read_answer=read_answer)
        except (UrlRefused, AddressRefused):
            return AttemptResult.ADDRESS_NOT_ALLOWED
        except NameNotFound:
            return AttemptResult.NAME_NOT_FOUND
        except (TimeoutError, httpcore.TimeoutException):
            return AttemptResult.TIMED_OUT
        except httpcore.ConnectError as error:
            return AttemptResult.TLS_FAILED if _is_tls(error) else AttemptResult.CONNECTION_FAILED
        except httpcore.NetworkError:
            return AttemptResult.CONNECTION_FAILED
        except (httpcore.ProtocolError, ValueError):
            return AttemptResult.BROKEN_ANSWER

    async def _post(
        self,
        destination: Destination,
        addresses: Sequence[str],
        headers: Mapping[str, str],
        body: bytes,
        *,
        read_answer: bool,
    ) -> Answer:
        """Tries a few of the addresses, as long as no connection comes about."""
        tried = addresses[:_MOST_ADDRESSES]
        for address in tried[:-1]:
            try:
                return await self._post_to(destination, address, headers, body, read_answer=read_answer)
            except httpcore.ConnectError as error:
                if _is_tls(error):
                    raise
        return await self._post_to(destination, tried[-1], headers, body, read_answer=read_answer)

    async def _post_to(
        self, destination: Destination, address: str, headers: Mapping[str, str], body: bytes, *, read_answer: bool
    ) -> Answer:
        sent = {
            **headers,
            "Host": destination.authority,
            "User-Agent": USER_AGENT,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        url = httpcore.URL(scheme=destination.scheme, host=address, port=destination.port, target=destination.target)
        async with (
            httpcore.AsyncConnectionPool(self.tls, http2=False, network_backend=BoundedNetwork()) as connections,
            connections.stream(
                "POST", url, headers=[*sent.items()], content=body, extensions={"sni_hostname": destination.host}
            ) as response,
        ):
            beginning = await _beginning(response) if read_answer else b""
            return Answer(response.status, _retry_after(response), beginning)


async def _beginning(response: httpcore.Response) -> bytes:
    """At most the first 4 KiB, as they came; the rest is never read."""
    found = bytearray()
    async for part in response.aiter_stream():
        found += part
        if len(found) >= MOST_ANSWER_BYTES:
            break
    return bytes(found[:MOST_ANSWER_BYTES])


def _retry_after(response: httpcore.Response) -> str | None:
    return next((value.decode("latin-1") for name, value in response.headers if name.lower() == b"retry-after"), None)


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False

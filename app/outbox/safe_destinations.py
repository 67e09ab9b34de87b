"""Where a message may go: an address that somebody else gave us must not lead into our own network.

A url is read by one strict pattern, so that no two parsers can disagree on it. Its name is resolved once; every address
that comes back must be globally routed unicast; and whoever connects does so to an address that was checked here.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

LONGEST_URL = 2000
LOOKUPS_AT_ONCE = 200
LOWEST_FREE_PORT = 1024

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z.-]{1,253})"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?)",
    re.ASCII,
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_LAST_LABEL = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_OF_NO_NETWORK = frozenset(
    {"localhost", "local", "internal", "lan", "home", "corp", "arpa", "invalid", "test", "onion"}
)

# Of IPv4 what is not for everybody (IANA's registry of special purposes), and one cloud's own service address.
_REFUSED_4 = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Of IPv6 only global unicast is allowed at all, which leaves out loopback, mapped and compatible addresses, NAT64,
# unique local, link local, site local and multicast; and of that not what tunnels, documents or measures.
_ALLOWED_6 = IPv6Network("2000::/3")
_REFUSED_6 = tuple(
    IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
_TUNNELLED_4 = frozenset({0x00005EFE, 0x02005EFE})


class UrlRefused(ValueError):
    """A url that nothing is sent to: a stable code, and a plain sentence that does not repeat it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class AddressRefused(Exception):
    """The name leads to an address that nothing is sent to."""


class NameNotFound(Exception):
    """The name leads nowhere."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A url taken apart. `host` is a name in lower case, or an address without brackets; `target` begins with `/`."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"


def destination_of(url: str, *, private: bool) -> Destination:
    """The parts of a url that messages may be sent to. Raises UrlRefused.

    `private` also allows http, addresses in place of names, names of one's own network, and every port: for an
    integrator's own machine, never for a live service.
    """
    if len(url) > LONGEST_URL:
        raise UrlRefused("too_long", f"must have at most {LONGEST_URL} characters")
    found = _URL.fullmatch(url)
    if found is None:
        raise UrlRefused("url_expected", "must be an https url, in ASCII, without user, password or fragment")
    scheme, host = found["scheme"], found["host"].lower()
    port = int(found["port"] or (443 if scheme == "https" else 80))
    target = found["target"] if found["target"].startswith("/") else f"/{found['target']}"
    if not 1 <= port <= 65535:
        raise UrlRefused("port_not_allowed", "the port must lie between 1 and 65535")
    if private:
        return Destination(scheme, _name_or_address(host), port, target)
    if scheme != "https":
        raise UrlRefused("https_expected", "must begin with https://")
    if port != 443 and port < LOWEST_FREE_PORT:
        raise UrlRefused("port_not_allowed", f"the port must be 443, or {LOWEST_FREE_PORT} or above")
    return Destination(scheme, _public_name(host), port, target)


def is_public(address: str) -> bool:
    """Whether an address, as a resolver gives it, is globally routed unicast and nothing else."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _REFUSED_4)
    if parsed.scope_id is not None or parsed not in _ALLOWED_6 or any(parsed in each for each in _REFUSED_6):
        return False
    return (int(parsed) >> 32) & 0xFFFFFFFF not in _TUNNELLED_4


async def checked_addresses(destination: Destination, resolve: Resolver, *, private: bool) -> Sequence[str]:
    """The addresses to connect to, in the resolver's order. Raises NameNotFound, AddressRefused.

    One address that is not public is enough to refuse the name: somebody is trying something.
    """
    addresses = list(dict.fromkeys(await resolve(destination.host, destination.port)))
    if not addresses:
        raise NameNotFound
    if not private and not all(is_public(each) for each in addresses):
        raise AddressRefused
    return addresses


# Lookups block a thread each; in threads of their own a name server that hangs holds up nothing else.
_threads = ThreadPoolExecutor(LOOKUPS_AT_ONCE, thread_name_prefix="webhook-names")


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses that the machine's resolver gives. Raises NameNotFound."""

    def look_up() -> list[str]:
        return [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, look_up)
    except (OSError, UnicodeError):
        raise NameNotFound from None


def _public_name(host: str) -> str:
    """A name with at least two labels of which the last is no number: none that could be read as an address."""
    labels = host.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or not _LAST_LABEL.fullmatch(labels[-1]):
        raise UrlRefused("name_expected", "the host must be a full domain name, not an address or a short name")
    if labels[-1] in _OF_NO_NETWORK:
        raise UrlRefused("name_expected", "the host must be a name of the public internet")
    return host


def _name_or_address(host: str) -> str:
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        labels = host.split(".")
        if not all(map(_LABEL.fullmatch, labels)) or not _LAST_LABEL.fullmatch(labels[-1]):
            raise UrlRefused(
                "name_expected", "the host must be a name, or an address as it is usually written"
            ) from None
        return host

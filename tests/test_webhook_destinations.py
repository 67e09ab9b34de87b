"""Where webhooks may go: which urls and addresses, and that the address that was checked is the one connected to."""

import asyncio
import ipaddress
import ssl
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.outbox.safe_destinations import (
    Destination,
    NameNotFound,
    UrlRefused,
    destination_of,
    is_public,
    system_resolver,
)
from app.outbox.webhook_http import MOST_ANSWER_BYTES, Answer, Sender
from app.rules.webhook_deliveries import AttemptResult
from tests.receiving import Received, receiver, status

HEADERS = {"Content-Type": "application/json"}
HOST = "mis.example.org"

PUBLIC = ["8.8.8.8", "1.1.1.1", "185.199.108.153", "2606:4700:4700::1111", "2a00:1450:4009:81f::200e", "2600::1"]
NOT_PUBLIC = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.1.2.3",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.1.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::8.8.8.8",
    "::ffff:8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:0:8.8.8.8",
    "64:ff9b::808:808",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "2620:4f:8000::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700:4700::1111%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "2606:4700::5efe:7f00:1",
    "2606:4700::200:5efe:a00:1",
    "0x7f.1",
    "0177.0.0.1",
    "2130706433",
    "127.1",
    "8.8.8.8 ",
    "",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_internet_may_be_sent_to(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_any_other_address_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("url", "destination"),
    [
        ("https://mis.example.org", Destination("https", HOST, 443, "/")),
        ("https://MIS.example.org/Hook?a=b", Destination("https", HOST, 443, "/Hook?a=b")),
        ("https://mis.example.org:8443/h", Destination("https", HOST, 8443, "/h")),
        ("https://mis.example.org?x=%2f", Destination("https", HOST, 443, "/?x=%2f")),
        ("https://xn--bcher-kva.example.org/", Destination("https", "xn--bcher-kva.example.org", 443, "/")),
    ],
)
def test_a_url_that_may_be_sent_to(url: str, destination: Destination) -> None:
    assert destination_of(url, private=False) == destination


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://mis.example.org/", "https_expected"),
        ("ftp://mis.example.org/", "url_expected"),
        ("https://user@mis.example.org/", "url_expected"),
        ("https://user:pass@mis.example.org/", "url_expected"),
        ("https://mis.example.org/#part", "url_expected"),
        ("https://mis.example.org\\@127.0.0.1/", "url_expected"),
        ("https://mis.example.org/ ", "url_expected"),
        ("https://mis.example.org/\r\nX: y", "url_expected"),
        ("https://mis.example.org\n", "url_expected"),
        ("https://mis。example.org/", "url_expected"),
        ("https://bücher.example.org/", "url_expected"),
        ("//mis.example.org/", "url_expected"),
        ("https:///", "url_expected"),
        ("https://mis.example.org:/", "url_expected"),
        ("https://mis.example.org:0/", "port_not_allowed"),
        ("https://mis.example.org:22/", "port_not_allowed"),
        ("https://mis.example.org:80/", "port_not_allowed"),
        ("https://mis.example.org:65536/", "port_not_allowed"),
        ("https://127.0.0.1/", "name_expected"),
        ("https://8.8.8.8/", "name_expected"),
        ("https://[::1]/", "name_expected"),
        ("https://[2606:4700:4700::1111]/", "name_expected"),
        ("https://0x7f.1/", "name_expected"),
        ("https://0x7f000001/", "name_expected"),
        ("https://2130706433/", "name_expected"),
        ("https://127.1/", "name_expected"),
        ("https://0177.0.0.1/", "name_expected"),
        ("https://a.0x7f/", "name_expected"),
        ("https://mis.example.org./", "name_expected"),
        ("https://127.0.0.1./", "name_expected"),
        ("https://localhost/", "name_expected"),
        ("https://api.localhost/", "name_expected"),
        ("https://metadata.google.internal/", "name_expected"),
        ("https://printer.local/", "name_expected"),
        ("https://intranet/", "name_expected"),
        ("https://-a.example.org/", "name_expected"),
        ("https://a..example.org/", "name_expected"),
        ("https://mis.example.org/" + "a" * 2000, "too_long"),
    ],
)
def test_a_url_that_nothing_is_sent_to(url: str, code: str) -> None:
    with pytest.raises(UrlRefused) as refused:
        destination_of(url, private=False)
    assert refused.value.code == code
    assert "example" not in refused.value.detail


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/", "http://localhost:80/", "http://[::1]:1/", "https://mis/"])
def test_on_ones_own_machine_more_is_allowed(url: str) -> None:
    assert destination_of(url, private=True)


@pytest.mark.parametrize("url", ["http://0x7f.1/", "http://127.1/", "http://2130706433/", "http://a@localhost/"])
def test_odd_spellings_are_allowed_nowhere(url: str) -> None:
    with pytest.raises(UrlRefused):
        destination_of(url, private=True)


class Names:
    """A resolver that answers one list after another, and counts."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:8.8.8.8"], ["169.254.169.254"]])
async def test_a_name_that_leads_inward_is_not_connected_to(addresses: list[str]) -> None:
    async with receiver() as there:
        names = Names(addresses)
        sender = Sender(resolve=names)
        said = await sender.post(f"https://{HOST}:{there.port}/", HEADERS, b"{}")
        assert said is AttemptResult.ADDRESS_NOT_ALLOWED
        assert there.most_at_once == 0


async def test_a_name_is_resolved_once_and_the_checked_address_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that says a public address first and a private one from then on."""
    connected: list[object] = []

    async def connect(*args: object, **named: object) -> object:
        connected.append(named.get("remote_host", args[0] if args else None))
        raise OSError("nobody there")

    monkeypatch.setattr("anyio.connect_tcp", connect)
    names = Names(["8.8.8.8"], ["127.0.0.1"])
    said = await Sender(resolve=names).post(f"https://{HOST}/", HEADERS, b"{}")
    assert said is AttemptResult.CONNECTION_FAILED
    assert (connected, names.asked) == (["8.8.8.8"], 1)


async def test_a_name_that_leads_nowhere_is_told_as_such() -> None:
    assert await Sender(resolve=Names([])).post(f"https://{HOST}/", HEADERS, b"{}") is AttemptResult.NAME_NOT_FOUND
    with pytest.raises(NameNotFound):
        await system_resolver("nowhere.invalid", 443)
    assert "127.0.0.1" in await system_resolver("127.0.0.1", 443)


async def test_a_name_server_that_hangs_costs_no_more_than_an_attempt() -> None:
    async def hang(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    assert await Sender(resolve=hang, seconds=0.05).post(f"https://{HOST}/", HEADERS, b"{}") is AttemptResult.TIMED_OUT


@pytest.mark.parametrize("read_answer", [False, True])
async def test_a_redirect_inward_is_not_followed(read_answer: bool) -> None:
    async with receiver() as inward:
        async with receiver(lambda _: status(307, f"Location: {inward.url}", "Set-Cookie: a=b")) as there:
            said = await Sender(private=True).post(there.url, HEADERS, b"{}", read_answer=read_answer)
        assert isinstance(said, Answer)
        assert (said.status, inward.received) == (307, [])


async def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver() as proxy, receiver(lambda _: status(204)) as there:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        said = await Sender(private=True).post(there.url, HEADERS, b"{}")
        assert isinstance(said, Answer)
        assert (len(there.received), proxy.received) == (1, [])


async def test_a_huge_answer_is_read_to_four_kilobytes() -> None:
    async with receiver(lambda _: status(200, body="x" * 3_000_000)) as there:
        said = await Sender(private=True).post(there.url, HEADERS, b"{}", read_answer=True)
        assert isinstance(said, Answer)
        assert len(said.body) == MOST_ANSWER_BYTES


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A byte now and then, so that no single read ever waits long."""
    try:
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 10_000:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.02)
    except ConnectionError:
        pass
    finally:
        writer.close()


async def test_a_slow_drip_ends_with_the_time_for_all_of_it() -> None:
    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    began = time.monotonic()
    said = await Sender(private=True, seconds=0.2).post(f"http://127.0.0.1:{port}/", HEADERS, b"{}")
    assert said is AttemptResult.TIMED_OUT
    assert time.monotonic() - began < 2
    server.close()


ENDLESS = [
    (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"a"),
]


@pytest.mark.parametrize(("first", "again"), ENDLESS, ids=["continue", "hints", "headers", "chunk"])
async def test_a_receiver_that_talks_without_end_is_soon_hung_up_on(first: bytes, again: bytes) -> None:
    """What has no end must not keep the process busy until the time for an attempt is over."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        try:
            while True:
                writer.write(again * 1000)
                await writer.drain()
                await asyncio.sleep(0)
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sender = Sender(private=True, seconds=3)
    said = await sender.post(f"http://127.0.0.1:{port}/", HEADERS, b"{}", read_answer=True)
    assert said is AttemptResult.BROKEN_ANSWER
    server.close()


async def test_nonsense_and_silence_are_told_apart() -> None:
    async with receiver(lambda _: b"SSH-2.0-OpenSSH_9.6\r\n") as there:
        assert await Sender(private=True).post(there.url, HEADERS, b"{}") is AttemptResult.BROKEN_ANSWER
        url = there.url
    assert await Sender(private=True).post(url, HEADERS, b"{}") is AttemptResult.CONNECTION_FAILED


async def test_the_certificate_must_be_for_the_name(tmp_path: Path) -> None:
    serving, trusting = certificate(tmp_path, HOST)
    seen: list[Received] = []

    def answers(received: Received) -> bytes:
        seen.append(received)
        return status(204)

    async with receiver(answers, tls=serving) as there:
        local = Names(["127.0.0.1"])
        for host, expected in ((HOST, 204), ("other.example.org", AttemptResult.TLS_FAILED)):
            sender = Sender(private=True, resolve=local, tls=trusting)
            said = await sender.post(f"https://{host}:{there.port}/hook", HEADERS, b"{}")
            assert (said.status if isinstance(said, Answer) else said) == expected
        unknown = await Sender(private=True, resolve=local).post(f"https://{HOST}:{there.port}/", HEADERS, b"{}")
        assert unknown is AttemptResult.TLS_FAILED
        assert [each.headers["host"] for each in seen] == [f"{HOST}:{there.port}"]
        assert not {"cookie", "referer", "authorization"} & seen[0].headers.keys()


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for a name, and a context that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("192.0.2.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate_file, key_file)
    return serving, ssl.create_default_context(cafile=str(certificate_file))

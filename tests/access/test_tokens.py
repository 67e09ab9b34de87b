"""No token but ours, spelt as we spell it, in its time: everything else is the one InvalidToken."""

import base64
import hmac
import json
import random
import string
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jose import jws, jwt

from app.access.tokens import InvalidToken, SigningKeys, TokenIssuer, TokenVerifier

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
SECRET = b"a secret of at least thirty-two bytes"
CLIENT = UUID("3f0e1f7e-6d0c-4c1e-9a63-0a5c8f1b2d3e")
KEYS = SigningKeys({"one": SECRET}, "one")
ISSUER = TokenIssuer(KEYS, issuer="https://waymark.test", audience="waymark")
VERIFIER = TokenVerifier(KEYS, issuer="https://waymark.test", audience="waymark")
PUBLIC_DER = (
    rsa.generate_private_key(public_exponent=65537, key_size=2048)
    .public_key()
    .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def header(**changes: Any) -> dict[str, Any]:
    return {"alg": "HS256", "typ": "at+jwt", "kid": "one"} | changes


def claims(**changes: Any) -> dict[str, Any]:
    good = {
        "iss": "https://waymark.test",
        "aud": "waymark",
        "sub": str(CLIENT),
        "credential": "0123456789abcdef",
        "iat": AT,
        "nbf": AT,
        "exp": AT + 900,
        "jti": "11111111-2222-4333-8444-555555555555",
    }
    return {name: value for name, value in (good | changes).items() if value is not ...}


def without(members: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in members.items() if key != name}


def forged(
    head: dict[str, Any] | bytes | None = None,
    body: dict[str, Any] | bytes | None = None,
    *,
    secret: bytes = SECRET,
    digest: str = "sha256",
) -> str:
    """A token whose signature is right and whose parts are as given."""
    head = header() if head is None else head
    body = claims() if body is None else body
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (head, body)]
    signed = ".".join(b64(part) for part in parts)
    return f"{signed}.{b64(hmac.digest(secret, signed.encode(), digest))}"


def segments(change: Callable[[list[str]], list[str]]) -> str:
    return ".".join(change(forged().split(".")))


def test_a_token_of_ours_says_whose_it_is() -> None:
    issued = ISSUER.issue(CLIENT, "0123456789abcdef", NOW, scope="attendance:write placements:read")
    said = VERIFIER.verify(issued.text, NOW)
    assert said.subject == str(CLIENT)
    assert said.credential == "0123456789abcdef"
    assert said.scope == "attendance:write placements:read"
    assert said.token_id == issued.token_id
    assert (said.issued_at, said.expires_at, issued.expires_in) == (AT, AT + 900, 900)


def test_the_forger_of_this_table_can_make_a_good_token() -> None:
    assert VERIFIER.verify(forged(), NOW).subject == str(CLIENT)


BAD_HEADERS = {
    "algorithm none": header(alg="none"),
    "another algorithm of the family": header(alg="HS512"),
    "an asymmetric algorithm": header(alg="RS256"),
    "an algorithm in lower case": header(alg="hs256"),
    "a list of algorithms": header(alg=["HS256"]),
    "no algorithm": without(header(), "alg"),
    "crit, which must be understood": header(crit=["exp"]),
    "an embedded key": header(jwk={"kty": "oct", "k": b64(SECRET)}),
    "an address to fetch a key from": header(jku="https://attacker.test/keys"),
    "an identity token's type": header(typ="JWT"),
    "a type in another case": header(typ="AT+JWT"),
    "no type": without(header(), "typ"),
    "no key id": without(header(), "kid"),
    "an unknown key id": header(kid="two"),
    "a key id that is a number": header(kid=1),
    "a key id that is a list": header(kid=["one"]),
    "a key id that is a path": header(kid="../../dev/null"),
    "a header member twice": b'{"alg":"HS256","alg":"HS256","typ":"at+jwt","kid":"one"}',
    "a header that is a list": b'["HS256","at+jwt","one"]',
    "a header with a NaN": b'{"alg":"HS256","typ":"at+jwt","kid":NaN}',
    "a header that is not UTF-8": b'{"alg":"HS256","typ":"at+jwt","kid":"\xff"}',
    "a header of ten thousand brackets": b"[" * 2000,
}
BAD_CLAIMS: dict[str, dict[str, Any] | bytes] = {
    **{f"no {name}": without(claims(), name) for name in claims()},
    **{f"{name} as a float": claims(**{name: float(claims()[name])}) for name in ("exp", "iat", "nbf")},
    **{f"{name} as a text": claims(**{name: str(claims()[name])}) for name in ("exp", "iat", "nbf")},
    **{f"{name} as true": claims(**{name: True}) for name in ("exp", "iat", "nbf")},
    **{f"{name} as null": claims(**{name: None}) for name in claims()},
    **{
        f"{name} as a number": claims(**{name: 5})
        for name in ("iss", "aud", "sub", "jti", "credential", "scope")
    },
    "another issuer": claims(iss="https://elsewhere.test"),
    "another audience": claims(aud="other"),
    "a list of audiences": claims(aud=["waymark"]),
    "a subject that is no UUID": claims(sub="everyone"),
    "a subject in another spelling": claims(sub=str(CLIENT).upper()),
    "a subject with braces": claims(sub="{" + str(CLIENT) + "}"),
    "a token id that is no UUID": claims(jti=""),
    "an empty credential": claims(credential=""),
    "a credential with a quote in it": claims(credential="a' or 'a'='a"),
    "a claim of which we know nothing": claims(admin=True),
    "expired this second": claims(iat=AT - 900, nbf=AT - 900, exp=AT),
    "expired long ago": claims(iat=AT - 5000, nbf=AT - 5000, exp=AT - 4100),
    "a life of one second over fifteen minutes": claims(exp=AT + 901),
    "a life of years": claims(exp=AT + 10**8),
    "a life shortened by a late start": claims(iat=AT - 200, exp=AT + 800),
    "not valid before a minute from now": claims(nbf=AT + 60),
    "issued a minute from now": claims(iat=AT + 60, nbf=AT + 60, exp=AT + 960),
    "valid before it was issued": claims(nbf=AT - 60),
    "an end before its beginning": claims(iat=AT, nbf=AT + 2, exp=AT + 1),
    "a time past every calendar": claims(exp=2**63),
    "a negative time": claims(iat=-1, nbf=-1),
    "a claim twice": json.dumps(claims()).encode()[:-1] + b',"sub":"' + str(CLIENT).encode() + b'"}',
    "claims that are a list": b"[]",
    "claims that are a text": b'"sub"',
    "claims that are not JSON": b"{",
    "claims with infinity": json.dumps(claims()).replace(str(AT + 900), "Infinity").encode(),
    "claims in UTF-16": json.dumps(claims()).encode("utf-16"),
}
BAD_SPELLINGS = {
    "an empty text": "",
    "two dots": "..",
    "no signature": segments(lambda s: [s[0], s[1], ""]),
    "two segments": segments(lambda s: s[:2]),
    "four segments": segments(lambda s: [*s, "AAAA"]),
    "five segments, as encrypted tokens have": segments(lambda s: [*s, "AAAA", "AAAA"]),
    "padding": segments(lambda s: [*s[:2], s[2] + "="]),
    "a space before": " " + forged(),
    "a line break after": forged() + "\n",
    "a space within": segments(lambda s: [s[0], s[1] + " ", s[2]]),
    "the other base64 alphabet": segments(lambda s: [s[0], s[1], "+/" + s[2][2:]]),
    "a letter that is not ASCII": segments(lambda s: [s[0], s[1], "é" + s[2][1:]]),
    "a digit that is not ASCII": segments(lambda s: [s[0], s[1], "٣" + s[2][1:]]),
    "half a surrogate": "\ud800" + forged(),
    "a NUL": forged() + "\x00",
    "a megabyte": segments(lambda s: [s[0], "A" * 1_048_576, s[2]]),
    "right but longer than any of ours": forged(body=claims(scope="s" * 4000)),
    "another token's signature": segments(lambda s: [*s[:2], forged(body=claims(aud="x")).split(".")[2]]),
    "a secret of another": forged(secret=b"another secret, of thirty-two bytes"),
    "an empty secret": forged(secret=b""),
    "a public key as the secret": forged(secret=PUBLIC_DER),
    "a longer digest": forged(digest="sha512"),
    "none, unsigned": f"{b64(json.dumps(header(alg='none')).encode())}.{b64(json.dumps(claims()).encode())}.",
    "one that the library makes by default": jwt.encode(claims(), SECRET, "HS256"),
}


@pytest.mark.parametrize("head", BAD_HEADERS.values(), ids=BAD_HEADERS.keys())
def test_a_header_is_refused_with(head: dict[str, Any] | bytes) -> None:
    digest = "sha512" if isinstance(head, dict) and head.get("alg") == "HS512" else "sha256"
    with pytest.raises(InvalidToken):
        VERIFIER.verify(forged(head, digest=digest), NOW)


@pytest.mark.parametrize("body", BAD_CLAIMS.values(), ids=BAD_CLAIMS.keys())
def test_claims_are_refused_with(body: dict[str, Any] | bytes) -> None:
    with pytest.raises(InvalidToken):
        VERIFIER.verify(forged(body=body), NOW)


@pytest.mark.parametrize("token", BAD_SPELLINGS.values(), ids=BAD_SPELLINGS.keys())
def test_a_token_is_refused_that_is(token: str) -> None:
    with pytest.raises(InvalidToken) as refused:
        VERIFIER.verify(token, NOW)
    assert str(refused.value) == "invalid token"
    assert refused.value.__cause__ is None


def test_no_change_of_a_single_character_leaves_a_token_valid() -> None:
    chance = random.Random(20261120)
    good = forged(body=claims(scope="placements:read"))
    alphabet = string.ascii_letters + string.digits + "-_.=+/ \n"
    accepted = []
    for number in range(2_000):
        place = len(good) - 1 if number % 4 == 0 else chance.randrange(len(good))
        change = chance.choice(alphabet)
        cut = chance.choice((place, place + 1))
        mutated = good[:place] + change + good[cut:]
        if mutated == good:
            continue
        try:
            VERIFIER.verify(mutated, NOW)
            accepted.append(mutated)
        except InvalidToken:
            continue
    assert accepted == []


def test_a_signature_has_one_spelling_only() -> None:
    good = forged()
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same_bytes = [
        good[:-1] + letter
        for letter in last
        if base64.urlsafe_b64decode(good.split(".")[2][:-1] + letter + "=")
        == base64.urlsafe_b64decode(good.split(".")[2] + "=")
    ]
    assert len(same_bytes) == 4
    valid = 0
    for token in same_bytes:
        try:
            VERIFIER.verify(token, NOW)
            valid += 1
        except InvalidToken:
            continue
    assert valid == 1


def test_a_clock_a_second_ahead_elsewhere_does_no_harm() -> None:
    issued = ISSUER.issue(CLIENT, "abc", NOW + timedelta(seconds=1))
    assert VERIFIER.verify(issued.text, NOW).subject == str(CLIENT)


def test_the_tolerance_never_lengthens_a_life() -> None:
    issued = ISSUER.issue(CLIENT, "abc", NOW)
    assert VERIFIER.verify(issued.text, NOW + timedelta(seconds=899.9))
    with pytest.raises(InvalidToken):
        VERIFIER.verify(issued.text, NOW + timedelta(seconds=900))


def test_old_keys_verify_until_they_are_taken_away() -> None:
    new = SigningKeys({"one": SECRET, "two": b"a second secret of thirty-two bytes!"}, "two")
    both = TokenVerifier(new, issuer="https://waymark.test", audience="waymark")
    old_token = ISSUER.issue(CLIENT, "abc", NOW).text
    new_token = (
        TokenIssuer(new, issuer="https://waymark.test", audience="waymark").issue(CLIENT, "abc", NOW).text
    )
    assert both.verify(old_token, NOW)
    assert both.verify(new_token, NOW)
    with pytest.raises(InvalidToken):
        VERIFIER.verify(new_token, NOW)


@pytest.mark.parametrize(
    ("secrets", "current"),
    [
        ({"one": b"thirty-one bytes are not enough"}, "one"),
        ({"one": SECRET, "two": b""}, "one"),
        ({}, "one"),
        ({"one": SECRET}, "two"),
        ({"one key": SECRET}, "one key"),
        ({"": SECRET}, ""),
    ],
    ids=[
        "31 bytes",
        "one of two is empty",
        "no keys",
        "no current key",
        "a space in a key id",
        "an empty key id",
    ],
)
def test_signing_keys_are_refused_at_start(secrets: dict[str, bytes], current: str) -> None:
    with pytest.raises(ValueError, match=r"token secret|key id"):
        SigningKeys(secrets, current)


@pytest.mark.parametrize("seconds", [0, 901, -1])
def test_no_token_is_issued_for_a_life_of(seconds: int) -> None:
    with pytest.raises(ValueError, match="between one second and fifteen minutes"):
        ISSUER.issue(CLIENT, "abc", NOW, life=timedelta(seconds=seconds))


def test_the_pure_python_cryptography_is_never_imported() -> None:
    program = (
        "import sys, app.access.tokens; "
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'ecdsa', 'rsa'}), 'jose.jwe' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[] False"


def test_every_bad_claim_above_is_properly_signed() -> None:
    """The canary: it is the claims that are refused, for the library finds nothing wrong with the signatures."""
    for body in BAD_CLAIMS.values():
        assert jws.verify(forged(body=body), SECRET, algorithms=["HS256"])

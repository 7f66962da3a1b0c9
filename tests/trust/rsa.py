"""RSA keys made by the test, in the forms in which dkimpy signs and DNS publishes. Far too weak for anything else."""

import base64
import random
from dataclasses import dataclass
from functools import cache

_OID_RSA = bytes.fromhex("06092a864886f70d010101")


@dataclass(frozen=True, slots=True)
class TestKey:
    """`private` is PKCS#1 PEM, `record` the TXT record of the public half."""

    __test__ = False

    private: bytes
    record: str


@cache
def make_key(bits: int = 1024, seed: int = 1) -> TestKey:
    """A key of that size, always the same for the same seed."""
    chance = random.Random(seed * 100_003 + bits)
    exponent = 65537
    while True:
        p, q = _prime(bits // 2, chance), _prime(bits - bits // 2, chance)
        if p != q and (p - 1) % exponent and (q - 1) % exponent and (p * q).bit_length() == bits:
            break
    modulus, secret = p * q, pow(exponent, -1, (p - 1) * (q - 1))
    private = _sequence(
        *(_integer(each) for each in (0, modulus, exponent, secret, p, q)),
        *(_integer(each) for each in (secret % (p - 1), secret % (q - 1), pow(q, -1, p))),
    )
    body = base64.encodebytes(private)
    pem = b"-----BEGIN RSA PRIVATE KEY-----\n" + body + b"-----END RSA PRIVATE KEY-----\n"
    return TestKey(pem, public_record(modulus, exponent))


def public_record(modulus: int, exponent: int) -> str:
    """The TXT record of any two numbers."""
    public = _sequence(
        _sequence(_OID_RSA, b"\x05\x00"),
        _tlv(3, b"\x00" + _sequence(_integer(modulus), _integer(exponent))),
    )
    return f"p={base64.b64encode(public).decode()}"


def _prime(bits: int, chance: random.Random) -> int:
    while True:
        candidate = chance.getrandbits(bits) | (3 << (bits - 2)) | 1
        if all(candidate % small for small in (3, 5, 7, 11, 13, 17, 19, 23)) and all(
            _passes(candidate, chance.randrange(2, candidate - 1)) for _ in range(20)
        ):
            return candidate


def _passes(n: int, base: int) -> bool:
    """One round of Miller and Rabin."""
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    x = pow(base, odd, n)
    if x in (1, n - 1):
        return True
    for _ in range(twos - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def _integer(value: int) -> bytes:
    return _tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _sequence(*parts: bytes) -> bytes:
    return _tlv(0x30, b"".join(parts))

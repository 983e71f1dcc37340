"""Outcomes of lucky draws, computed beside loy with Python's hmac and hashlib.

    python3 tests/draws/outcomes.py > tests/draws/outcomes.json

The rule is that of docs/draws.md. HKDF is written out from RFC 5869.
"""

import hashlib
import hmac
import json

CHANCES = 10**11


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def hkdf(secret, info):
    extracted = mac(bytes(32), secret)
    return mac(extracted, info + b"\x01")


def named(draw):
    draw = draw.encode()
    return len(draw).to_bytes(8, "big") + draw


def key_of_writer(secret):
    return hkdf(secret, b"loy draw key v1")


def key_of_draw(writer_key, draw):
    return mac(writer_key, named(draw))


def outcome(key, draw, n):
    return mac(key, named(draw) + n.to_bytes(8, "big"))


def part(found):
    return int.from_bytes(found[:16], "big") * CHANCES >> 128


def turn(key, draw, n):
    found = outcome(key, draw, n)
    return {"n": n, "outcome": found.hex(), "part": part(found)}


def told(writer_key, draw, numbers):
    key = key_of_draw(writer_key, draw)
    return {
        "draw": draw,
        "key": key.hex(),
        "commitment": hashlib.sha256(key).hexdigest(),
        "turns": [turn(key, draw, n) for n in numbers],
    }


def counted(writer_key, draw, below):
    key = key_of_draw(writer_key, draw)
    counts = [0] * (len(below) + 1)
    for n in range(10_000):
        found = part(outcome(key, draw, n))
        counts[sum(limit <= found for limit in below)] += 1
    return {"draw": draw, "below": below, "counts": counts}


def main():
    secret = bytes([7] * 32)
    of_writer = key_of_writer(secret)
    numbers = [0, 1, 2, 3, 255, 256, 2**32, 2**64 - 1]
    print(
        json.dumps(
            {
                "origin": "tests/draws/outcomes.py: Python's hmac and hashlib, no part of loy",
                "writer_secret": secret.hex(),
                "key_of_writer": of_writer.hex(),
                "draws": [told(of_writer, draw, numbers) for draw in ["wheel", "w", "tet.2027-vong_quay_may_man.01234"]],
                # 0.5 %, 10 %, 25 %, 64.5 %.
                "counted": counted(of_writer, "wheel", [500_000_000, 10_500_000_000, 35_500_000_000]),
            },
            indent=1,
        )
    )


main()

"""Bad input made from good input: seeded, so that a fault can be made again."""

import random
from collections.abc import Iterator, Sequence

RECIPES = (
    "SmCo5",
    "Nd2Fe14B",
    "Sm0.8Gd0.2Co5",
    "(Nd0.8Dy0.2)2Fe14B",
    "Nd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal.",
    "30.5Nd-1.2Dy-1B-Fe bal.",
    "Sm(Co0.67Fe0.23Cu0.08Zr0.02)7.6",
    "Nd 30.5 wt.% Fe bal.",
    "Sm2(Co0.6[Fe0.9{Cu0.1Zr0.05}0.2]0.3)17",
    "Nd₂Fe₁₄B",
    "Nd14.5 at% Fe 79.5 at% B 6 at%",
)
_SYMBOLS = "Nd Pr Dy Tb Sm Gd Ce La Fe Co Cu Zr B N H At W Xx R TM MM HRE PrNd D x".split()
_NUMBERS = (
    "0 1 2 14 30.5 0.05 .5 5. 99.5 100 1e3 1E-3 -2 +2 1,5 0.000000000001 999999999999999999 "
    "9999999999999999999 0.000000000000000001 1.2.3 ₁₄ ² ½ ∞ NaN inf 1/2 x 2±1"
).split()
_MARKS = (
    "bal.",
    " bal",
    "Bal",
    "BAL.",
    "wt.%",
    " at.%",
    "%",
    "(wt%)",
    " mass%",
    "balance",
)
_SIGNS = tuple("()[]{}.,;:-–−_/+*@#'\"=<>&|\\\t\r\n\0 \ufeff\u202eé磁💎")
_TOKENS = (*_SYMBOLS, *_NUMBERS, *_MARKS, *_SIGNS)


def recipes(chance: random.Random, count: int) -> list[str]:
    """Return `count` texts: good recipes after one to four strokes, or words strewn together."""
    return [_recipe(chance) for _ in range(count)]


def _recipe(chance: random.Random) -> str:
    if chance.random() < 0.3:
        return "".join(chance.choices(_TOKENS, k=chance.randint(1, 14)))
    if chance.random() < 0.1:
        return _nest_brackets(chance)
    return mutate_text(chance, chance.choice(RECIPES), _TOKENS)


def _nest_brackets(chance: random.Random) -> str:
    depth = chance.randint(1, 40)
    inner = chance.choice(RECIPES)
    return (
        "(" * depth
        + inner
        + "".join(")" + chance.choice(_NUMBERS) for _ in range(depth))
    )


def mutate_text(
    chance: random.Random, text: str, tokens: Sequence[str], most: int = 4
) -> str:
    """Return a text after one to `most` strokes: cut, double, swap, put in, leave out."""
    for _ in range(chance.randint(1, most)):
        a, b = sorted(
            (chance.randint(0, len(text)), chance.randint(0, len(text)))
        )
        stroke = chance.random()
        if stroke < 0.45:
            text = text[:a] + chance.choice(tokens) + text[a:]
        elif stroke < 0.65:
            text = text[:a] + chance.choice(tokens) + text[b:]
        elif stroke < 0.8:
            text = text[:a] + text[b:]
        elif stroke < 0.9:
            text = text[:b] + text[a:]
        else:
            text = text[:a] + text[a:b][::-1] + text[b:]
    return text


def mutate_bytes(chance: random.Random, data: bytes, most: int = 6) -> bytes:
    """Return bytes after one to `most` strokes: turned bits, cuts, repeats, foreign bytes."""
    for _ in range(chance.randint(1, most)):
        a, b = sorted(
            (chance.randint(0, len(data)), chance.randint(0, len(data)))
        )
        stroke = chance.random()
        if stroke < 0.4 and a < len(data):
            byte = data[a] ^ (1 << chance.randint(0, 7))
            data = data[:a] + bytes([byte]) + data[a + 1 :]
        elif stroke < 0.6:
            data = data[:a] + chance.randbytes(chance.randint(1, 8)) + data[a:]
        elif stroke < 0.75:
            data = data[:a] + data[b:]
        elif stroke < 0.9:
            data = data[:a] + chance.choice(_BYTES) + data[a:]
        else:
            data = data[:b] + data[a:]
    return data


_BYTES = (
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x80",
    b"\xe2\x82",
    b"\r\n",
    b'"',
    b"NaN",
    b"1e999",
)


def batches(
    seed: int, count: int, size: int
) -> Iterator[tuple[random.Random, int]]:
    """Yield for each batch of at most `size` a source of chance of its own and its length."""
    for number, start in enumerate(range(0, count, size)):
        yield (
            random.Random(seed * 1_000_003 + number),
            min(size, count - start),
        )

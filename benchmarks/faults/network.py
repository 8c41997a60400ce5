"""Live pulls against a server that answers with anything but what was agreed."""

import gzip
import json
import random
import time
import warnings
import zlib
from collections.abc import Callable

from magnetkit.errors import MagnetkitError, NetworkError

from benchmarks.faults.input_recipes import Figures, resident_MB
from magnetkit.phases import _transport
from magnetkit.phases.pull import pull
from tests.phases.mp_server import KEY, Handler, Server, ask_here, status

FORMS = {
    "as it is": KEY,
    "from behind": KEY[::-1],
    "hexadecimal": KEY.encode().hex(),
}
# The two heartbeats of mp-api have no time limit but that of the process.
BEATS = [None, None]
SYSTEM = "Co-Sm"
_VALUES = (
    None,
    True,
    -1,
    0,
    1e308,
    10**40,
    "",
    "NaN",
    "mp-\0",
    "../../x",
    [],
    {},
    [None],
    "é" * 999,
)
# What a client reads of the head of an answer.
_HEADERS = {
    "Retry-After": (
        "",
        "nan",
        "-1",
        "1e999",
        "Wed, 21 Oct 2015 07:28:00",
        "Wed, 99 Oct",
        "1 2",
        "\x1b[2J",
    ),
    "Location": (
        "",
        "//",
        "http://",
        "http://x:port/",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "\x1b]0;x\x07",
    ),
    "Content-Length": ("-1", "x", "1e3", "5, 6", ""),
    "Content-Encoding": (
        "gzip",
        "x",
        "gzip, gzip, gzip, gzip, gzip, gzip",
        "",
        "\x1b[2J",
    ),
    "Transfer-Encoding": ("chunked", "gzip", "x", ""),
    "Content-Type": (
        "",
        "text/html; charset=x",
        "\x1b[2J",
        "application/json; charset=utf-16",
    ),
    "Set-Cookie": ("", "a=b; Max-Age=x", "=" * 4000, "a=\x1b[2J"),
}
Fault = Callable[[Handler], None]


def run(count: int, seed: int = 1) -> Figures:
    """Pull `count` times, each time with something wrong in one or two answers."""
    figures = Figures()
    chance = random.Random(seed)
    fault_names = set()
    started = None
    server = Server()
    child = _transport._ask_in_child
    _transport._ask_in_child = ask_here
    _transport.PAUSE_S = 0.0
    try:
        sound = len(_pull(server))
        for _ in range(count):
            names = []
            for _ in range(chance.randint(1, 2)):
                server.faults.extend([*BEATS, *[None] * chance.randint(0, 2)])
                name, fault = _fault(chance)
                names.append(name)
                server.faults.append(fault)
            start = time.perf_counter()
            try:
                entries = _pull(server)
                figures.accepted += 1
                if not (
                    len(entries) <= sound
                    and entries["formation_energy_eV_atom"].notna().all()
                ):
                    figures.faults.append(
                        f"let in after {names}: {len(entries)} entries"
                    )
            except MagnetkitError as error:
                text = str(error)
                leaks = any(form in text for form in FORMS.values())
                if leaks or not text.isprintable() or len(text) > 2000:
                    figures.faults.append(f"{names}: {str(error)[:300]}")
            except Exception as error:
                figures.faults.append(
                    f"{names}: {type(error).__name__}: {str(error)[:300]}"
                )
            server.faults.clear()
            figures.slowest_s = max(
                figures.slowest_s, time.perf_counter() - start
            )
            figures.inputs += 1
            fault_names.add(tuple(names))
            if started is None and figures.inputs >= count / 5:
                started = resident_MB()
        if set(server.keys) != {None, KEY}:
            figures.faults.append("a request with another key")
    finally:
        _transport._ask_in_child = child
        server.close()
    figures.distinct = len(fault_names)
    figures.growth_MB = resident_MB() - (started or resident_MB())
    return figures


def _pull(server: Server):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return pull(SYSTEM, KEY, server.url, refresh=True).entries


def _fault(chance: random.Random) -> tuple[str, Fault]:
    """Return a fault and what identifies it."""
    number = chance.getrandbits(48)
    kind = chance.choice(
        (
            *(
                "document",
                "document",
                "document",
                "page",
                "bytes",
                "gzip",
                "status",
                "slow",
            ),
            *("header", "echo"),
        )
    )
    if kind == "header":
        name, values = chance.choice(list(_HEADERS.items()))
        value = chance.choice(values)
        code = 302 if name == "Location" else chance.choice((200, 429, 503))
        return f"{name} {value} {code}", status(
            code, **{name.replace("-", "_"): value}
        )
    if kind == "echo":
        form = chance.choice(list(FORMS))
        code = chance.choice((400, 403, 418, 503))
        return f"echo {form} {code}", lambda h: h.send_json(
            {"detail": FORMS[form]}, code
        )
    if kind == "status":
        code = chance.choice(
            (
                100,
                204,
                206,
                301,
                304,
                400,
                401,
                403,
                404,
                418,
                429,
                500,
                503,
                599,
            )
        )
        after = chance.choice(("0", "-1", "nan", "inf", "soon", "1e9", ""))
        return f"status {code} {after}", status(code, Retry_After=after)
    return f"{kind} {number}", lambda h: _spoil(h, kind, random.Random(number))


def _spoil(h: Handler, kind: str, chance: random.Random) -> None:
    from benchmarks.faults import mutation

    body = json.dumps(h.content()).encode()
    if kind in ("document", "page"):
        answer = h.content()
        at = (
            answer
            if kind == "page" or not answer.get("data")
            else chance.choice(answer["data"])
        )
        for _ in range(chance.randint(1, 4)):
            if not (isinstance(at, dict | list) and at):
                break
            key = chance.choice(
                list(at) if isinstance(at, dict) else range(len(at))
            )
            if (
                isinstance(at[key], dict | list)
                and at[key]
                and chance.random() < 0.6
            ):
                at = at[key]
                continue
            at[key] = chance.choice(_VALUES)
            break
        h.send_json(answer)
    elif kind == "bytes":
        h.send_body(mutation.mutate_bytes(chance, body))
    elif kind == "gzip":
        archive = mutation.mutate_bytes(chance, gzip.compress(body), 2)
        h.send_body(
            archive,
            Content_Encoding=chance.choice(
                ("gzip", "deflate", "br", "x", "gzip, gzip")
            ),
        )
    else:
        # In two parts with a rest between, the second perhaps missing.
        h.send_response(200)
        h.send_header("Content-Length", str(len(body)))
        h.end_headers()
        h.wfile.write(body[: len(body) // 2])
        h.wfile.flush()
        h.server.over.wait(chance.choice((0.02, 0.1, 0.4)))
        if chance.random() < 0.5:
            h.wfile.write(body[len(body) // 2 :])
        h.close_connection = True


GIGABYTE = 1 << 30


def _endless(h: Handler) -> None:
    h.send_response(200)
    h.send_header("Content-Length", str(GIGABYTE))
    h.end_headers()
    block = b" " * (1 << 20)
    for _ in range(GIGABYTE >> 20):
        h.wfile.write(block)


def bomb(layers: int, size: int = GIGABYTE) -> bytes:
    """Return a gzip file that unpacks to `size` blanks, packed `layers` times."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b" " * (1 << 20)
    archive = (
        b"".join(packer.compress(block) for _ in range(size >> 20))
        + packer.flush()
    )
    for _ in range(layers - 1):
        archive = gzip.compress(archive)
    return archive


def floods() -> dict[str, Fault]:
    """Return answers of a gigabyte: sent, unpacked, and unpacked twice."""
    once = bomb(1)
    twice = bomb(2)
    return {
        "1 GB sent": _endless,
        "gzip bomb of 1 GB": lambda h: h.send_body(
            once, Content_Encoding="gzip"
        ),
        "gzip bomb in gzip": lambda h: h.send_body(
            twice, Content_Encoding="gzip, gzip"
        ),
    }


def flood(fault: Fault) -> tuple[str, float, float]:
    """Pull against a flood; return what is said, seconds, and growth of the peak memory in MB."""
    import resource

    server = Server()
    try:
        server.faults.extend([*BEATS, fault])
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        try:
            _pull(server)
            text = "let in"
        except NetworkError as error:
            text = str(error)
        took = time.perf_counter() - start
        return (
            text,
            took,
            (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
            / 1024,
        )
    finally:
        server.close()

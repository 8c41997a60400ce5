"""Every command with a key in the environment; then a search for it in all that was written.

``python -m benchmarks.faults.secrets FOLDER`` prints as JSON what was run and where the key was
found. The key must reach the server of the pull, and nothing else.
"""

import json
import os
import sys
import time
from pathlib import Path

from benchmarks.faults.interruption import (
    command_line,
    fork_child,
    preload,
    wait,
)
from magnetkit.phases import _transport
from tests.phases.mp_server import KEY, Handler, Server, ask_here, status

# Minutes long, and without a word about keys: they read no setting but the cache.
SKIPPED: set[str] = set()


def commands(folder: Path, url: str) -> list[tuple[str, ...]]:
    """Return a call of every command, with refusals and faults of every kind among them."""
    out = str(folder / "out")
    (folder / "alloys.csv").write_text(
        f"composition,{KEY}x\nSmCo5,1\nNd2Fe14B,2\n??,3\n"
    )
    table = str(folder / "alloys.csv")
    return [
        ("--version",),
        ("screen", table, "--application", "f22-engine", "--out", out),
        ("screen", str(folder / "absent.csv"), "--application", "f22-engine"),
        ("predict", "SmCo5", "--json"),
        ("predict", "Xx"),
        (
            "features",
            "make",
            str(folder / "alloys.csv"),
            "--out",
            str(folder / "features.csv"),
        ),
        ("models", "train", "anisotropy_field_T"),
        ("report", out),
        ("report", out, "--robustness"),
        ("suggest", out, "--batch", "1"),
        ("applications", "list"),
        ("applications", "show", "f22-engine"),
        ("applications", "new", "My Pump"),
        ("supply", "new", "My Scenario"),
        ("supply", "elements"),
        ("supply", "alloys", "SmCo5"),
        ("supply", "controls"),
        ("supply", "claims"),
        ("grades", "N42SX"),
        ("grades", "N42SH", "--temperature", "150C"),
        ("predict", "--compare", "Nd2Fe14B", "SmCo5", "--temperature", "150C"),
        ("curve", "N42SH", "--temperature", "150C"),
        ("curve", "--limits", "Nd2Fe14B", "--load-line", "x"),
        ("calibrate", str(folder / "absent.csv"), "--name", "mill"),
        ("replace", "N42SX", "--temperature", "150C"),
        ("replace", str(folder / "absent.csv")),
        ("diffuse", "Nd2Fe14B", "--shape", "40mm"),
        ("replace", "--compensated", "N42SH"),
        ("validate",),
        ("doctor",),
        ("doctor", "--compile"),
        ("phases", "SmCo5", "--temperature", "600C"),
        ("data", "list"),
        ("data", "diff", str(folder / "absent"), str(folder / "frozen")),
        ("data", "verify"),
        ("data", "fetch", "absent"),
        ("data", "pull", "Co-Sm", "--endpoint", url),
        (
            "data",
            "pull",
            "Co-Sm",
            "--endpoint",
            url,
            "--out",
            str(folder / "frozen"),
        ),
        *[("data", "pull", "Fe-Nd", "--endpoint", url)] * len(FAULTS),
        ("data", "pull", "Co-Sm", "--endpoint", f"http://{KEY}@127.0.0.1:1/"),
        ("data", "pull", "Co-Sm", "--endpoint", "http://127.0.0.1:1/"),
    ]


def _echo(code: int):
    return lambda h: h.send_json(
        {"detail": f"key {h.headers.get('x-api-key')} is bad"}, code
    )


def _reason(h: Handler) -> None:
    h.send_response(403, f"no {h.headers.get('x-api-key')}")
    h.send_header("Content-Length", "0")
    h.end_headers()


def _version(h: Handler) -> None:
    h.send_json({"db_version": KEY, "data": KEY})


FAULTS = (
    _echo(401),
    _echo(400),
    _echo(500),
    _reason,
    status(307, Location=f"http://127.0.0.1:1/{KEY}"),
    status(307, Location=f"http://127.0.0.1:1/?key={KEY}"),
    _version,
    lambda h: h.send_body(KEY.encode()),
)


def names() -> set[str]:
    """Return every command of the command line, with those of its groups."""
    import typer

    from magnetkit.cli.app import app

    command_names = set()
    for name, command in typer.main.get_command(app).commands.items():
        inner = getattr(command, "commands", None)
        command_names |= (
            {name} if inner is None else {f"{name} {sub}" for sub in inner}
        )
    return command_names


def main(folder: Path) -> None:
    folder.mkdir(parents=True)
    cache = Path(
        os.environ.setdefault("MAGNETKIT_CACHE_DIR", str(folder / "cache"))
    )
    os.environ["MP_API_KEY"] = KEY
    server = Server()
    ask_in_child = _transport._ask_in_child
    preload()
    _transport.PAUSE_S = 0.0
    command_names = names()
    calls = [
        c
        for c in commands(folder, server.url)
        if c[0].startswith("-") or _is(c, command_names)
    ]
    faults = list(FAULTS)
    codes = {}
    for number, call in enumerate(calls):
        log = folder / f"log-{number:02d}"
        _transport._ask_in_child = ask_in_child
        if call[:3] == ("data", "pull", "Fe-Nd"):
            # In the forked process itself, where mp-api is loaded; its heartbeats hold no key.
            _transport._ask_in_child = ask_here
            fault = faults.pop(0)
            server.faults.extend(
                [*[fault if fault is _version else None] * 2, *[fault] * 30]
            )
        child = fork_child(lambda call=call: command_line(*call), log)
        start = time.monotonic()
        codes[" ".join(call[:3])] = wait(child)
        print(
            f"{time.monotonic() - start:6.2f} s {' '.join(call)}",
            file=sys.stderr,
        )
        server.faults.clear()
    # The column of the user's own table that holds the text is the user's.
    texts = (f"{KEY}x", f"input_{KEY}x")
    leaks = []
    for file in sorted({*folder.rglob("*"), *cache.rglob("*")}):
        if file.is_file() and file.name != "alloys.csv":
            content = file.read_bytes()
            for text in texts:
                content = content.replace(text.encode(), b"")
            if KEY.encode() in content:
                at = content.index(KEY.encode())
                leaks.append(
                    f"{file.name}: {content[max(0, at - 80) : at + 40]!r}"
                )
    called_names = {
        next((n for n in command_names if f"{c} ".startswith(f"{n} ")), c)
        for c in codes
    }
    missing = sorted(command_names - called_names - SKIPPED)
    count = server.keys.count(KEY)
    server.close()
    tracebacks = [
        f.name for f in folder.glob("log-*") if "Traceback" in f.read_text()
    ]
    print(
        json.dumps(
            {"calls": codes, "missing": missing, "leaks": leaks, "seen": count}
            | {"tracebacks": tracebacks}
        )
    )


def _is(call: tuple[str, ...], names: set[str]) -> bool:
    return call[0] in names or " ".join(call[:2]) in names


if __name__ == "__main__":
    main(Path(sys.argv[1]))

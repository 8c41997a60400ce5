"""The thirteen faults of the second round, each made again from outside.

``python -P benchmarks/faults/second_round.py [POINT ...]`` prints a line of JSON a point: whether
the fault is there, and what was seen. It uses nothing but what is public, so that it runs on the
state of the second round (0b41db4 first on PYTHONPATH) as well as on this one.
"""

import contextlib
import hashlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

DEVICE = "f22-engine"
OTHER = "hot-servo-motor"
COMMAND_LIMIT_S = 600.0
DRIP_S = 90.0
"""What is not given up by then, where an answer may take 3 s, is not given up."""
PORT = 8999

Seen = tuple[bool, str]


def command(*words: object, **options: object) -> subprocess.CompletedProcess:
    """Run a command of magnetkit, or Python code after ``-c``."""
    arguments = [str(word) for word in words]
    start = (
        [sys.executable]
        if arguments[0] == "-c"
        else [sys.executable, "-m", "magnetkit"]
    )
    environment = options.pop("env", {})
    options = {
        "capture_output": True,
        "text": True,
        "timeout": COMMAND_LIMIT_S,
        **options,
    }
    return subprocess.run(
        [*start, *arguments],
        env={**os.environ, **environment},
        check=False,
        **options,
    )


def screen_again(out: Path, *more: object) -> subprocess.CompletedProcess:
    table = out.with_name("alloys.txt")
    if not table.exists():
        table.write_text("SmCo5\nNd2Fe14B\n", encoding="utf-8")
    return command(
        "screen", table, "--application", DEVICE, "--out", out, *more
    )


def users_files(place: Path) -> Seen:
    out = place / "proj"
    mine = {
        "parts/engine.step": "mine",
        "manifest.json": "{}",
        "report.html": "my report",
    }
    for name, text in mine.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text)
    code = screen_again(out).returncode
    missing = [
        n
        for n, text in mine.items()
        if not (out / n).exists() or (out / n).read_text() != text
    ]
    return bool(
        missing
    ), f"exit {code}; lost: {', '.join(missing) or 'nothing'}"


_TOGETHER = """
import sys, time
from pathlib import Path
import magnetkit as mk
mk.predict(["SmCo5"])
out, device, go, wait = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), float(sys.argv[4])
Path(f"{go}-{device}").touch()
while not go.exists():
    time.sleep(0.01)
time.sleep(wait)
recipes = [f"Sm{1 - i / 2000:.4f}Gd{i / 2000:.4f}Co5" for i in range(1600)]
mk.screen(recipes[: 1200 if device == "f22-engine" else 1600], device, out=out, chunk_rows=8)
"""


def run_two_screenings(place: Path) -> Seen:
    import pyarrow.parquet as pq

    rows_of_runs = []
    for number, wait in enumerate((0.6, 0.3, 1.0)):
        out = place / f"both-{number}"
        go = place / f"go-{number}"
        devices = (DEVICE, OTHER)
        jobs = [
            subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    _TOGETHER,
                    out,
                    device,
                    go,
                    str(wait * (device == OTHER)),
                ],
                stderr=subprocess.PIPE,
                text=True,
            )
            for device in devices
        ]
        while not all(Path(f"{go}-{device}").exists() for device in devices):
            time.sleep(0.05)
        go.touch()
        lines = [
            job.communicate(timeout=COMMAND_LIMIT_S)[1].strip().splitlines()
            for job in jobs
        ]
        codes = [job.returncode for job in jobs]
        manifest = json.loads((out / "manifest.json").read_text())
        rows = pq.ParquetFile(out / "ranked.parquet").metadata.num_rows
        device = manifest["identity"]["application"]
        device = device["name"] if isinstance(device, dict) else device
        is_mixture = rows != (1200 if device == DEVICE else 1600)
        last = [
            lines[-1][:90]
            for lines, code in zip(lines, codes, strict=True)
            if code
        ]
        is_message = all(
            "is being written by process" in line or "InputError" in line
            for line in last
        )
        rows_of_runs.append(
            f"exits {codes}, {rows} rows for {device}"
            + "".join(f"; {x}" for x in last)
        )
        if codes == [0, 0] or is_mixture or not is_message:
            return True, rows_of_runs[-1]
    return False, rows_of_runs[-1]


def _copy_with_prices(place: Path, edit: Callable[[str], str]) -> Path:
    """Copy the package and its data, with other prices."""
    import magnetkit as mk

    package = Path(mk.__file__).parent
    shutil.copytree(
        package, place / "magnetkit", ignore=shutil.ignore_patterns("*.pyc")
    )
    shutil.copytree(package.parent / "datasets", place / "datasets")
    table = place / "datasets" / "supply" / "elements.csv"
    table.write_text(edit(table.read_text(encoding="utf-8")), encoding="utf-8")
    return place


def _ten_times(text: str) -> str:
    """Return a table of elements with prices ten times those that it has."""
    head, *rows = text.splitlines()
    at = next(
        i for i, name in enumerate(head.split(",")) if "price" in name.lower()
    )
    out = [head]
    for row in rows:
        cells = row.split(",")
        with contextlib.suppress(ValueError, IndexError):
            cells[at] = repr(10.0 * float(cells[at]))
        out.append(",".join(cells))
    return "\n".join(out) + "\n"


@contextlib.contextmanager
def _dask(other: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    cli = [sys.executable, "-m"]
    scheduler = [
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    worker = [
        "distributed.cli.dask_worker",
        address,
        "--nthreads",
        "1",
        "--no-nanny",
    ]
    environment = {**os.environ, "PYTHONPATH": str(other)}
    with contextlib.ExitStack() as stack:
        for words, env, cwd in (
            (scheduler, None, None),
            (worker, environment, other),
        ):
            process = subprocess.Popen(
                [*cli, *words, "--no-dashboard"],
                env=env,
                cwd=cwd,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            time.sleep(8.0)
        yield address


def other_data(place: Path) -> Seen:
    from magnetkit.errors import MagnetkitError

    import magnetkit as mk

    cost = mk.screen(["SmCo5"], DEVICE).table["cost_USD_kg"].iloc[0]
    with _dask(_copy_with_prices(place / "other", _ten_times)) as address:
        try:
            theirs = (
                mk.screen(["SmCo5"], DEVICE, dask=address)
                .table["cost_USD_kg"]
                .iloc[0]
            )
        except MagnetkitError as error:
            return False, f"refused: {str(error)[:120]}"
    return (
        True,
        f"taken: {theirs:.0f} USD/kg where this machine's tables give {cost:.0f}",
    )


def failed_rerun(place: Path) -> Seen:
    out = place / "out"
    screen_again(out)
    bad = place / "bad.txt"
    bad.write_text("SmCo5\n??\n", encoding="utf-8")
    again = command(
        "screen", bad, "--application", DEVICE, "--out", out, "--strict"
    )
    report = command("report", out)
    text = (report.stderr.strip().splitlines() or [""])[-1][:100]
    return bool(
        report.returncode
    ), f"rerun exit {again.returncode}; report exit {report.returncode}, {text}"


def damaged_cache(place: Path) -> Seen:
    environment = {"NUMBA_CACHE_DIR": str(place / "kernels")}
    command("predict", "SmCo5", "--json", env=environment)
    # numba's own names, or those of this state.
    files = [
        f
        for f in (place / "kernels").rglob("*")
        if f.is_file() and f.suffix != ".pyc"
    ]
    for file in files:
        file.write_bytes(b"")
    runs = [
        command("predict", "SmCo5", "--json", env=environment) for _ in range(2)
    ]
    last = [
        (run.stderr.strip().splitlines() or [""])[-1][:80]
        for run in runs
        if run.returncode
    ]
    codes = [run.returncode for run in runs]
    return any(
        codes
    ), f"{len(files)} files emptied; exits {codes} {'; '.join(last)}"


def columns_unheard(place: Path) -> Seen:
    import pandas as pd

    import magnetkit as mk

    recipe = {"composition": ["Nd2Fe14B"]}
    with_shell = pd.DataFrame(recipe | {"shell": ["Tb 0.30 @ 0.10"]})
    bare = mk.predict(pd.DataFrame(recipe))["coercivity_kA_m"].iloc[0]
    shelled = mk.predict(with_shell)["coercivity_kA_m"].iloc[0]
    try:
        mk.screen(["SmCo5"], DEVICE, load_line=2.0)
        text = "taken"
    except Exception as error:
        text = type(error).__name__
    summary = (
        f"bare {bare:.0f}, with a shell {shelled:.0f} kA/m; load_line: {text}"
    )
    return abs(shelled - bare) < 1.0 or text != "taken", summary


_FORK = """
import multiprocessing as mp
import magnetkit as mk
def one(text):
    return float(mk.predict([text])["remanence_T"].iloc[0])
if __name__ == "__main__":
    one("SmCo5")
    with mp.get_context("fork").Pool(2) as pool:
        print(pool.map(one, ["SmCo5", "Nd2Fe14B"]))
"""


def fork(place: Path) -> Seen:
    (place / "fork.py").write_text(_FORK, encoding="utf-8")
    # A process that hangs leaves children that must go too.
    job = subprocess.Popen(
        [sys.executable, place / "fork.py"],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, _ = job.communicate(timeout=180)
        return bool(
            job.returncode
        ), f"exit {job.returncode}: {out.decode().strip()[:80]}"
    except subprocess.TimeoutExpired:
        os.killpg(job.pid, signal.SIGKILL)
        job.wait()
        return True, "no end after 180 s"


@contextlib.contextmanager
def _serving(
    answer: Callable[[socket.socket], None],
) -> Iterator[dict[str, str]]:
    """Serve every connection by a function; give the environment that leads there."""
    server = socket.create_server(("127.0.0.1", 0))

    def each() -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = server.accept()
                threading.Thread(target=one, args=(peer,), daemon=True).start()

    def one(peer: socket.socket) -> None:
        with peer, contextlib.suppress(OSError):
            peer.recv(65536)
            answer(peer)

    threading.Thread(target=each, daemon=True).start()
    key = "0123456789abcdefABCDEF0123456789"
    try:
        yield {
            "MP_API_ENDPOINT": f"http://127.0.0.1:{server.getsockname()[1]}",
            "MP_API_KEY": key,
        }
    finally:
        server.close()


def _head(code: int, *lines: str, body: bytes = b"{}") -> bytes:
    head = [
        f"HTTP/1.1 {code} X",
        *lines,
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


_PULL = """
import sys, warnings
warnings.simplefilter("ignore")
from magnetkit.errors import MagnetkitError
from magnetkit.phases.materials_project import transport
from magnetkit.phases.pull import pull
transport.ANSWER_S = 3.0
try:
    pull("Sm-Co", refresh=True)
except MagnetkitError as error:
    print(ascii(str(error)))
"""


def server_texts(place: Path) -> Seen:
    faults = []
    escape = b'{"detail": "mine \x1b[2J\x1b]0;mine\x07"}'
    answers: dict[str, bytes] = {
        "Retry-After without a zone": _head(
            429, "Retry-After: Wed, 21 Oct 2015 07:28:00"
        ),
        "Location with a bad port": _head(
            302, "Location: http://127.0.0.1:99999/"
        ),
        "terminal escapes": _head(400, body=escape),
        "key in capitals": _head(
            400, body=b'{"detail": "0123456789ABCDEFABCDEF0123456789"}'
        ),
        "headers by the byte": b"",
    }

    def answer(peer: socket.socket, raw: bytes) -> None:
        peer.sendall(raw or b"HTTP/1.1 200 OK\r\nX: ")
        while not raw:
            peer.sendall(b"x")
            time.sleep(0.5)

    environment = {"MAGNETKIT_CACHE_DIR": str(place)}
    for name, raw in answers.items():
        with _serving(lambda peer, raw=raw: answer(peer, raw)) as env:
            try:
                done = command(
                    "-c", _PULL, env={**env, **environment}, timeout=DRIP_S
                )
            except subprocess.TimeoutExpired:
                faults.append(
                    f"{name}: no end after {DRIP_S:.0f} s (limit 3 s)"
                )
                continue
        if done.returncode:
            faults.append(
                f"{name}: {done.stderr.strip().splitlines()[-1].split(':')[0]}"
            )
        elif (
            "x1b" in done.stdout
            or "x07" in done.stdout
            or "ABCDEF0123" in done.stdout
        ):
            faults.append(f"{name}: printed")
    return bool(faults), "; ".join(faults) or "each refused or given up"


def explorer(place: Path) -> Seen:
    import magnetkit as mk

    own = (
        Path(mk.__file__).parent.parent
        / "datasets"
        / "applications"
        / f"{DEVICE}.toml"
    )
    profile = place / "mine.toml"
    hostile = "</title><script>alert(1)</script>"
    lines = own.read_text(encoding="utf-8").splitlines()
    lines = [
        f'title = "{hostile}"' if ln.startswith("title") else ln for ln in lines
    ]
    profile.write_text("\n".join(lines) + "\n", encoding="utf-8")
    mk.screen(["SmCo5", "Nd2Fe14B"], profile, out=place / "out")
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "magnetkit",
            "explore",
            place / "out",
            "--port",
            str(PORT),
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    faults = []
    try:
        while "http" not in server.stderr.readline():
            pass
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        connection.request("GET", "/")
        answer = connection.getresponse()
        if hostile in answer.read().decode():
            faults.append("script of a title in the page")
        if not answer.getheader("Content-Security-Policy"):
            faults.append("no Content-Security-Policy")
        body = b"a" * (300 << 20)
        try:
            connection.request("POST", "/_dash-update-component", body)
            status = connection.getresponse().status
        except OSError:
            status = 413
        if status != 413:
            faults.append(f"300 MB read into memory, then {status}")
    finally:
        server.kill()
        server.wait()
        server.stderr.close()
    return bool(faults), "; ".join(
        faults
    ) or "no script, a policy, 300 MB refused"


def elements_without_basis(place: Path) -> Seen:
    import magnetkit as mk

    texts = "Nd2Fe14BHg Nd2Fe14BU Nd2Fe14BRn Sm2Fe17N30 Nd2Fe14BPb3 Nd2Fe14BAu2 Nd2Fe14BO5".split()
    table = mk.predict(texts)
    is_good = table["in_domain"].fillna(False).astype(bool) & table[
        "status"
    ].eq("ok")
    magnets = [
        f"{text} {row.remanence_T:.3f} T"
        for text, ok, row in zip(
            texts, is_good, table.itertuples(), strict=True
        )
        if ok
    ]
    return bool(magnets), "in domain: " + (", ".join(magnets) or "none")


def order_of_rows(place: Path) -> Seen:
    import magnetkit as mk

    space = mk.substitutions(
        "Nd2Fe14B", {"Nd": ["Ce", "Pr", "La", "Dy"], "Fe": ["Co"]}, step=0.1
    )
    texts = list(space.formulas())
    texts = texts[:: max(1, len(texts) // 1600)]
    other = random.Random(1).sample(texts, len(texts))
    ranks = [
        mk.screen(rows, "energy-traction-motor").table.set_index("candidate")[
            "rank"
        ]
        for rows in (texts, other)
    ]
    apart = (ranks[1].loc[ranks[0].index] - ranks[0]).abs().fillna(0)
    summary = f"{int((apart > 0).sum())} of {len(texts)} ranks differ, by up to {int(apart.max())}"
    return bool(apart.max()), summary


_RAW = """
import sys
import pandas as pd
import magnetkit as mk
from magnetkit.errors import MagnetkitError
case = sys.argv[1]
device = "f22-engine"
calls = {
    "predict(None)": lambda: mk.predict(None),
    "predict(42)": lambda: mk.predict(42),
    "number columns": lambda: mk.predict(pd.DataFrame([["SmCo5", 1]])),
    "chunk_rows": lambda: mk.screen(["SmCo5"], device, chunk_rows="x"),
    "recycled": lambda: mk.screen(["SmCo5"], device, recycled="Co"),
    "best": lambda: mk.screen(["SmCo5"], device).best("x"),
    "out": lambda: mk.screen(["SmCo5"], device, out=5),
    "predict": lambda: mk.predict(["SmCo5"]),
}
try:
    calls[case]()
except MagnetkitError:
    pass
"""


def raw_exceptions(place: Path) -> Seen:
    faults = []
    cases = [
        "predict(None)",
        "predict(42)",
        "number columns",
        "chunk_rows",
        "recycled",
        "best",
        "out",
    ]
    for case in cases:
        done = command("-c", _RAW, case, cwd=place)
        if done.returncode:
            faults.append(
                f"{case}: {done.stderr.strip().splitlines()[-1].split(':')[0]}"
            )
    for name, value in (
        ("NUMBA_NUM_THREADS", "0"),
        ("MAGNETKIT_HEAVY_RARE_EARTHS", "Dy"),
    ):
        done = command(
            "predict", "SmCo5", "--json", env={name: value}, cwd=place
        )
        if "Traceback" in done.stderr or "defect" in done.stderr:
            faults.append(
                f"{name}={value}: {done.stderr.strip().splitlines()[-1].split(':')[0]}"
            )
    done = command(
        "predict", "SmCo5", env={"PYTHONIOENCODING": "ascii"}, cwd=place
    )
    if "Traceback" in done.stderr or "defect" in done.stderr:
        faults.append("PYTHONIOENCODING=ascii")
    return bool(faults), "; ".join(
        faults
    ) or "each refused by an error of magnetkit's own, or taken"


def smaller(place: Path) -> Seen:
    import pandas as pd

    import magnetkit as mk

    faults = []
    name = mk.screen(pd.Series(["SmCo5"]), DEVICE).table["candidate"].iloc[0]
    if name != "SmCo5":
        faults.append(f"SmCo5 of a Series is shown as {name}")
    digests = set()
    for threads in ("1", "2"):
        cache = place / f"cache-{threads}"
        names = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        env = dict.fromkeys(names, threads) | {
            "MAGNETKIT_CACHE_DIR": str(cache)
        }
        command("models", "train", "curie_temperature_K", env=env, timeout=1800)
        files = sorted(
            f
            for f in cache.rglob("*")
            if f.is_file() and "kernels" not in f.parts
        )
        for file in files:
            if file.suffix in (".model", ".skops"):
                digests.add(
                    (file.name, hashlib.sha256(file.read_bytes()).hexdigest())
                )
    names = {name for name, _ in digests}
    if len(digests) > len(names):
        faults.append(
            "a model trained on one and on two threads differs in bytes"
        )
    return bool(faults), "; ".join(
        faults
    ) or f"texts as given; {len(names)} models alike"


POINTS: dict[str, Callable[[Path], Seen]] = {
    "1": users_files,
    "2": run_two_screenings,
    "3": other_data,
    "4": failed_rerun,
    "5": damaged_cache,
    "6": columns_unheard,
    "7": fork,
    "8": server_texts,
    "9": explorer,
    "10": elements_without_basis,
    "11": order_of_rows,
    "12": raw_exceptions,
    "13": smaller,
}


def main(points: list[str]) -> None:
    # Each in a process of its own: some load what others must not have loaded.
    for point in points or POINTS:
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-P", __file__, "one", point],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            fault, summary = json.loads(done.stdout.splitlines()[-1])
        else:
            fault = True
            summary = f"not run: {done.stderr.strip()[-300:]}"
        row = {"point": point, "fault": fault, "seen": summary}
        print(
            json.dumps(row | {"seconds": round(time.monotonic() - start)}),
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        with tempfile.TemporaryDirectory() as folder:
            fault, summary = POINTS[sys.argv[2]](Path(folder))
            print(json.dumps([bool(fault), summary]))
    else:
        main(sys.argv[1:])

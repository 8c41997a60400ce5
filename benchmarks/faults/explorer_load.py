"""The explorer under load, on this machine alone.

``python -m benchmarks.faults.explorer_load USERS REQUESTS SECONDS`` prints as JSON what it saw.
Users move controls as fast as answers come, one request in fifty is none that a control sends,
bodies of 300 MB come before and after. It ends after so many requests or seconds, whichever comes
first.
"""

import http.client
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import magnetkit as mk
from tests.explorer.test_explorer import CONTROLS, VIEW, find_component

LOAD_SEED = 20_261_125
BODY_BYTES = 300 << 20
BAD_EACH = 50
BAD = (
    b"",
    b"{",
    b"null",
    b'{"output": "x"}',
    b'{"output": 5, "inputs": {}}',
    b"\xff" * 2000,
)
_PATH = "/_dash-update-component"


def memory_mb(pid: int, field: str = "VmRSS") -> float:
    """Return memory of a process, or with ``VmHWM`` the most it had."""
    text = Path(f"/proc/{pid}/status").read_text()
    return (
        int(
            next(
                ln for ln in text.splitlines() if ln.startswith(field)
            ).split()[1]
        )
        / 1024.0
    )


class User(threading.Thread):
    """Moves controls until there is nothing left to ask."""

    def __init__(
        self,
        place: str,
        seed: int,
        callbacks: dict,
        budget: list[int],
        end: float,
    ) -> None:
        super().__init__()
        self.place = place
        self.chance = random.Random(seed)
        self.known = callbacks
        self.left = budget
        self.end = end
        self.seconds: list[float] = []
        self.faults: list[str] = []
        self.refused = 0

    def run(self) -> None:
        connection = http.client.HTTPConnection(self.place, timeout=120)
        while self.left[0] > 0 and time.monotonic() < self.end:
            self.left[0] -= 1
            bad = self.chance.randrange(BAD_EACH) == 0
            body = self.chance.choice(BAD) if bad else self._question()
            start = time.monotonic()
            try:
                connection.request(
                    "POST", _PATH, body, {"Content-Type": "application/json"}
                )
                answer = connection.getresponse()
                said = answer.read()
            except OSError as error:
                self.faults.append(repr(error))
                connection.close()
                continue
            took = time.monotonic() - start
            if bad:
                self.refused += 400 <= answer.status < 500
            else:
                self.seconds.append(took)
            if (answer.status == 200) == bad or b"Traceback" in said:
                self.faults.append(f"{answer.status}: {body[:80]!r}")

    def _question(self) -> bytes:
        callback = self.known["callback"]
        celsius = self.known["celsius"]
        chance = self.chance
        values = {
            **CONTROLS,
            "temperature": celsius,
            "remanence": chance.uniform(0.0, 1.3),
            "coercivity": chance.uniform(0.0, 1000.0),
            "share": chance.uniform(0.0, 50.0),
            "scenario": chance.choice(("baseline", "embargo")),
            "elements": chance.sample(["Nd", "Sm", "Co", "Dy"], 2),
        }
        inputs = [
            []
            if entry["id"].startswith("{")
            else {**entry, "value": values.get(entry["id"])}
            for entry in callback["inputs"]
        ]
        pairs = (
            o.rsplit(".", 1) for o in callback["output"].strip(".").split("...")
        )
        outputs = [{"id": name, "property": what} for name, what in pairs]
        state = [{"id": "view", "property": "data", "value": VIEW}]
        return json.dumps(
            {
                "output": callback["output"],
                "outputs": outputs,
                "inputs": inputs,
                "state": state,
                "changedPropIds": ["remanence.value"],
            }
        ).encode()


def request_layout(place: str) -> dict:
    connection = http.client.HTTPConnection(place, timeout=60)
    answers = []
    for path in ("/_dash-dependencies", "/_dash-layout"):
        connection.request("GET", path)
        answers.append(json.loads(connection.getresponse().read()))
    callback = next(k for k in answers[0] if "summary.children" in k["output"])
    return {
        "callback": callback,
        "celsius": find_component(answers[1], "temperature")["value"],
    }


def is_flood_refused(place: str) -> bool:
    """Send 300 MB; return whether they were refused."""
    connection = http.client.HTTPConnection(place, timeout=60)
    block = b"a" * (1 << 20)
    try:
        connection.putrequest("POST", _PATH)
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(BODY_BYTES))
        connection.endheaders()
        for _ in range(BODY_BYTES // len(block)):
            connection.send(block)
        return connection.getresponse().status == 413
    except OSError:
        return True
    finally:
        connection.close()


def run(users: int, requests: int, seconds: float) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        mk.screen(application="f22-engine", out=Path(folder) / "out")
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "magnetkit",
                "explore",
                f"{folder}/out",
                "--port",
                "0",
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            line = server.stderr.readline()
            place = urlsplit(
                next(w for w in line.split() if w.startswith("http"))
            ).netloc
            return _run_load(server, place, users, requests, seconds)
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
            server.stderr.close()


def _run_load(
    server: subprocess.Popen,
    place: str,
    users: int,
    requests: int,
    seconds: float,
) -> dict:
    callbacks = request_layout(place)
    budget = [requests]
    refusals = [is_flood_refused(place)]
    start = time.monotonic()
    crowd = [
        User(place, LOAD_SEED + i, callbacks, budget, start + seconds)
        for i in range(users)
    ]
    for user in crowd:
        user.start()
    # What the first tenth of the requests leaves is kept for good: imports, caches.
    marks = []
    while any(user.is_alive() for user in crowd):
        time.sleep(0.2)
        marks.append((requests - budget[0], memory_mb(server.pid)))
    took = time.monotonic() - start
    refusals.append(is_flood_refused(place))
    asked = [t for user in crowd for t in user.seconds]
    early = max(
        mb
        for count, mb in marks
        if count <= max(0.2 * marks[-1][0], marks[0][0])
    )
    faults = [f for user in crowd for f in user.faults]
    peak = memory_mb(server.pid, "VmHWM")
    if not all(refusals) or peak > 450.0:
        faults.append(
            f"bodies of 300 MB: refused {refusals}, peak {peak:.0f} MB"
        )
    if statistics.median(asked) > 1.0:
        faults.append(f"median {statistics.median(asked):.2f} s")
    if marks[-1][1] > 1.1 * early + 10.0:
        faults.append(f"memory grew from {early:.0f} to {marks[-1][1]:.0f} MB")
    return {
        "users": users,
        "requests": len(asked),
        "refused": sum(u.refused for u in crowd),
        "seconds": round(took),
        "median_s": round(statistics.median(asked), 3),
        "p99_s": round(sorted(asked)[int(0.99 * (len(asked) - 1))], 3),
        "slowest_s": max(asked),
        "load": round(os.getloadavg()[2], 1),
        "MB_early": round(early),
        "MB_end": round(marks[-1][1]),
        "MB_peak": round(peak),
        "faults": faults,
    }


if __name__ == "__main__":
    print(json.dumps(run(*(int(word) for word in sys.argv[1:4]))))

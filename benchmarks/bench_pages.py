"""How quickly the report opens and the explorer answers, in headless Chromium.

Run with ``python -m benchmarks.bench_pages [ROWS]`` from the root of the checkout, a million rows
by default; needs chromium, chromedriver and dash. The report holds its largest table. For the
explorer each control is moved several times, from the change to the new table and the figure
drawn; beside it stands what of that the server took.
"""

import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.bench_screening import write_candidates
from tests.report.browser.browser import Browser

MOVES = (
    ("remanence", ("0.8", "0.5", "0.9")),
    ("coercivity", ("400", "100", "250")),
    ("heavy", ("2.5", "3.5", "1.5")),
    ("temperature", ("20", "100", "180")),
    ("scenario", ("'embargo'", "'export-quota'", "'baseline'")),
    ("elements", ("['Co']", "['Co', 'Nd']", "[]")),
    ("goal", ("'coercivity_kA_m'", "'remanence_T'", "'performance_margin'")),
)
WATCH = """window.took = (id, value) => new Promise((done) => {
  const start = performance.now(), plot = document.querySelector('#pareto .js-plotly-plot');
  plot.once('plotly_afterplot', () => requestAnimationFrame(() =>
    setTimeout(() => done(performance.now() - start), 0)));
  dash_clientside.set_props(id, {value});
})"""
SERVER = """return performance.getEntriesByType('resource')
  .filter((e) => e.name.includes('_dash-update-component')).slice(-1)
  .map((e) => e.responseStart - e.requestStart)[0]"""


def explorer(folder: Path) -> None:
    """Time every control of the explorer."""
    from magnetkit.explorer.server import serve

    ready = threading.Event()
    addresses = []

    def tell(address: str) -> None:
        addresses.append(address)
        ready.set()

    start = time.perf_counter()
    threading.Thread(target=serve, args=(folder, 0, tell), daemon=True).start()
    ready.wait()
    print(f"explorer serves after {time.perf_counter() - start:.1f} s")
    with tempfile.TemporaryDirectory() as profile:
        window = Browser(Path(profile))
        try:
            window.open(addresses[0])
            window.wait(
                "return !!document.querySelector('#pareto .main-svg')", 60
            )
            window.wait(
                "return document.getElementById('evaluated').textContent === ''",
                600,
            )
            print(f"all temperatures after {time.perf_counter() - start:.1f} s")
            time.sleep(2.0)
            window.run(WATCH)
            for control, values in MOVES:
                whole = []
                server = []
                for value in values:
                    script = (
                        f"window.took('{control}', {value}).then(arguments[0])"
                    )
                    whole.append(window.wait_for(script))
                    server.append(window.run(SERVER))
                print(
                    f"{control:12s} median {statistics.median(whole):4.0f} ms, "
                    f"largest {max(whole):4.0f} ms, of that server "
                    f"{statistics.median(server):4.0f} ms"
                )
        finally:
            window.close()


def report(folder: Path) -> None:
    """Time the opening of the report."""
    page = folder / "report.html"
    times = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as profile:
            window = Browser(Path(profile))
            try:
                start = time.perf_counter()
                window.open(page)
                window.wait(
                    "return document.querySelectorAll('#table tbody tr').length > 1"
                )
                times.append(time.perf_counter() - start)
                count = window.run(
                    "return document.querySelector('#count').textContent"
                )
            finally:
                window.close()
    size = page.stat().st_size / 1e6
    print(
        f"report: {count}; {size:.1f} MB opens in {statistics.median(times):.2f} s (median of 3)"
    )


def main(rows: int) -> None:
    """Screen so many rows, and time the pages made of them."""
    import magnetkit as mk

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_candidates(folder / "candidates.csv", rows)
        result = mk.screen(
            folder / "candidates.csv", "hot-servo-motor", out=folder / "out"
        )
        start = time.perf_counter()
        result.report(folder / "out" / "report.html")
        print(
            f"{rows:,} rows; report written in {time.perf_counter() - start:.1f} s"
        )
        report(folder / "out")
        explorer(folder / "out")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)

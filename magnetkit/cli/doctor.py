"""``magnetkit doctor``: what is installed, cached, trained and reachable; ``--compile``."""

import os
import platform
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from json import dumps, loads
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import typer

from .._core._progress import message
from .._core._version import __version__
from .._core.errors import InputError, MagnetkitError
from ._options import Json, Quiet, option


# Prints on stdout, or JSON, an object a finding: `group`, `name`, `value`,
# `state` ("ok", "note" or "broken") and `advice`. With --quiet --compile says
# nothing. `compile_` is the option --compile, after which nothing else is
# done.
def doctor(
    online: Annotated[
        bool, option("--online", "Also ask whether servers can be reached.")
    ] = False,
    compile_: Annotated[
        bool,
        option("--compile", "Compile the kernels and train the models now."),
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show what is installed, cached and trained on this machine, and what to do.

    Nothing is sent anywhere without --online. Exits 1 where something is broken. Use --compile
    after an installation or in an image: kernels that an administrator compiles serve every user,
    and those compiled already are left as they are.

    Examples
    --------
      magnetkit doctor

      magnetkit doctor --online --json

      magnetkit doctor --compile
    """
    if compile_:
        start = time.monotonic()
        _make_ready()
        if not quiet:
            message(
                f"kernels and models are ready ({time.monotonic() - start:.0f} s)"
            )
        return
    findings = list(examine(online))
    if json:
        for finding in findings:
            typer.echo(dumps(asdict(finding)))
    else:
        _print(findings)
    raise typer.Exit(any(finding.state == "broken" for finding in findings))


def _print(findings: "list[Finding]") -> None:
    """Print `findings` on stdout by group with colours, and how many are broken or to note.

    All fields of each ``Finding(group, name, value, state, advice)`` are
    printed; ``state`` is "ok", "note" or "broken". Those of one group must
    follow each other.
    """
    from rich.console import Console
    from rich.markup import escape

    console = Console(soft_wrap=True, highlight=False)
    group = ""
    signs = {
        "ok": "[green]ok    [/]",
        "note": "[yellow]note  [/]",
        "broken": "[red]broken[/]",
    }
    for finding in findings:
        if finding.group != group:
            gap = "\n" if group else ""
            group = finding.group
            console.print(f"{gap}[bold]{group}[/]")
        console.print(
            f"{signs[finding.state]} {finding.name}: {escape(finding.value)}"
        )
        if finding.advice:
            console.print(f"         [dim]{escape(finding.advice)}[/]")
    count = Counter(finding.state for finding in findings)
    console.print(f"\n{count['broken']} broken, {count['note']} to note")


State = Literal["ok", "note", "broken"]

NEEDED = (
    "numpy", "numba", "scipy", "pandas", "pyarrow", "scikit-learn", "pymatgen",
    "pydantic", "plotly", "openpyxl", "typer", "rich", "pooch",
)  # fmt: skip
_OPTIONAL = {
    "matplotlib": ("plots", "mk.plots"),
    "dask": ("cluster", "screening on a cluster"),
    "chgnet": ("chgnet", "relaxed crystals"),
    "mp-api": ("pull", "magnetkit data pull"),
}
"""Package to its extra and what it is for."""
_CACHES = {
    "fetched": "data sets fetched",
    "pulls": "pulls from the Materials Project",
    "surrogates": "trained models",
    "kernels": "compiled kernels",
}
_TIMEOUT_S = 8.0


@dataclass(frozen=True)
class Finding:
    """What was checked (under the heading `group`), what was found, and what to do about it.

    All are texts; ``state`` is "ok", "note" or "broken", ``advice`` empty for none.
    """

    group: str
    name: str
    value: str
    state: State = "ok"
    advice: str = ""


def _check_finding(
    group: str,
    name: str,
    value: str,
    good: bool,
    otherwise: State,
    advice: str,
) -> Finding:
    """Build a finding from a check.

    Parameters
    ----------
    group : str
        Heading under which it stands, such as "Packages".
    name, value : str
        What was checked, and what it is.
    good : bool
        The state is "ok" and there is no advice.
    otherwise : {"ok", "note", "broken"}
        State if it is not good; with "ok" the advice is kept.
    advice : str
        What to do if it is not good.

    Returns
    -------
    Finding
        With ``group``, ``name``, ``value``, ``state`` and ``advice``, which is
        an empty text if it is good.
    """
    return Finding(
        group, name, value, "ok" if good else otherwise, "" if good else advice
    )


def examine(online: bool = False) -> Iterator[Finding]:
    """Yield the findings on this machine; the key of the Materials Project is in none of them.

    Parameters
    ----------
    online : bool
        Ask its server too; nothing leaves the machine otherwise.

    Yields
    ------
    Finding
        ``group`` (the heading), ``name``, ``value``, ``state`` ("ok", "note" or
        "broken") and ``advice``, groups one after the other: Packages, Data,
        Caches, Models, Kernels, Materials Project. If the settings cannot be
        read, one of the group Settings that says so is the last.
    """
    from .._core.settings import get_settings

    yield from _packages()
    try:
        get_settings()
    except InputError as error:
        yield Finding(
            "Settings",
            "environment",
            str(error),
            "broken",
            "correct or unset it",
        )
        return
    yield from _data()
    yield from _caches()
    yield from _models()
    yield from _kernels()
    yield from _materials_project(online)


def _tested_versions() -> dict[str, str]:
    """Read the versions of packages that magnetkit was tested with.

    Returns
    -------
    dict of str to str
        Version by name of the package, in lower case with hyphens, such as
        ``{"scikit-learn": "1.5.2"}``; empty if there is no list.
    """
    package = Path(__file__).resolve().parents[1]
    for file in (
        package / "_constraints.txt",
        package.parent / "constraints.txt",
    ):
        if file.is_file():
            pins = re.findall(
                r"^([\w.-]+)==(\S+)$", file.read_text(encoding="utf-8"), re.M
            )
            return {
                name.lower().replace("_", "-"): version
                for name, version in pins
            }
    return {}


def _packages() -> Iterator[Finding]:
    """Yield a finding on magnetkit and Python, then one for each package that it needs or may use.

    Each has ``group`` "Packages", ``name``, ``value`` (the version, else
    "missing" or "not installed"), ``state`` and ``advice``. The state is "ok",
    but "broken" where a needed one is missing or Python is not 3.11 to 3.13,
    and "note" where an optional one is missing or a version is not the one
    tested.
    """
    from importlib import metadata

    group = "Packages"
    pins = _tested_versions()
    python = platform.python_version()
    is_supported = (3, 11) <= tuple(map(int, python.split(".")[:2])) < (3, 14)
    value = f"{__version__} on Python {python}, {platform.system()} {platform.machine()}"
    yield _check_finding(
        group,
        "magnetkit",
        value,
        is_supported,
        "broken",
        "use Python 3.11 to 3.13",
    )
    for name in (*NEEDED, *_OPTIONAL):
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            if name in _OPTIONAL:
                extra, use = _OPTIONAL[name]
                advice = f"for {use}: pip install 'magnetkit[{extra}]'"
                yield Finding(group, name, "not installed", "note", advice)
            else:
                advice = "install magnetkit again: pip install --force-reinstall magnetkit"
                yield Finding(group, name, "missing", "broken", advice)
            continue
        pin = pins.get(name)
        same = pin is None or pin == version
        value = version if same else f"{version} (tested with {pin})"
        advice = "if a figure looks odd, try the version tested"
        yield _check_finding(group, name, value, same, "note", advice)


def _data() -> Iterator[Finding]:
    """Yield findings on embedded files, overdue facts, the mirror and fetched sets.

    The group is "Data", and the names are "embedded", "dated facts", "mirror",
    only if one is set, and "set NAME" for each set. Changed or missing files
    are "broken", overdue facts "note"; a set is "ok" whether its ``value`` is
    "fetched" or "not fetched". Where the embedded files cannot be read, a
    "broken" finding on them is the only one.
    """
    from .._core import datasets
    from .._core._fetch import cached_path, names
    from .._core.settings import get_settings
    from ..supply.tables import overdue

    group = "Data"
    try:
        states = datasets.verify()
    except (MagnetkitError, OSError) as error:
        yield Finding(
            group, "embedded", str(error), "broken", "install magnetkit again"
        )
        return
    bad = [name for name, state in states.items() if state != "ok"]
    value = f"{len(states) - len(bad)} of {len(states)} files as published, in {datasets.root()}"
    advice = (
        f"install magnetkit again; changed or missing: {', '.join(bad[:5])}"
    )
    yield _check_finding(group, "embedded", value, not bad, "broken", advice)
    late = overdue()
    value = "; ".join(late) or "no export control or price is due for a review"
    advice = (
        "see `magnetkit supply controls`; scenarios controls-2025 and controls-2026-all are the "
        "two outcomes"
    )
    yield _check_finding(group, "dated facts", value, not late, "note", advice)
    if (mirror := get_settings().mirror) is not None:
        yield Finding(group, "mirror", str(mirror))
    for name in names():
        is_present = os.path.isfile(cached_path(name))
        advice = (
            ""
            if is_present
            else f"`magnetkit data fetch {name}` makes better models of T_C"
        )
        yield Finding(
            group,
            f"set {name}",
            "fetched" if is_present else "not fetched",
            "ok",
            advice,
        )


def _caches() -> Iterator[Finding]:
    """Yield findings on the cache folder, which is made if it is missing, and the size of its parts.

    The group is "Caches"; the first, ``name`` "folder", is a "note" where it
    cannot be written. Then comes one a part, ``value`` such as "3 files, 12
    MB"; one that is not there has 0 files.
    """
    from .._core.settings import get_settings

    group = "Caches"
    folder = get_settings().cache_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    value = f"{folder}{'' if writable else ', which cannot be written'}"
    advice = "set MAGNETKIT_CACHE_DIR to a folder you may write to"
    yield _check_finding(group, "folder", value, writable, "note", advice)
    for name, what in _CACHES.items():
        files = _files(folder / name)
        yield Finding(group, what, f"{len(files)} files, {_size(files)}")


def _models() -> Iterator[Finding]:
    """Yield for each target how many trained models are in the cache; the state is always "ok".

    The group is "Models", ``name`` the target such as "curie_temperature_K",
    ``value`` such as "2 trained" or "not trained".
    """
    from .._core.settings import get_settings
    from ..surrogates.training_sets import TARGETS

    names = {f.name for f in _files(get_settings().cache_dir / "surrogates")}
    for target in TARGETS:
        count = sum(name.startswith(f"{target}-") for name in names)
        advice = "trained at first use; `magnetkit models train` does it now"
        value = f"{count} trained" if count else "not trained"
        yield _check_finding("Models", target, value, count > 0, "ok", advice)


def _kernels() -> Iterator[Finding]:
    """Yield findings on threads and on the compiled kernels.

    The ``group`` is "Kernels", ``name`` first "threads", then "compiled"; none
    is compiled here. ``state`` of a wrong number of threads is "broken", which
    ends it; of kernels that are switched off or not kept "note", of none
    compiled yet "ok".
    """
    group = "Kernels"
    try:
        from .._core._compiling import most_threads
        from .._core._jit import is_switched_off
        from .._core._kernel_files import folder, list_kernels
    except InputError as error:
        yield Finding(
            group, "threads", str(error), "broken", "unset NUMBA_NUM_THREADS"
        )
        return
    threads = f"{most_threads()} of {os.cpu_count()} processors"
    yield Finding(group, "threads", f"{threads}; NUMBA_NUM_THREADS sets them")
    if is_switched_off():
        advice = "unset NUMBA_DISABLE_JIT: it is slow"
        yield Finding(group, "compiled", "switched off", "note", advice)
        return
    place = folder()
    if place is None:
        advice = (
            "each start compiles anew, for half a minute: unset MAGNETKIT_NUMBA_CACHE=0, or set "
            "NUMBA_CACHE_DIR or MAGNETKIT_CACHE_DIR to a folder you may write to"
        )
        yield Finding(
            group, "compiled", "not kept between commands", "note", advice
        )
        return
    kernels = [kernel for kernel in list_kernels(place) if kernel.are_ready()]
    files = []
    for kernel in kernels:
        files += [file for file in kernel.find() if file.suffix == ".nbc"]
    if not files:
        advice = "the first command compiles for half a minute; `magnetkit doctor --compile` does it now"
        yield Finding(group, "compiled", f"none in {place}", "ok", advice)
        return
    yield Finding(
        group, "compiled", f"{len(files)} in {place}, {_size(files)}"
    )


def _materials_project(online: bool) -> Iterator[Finding]:
    """Yield findings on the key of the Materials Project and on its server.

    There are two `Finding`, each with ``group``, ``name``, ``value`` (what was
    found), ``state`` and ``advice`` (what to do, may be empty). The first has
    ``name`` "key", always the state "ok", and ``value`` "MP_API_KEY is set" or
    "MP_API_KEY is not set": that variable alone is read. The second has
    ``name`` "server" and the state "ok" or "note". The server, MP_API_ENDPOINT
    or the usual one, is asked only if `online`. Neither the key nor a password
    in an address is shown.
    """
    from ..phases.pull import ENDPOINT

    group = "Materials Project"
    has_key = bool(os.environ.get("MP_API_KEY"))
    value = "MP_API_KEY is set" if has_key else "MP_API_KEY is not set"
    advice = (
        "needed for `magnetkit data pull` alone; the embedded phases need none"
    )
    yield _check_finding(group, "key", value, has_key, "ok", advice)
    address = os.environ.get("MP_API_ENDPOINT") or ENDPOINT
    # An address may hold a password; only the server's name is shown.
    place = urlsplit(address).hostname or "an address that cannot be read"
    if not online:
        yield Finding(
            group, "server", f"{place}, not requested (--online requests it)"
        )
        return
    yield _query_server(group, place, address)


def _query_server(group: str, place: str, address: str) -> Finding:
    """Ask a server of the Materials Project for its version.

    Parameters
    ----------
    group : str
        Heading of the finding.
    place : str
        Name of the server to show.
    address : str
        Its URL, with or without a final slash, to which "heartbeat" is
        appended.

    Returns
    -------
    Finding
        ``group`` as given and ``name`` "server". ``state`` is "ok", and
        ``value`` has the version of the database; it is "note" if the address
        is unusable or does not answer in 8 s. No error is raised.
    """
    from http.client import HTTPException
    from urllib.request import urlopen

    from ..phases.pull import check_endpoint

    try:
        with urlopen(
            check_endpoint(address) + "heartbeat", timeout=_TIMEOUT_S
        ) as answer:
            version = loads(answer.read(1 << 16)).get("db_version")
    except (
        OSError,
        HTTPException,
        ValueError,
        AttributeError,
        InputError,
    ) as error:
        advice = "check the network, a proxy (HTTPS_PROXY) and MP_API_ENDPOINT; all else works offline"
        return Finding(
            group, "server", f"{place}: {type(error).__name__}", "note", advice
        )
    return Finding(group, "server", f"{place} answers, database {version}")


def _files(folder: Path) -> list[Path]:
    """List the files in a folder and those below it; of one that may not be read, none.

    `folder` need not exist. The order is that of the file system.
    """
    files = []
    for place, _, names in os.walk(folder):
        files += [Path(place) / name for name in names]
    return files


def _size(files: list[Path]) -> str:
    """Write the total size of files, such as "12 MB".

    Whole B, kB (1000 B) or MB, or GB with one decimal; "0 B" without files.
    OSError if one of `files` is not there.
    """
    total = float(sum(f.stat().st_size for f in files))
    for unit in ("B", "kB", "MB"):
        if total < 1000.0:
            return f"{total:.0f} {unit}"
        total /= 1000.0
    return f"{total:.1f} GB"


def _make_ready() -> None:
    """Compile the kernels that commands run, and train the models, into the cache; it takes minutes.

    Nothing is printed. Targets are those of
    `magnetkit.surrogates.training_sets.TARGETS`.
    """
    from .._core._compiling import compile_kernel_list
    from ..magnetism.predict import predict
    from ..surrogates.models import load
    from ..surrogates.training_sets import TARGETS

    compile_kernel_list()
    predict(["SmCo5"])
    for target in TARGETS:
        load(target, progress=False)

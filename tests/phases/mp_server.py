"""An HTTP server on this machine that answers like the Materials Project's interface.

The documents have the interface's shape: crystals in pymatgen's JSON, one thermo document a
scheme, magnetism apart. `Server.faults` holds what goes wrong with the requests to come.
"""

import json
import warnings
from collections import deque
from collections.abc import Callable, Iterable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from pymatgen.core import Composition, Lattice, Structure

from benchmarks.accuracy.phases.substituted import host_cell
from magnetkit.phases import _transport

KEY = "0123456789abcdefABCDEF0123456789"
DB_VERSION = "2025.09.25"
Fault = Callable[["Handler"], None]


def _element(
    group: str, lattice: Lattice, symbol: str, position: list[float]
) -> Structure:
    return Structure.from_spacegroup(group, lattice, [symbol], [position])


_HCP = [1 / 3, 2 / 3, 0.25]
# id, crystal, formation energy and hull distance (eV/atom), moment of the transition metal.
_PHASES = (
    (
        "mp-54",
        _element("P6_3/mmc", Lattice.hexagonal(2.507, 4.069), "Co", _HCP),
        0.0,
        0.0,
        1.6,
    ),
    (
        "mp-13",
        _element("Im-3m", Lattice.cubic(2.866), "Fe", [0, 0, 0]),
        0.0,
        0.0,
        2.2,
    ),
    (
        "mp-86",
        _element("P6_3/mmc", Lattice.hexagonal(3.629, 5.823), "Sm", _HCP),
        0.0,
        0.0,
        0.0,
    ),
    (
        "mp-123",
        _element("P6_3/mmc", Lattice.hexagonal(3.658, 5.9), "Nd", _HCP),
        0.0,
        0.0,
        0.0,
    ),
    (
        "mp-160",
        _element("R-3m", Lattice.hexagonal(4.91, 12.57), "B", [0, 0, 0.38]),
        0.0,
        0.0,
        0.0,
    ),
    ("mp-1429", host_cell("1:5", "Sm", "Co"), -0.062, 0.013, 1.5),
    ("mp-1106140", host_cell("2:17", "Sm", "Co"), -0.041, 0.0, 1.6),
    ("mp-1200096", host_cell("2:17", "Sm", "Fe"), -0.012, 0.009, 2.3),
    ("mp-5182", host_cell("2:14:1", "Nd", "Fe"), -0.067, 0.0, 2.3),
)
# Symbols and numbers of the space groups in the International Tables.
_GROUPS = {
    "Fe": ("Im-3m", 229),
    "B": ("R-3m", 166),
    "SmCo5": ("P6/mmm", 191),
    "Sm2Co17": ("R-3m", 166),
    "Sm2Fe17": ("R-3m", 166),
    "Nd2Fe14B": ("P4_2/mnm", 136),
}
_OTHER_GROUP = ("P6_3/mmc", 194)
_OFFSET = {"GGA_GGA+U": 0.0, "GGA_GGA+U_R2SCAN": -10.0, "R2SCAN": -10.0}


def _common(name: str, crystal: Structure) -> dict[str, Any]:
    composition = crystal.composition
    symbols = sorted(str(e) for e in composition.elements)
    return {
        "material_id": name,
        "formula_pretty": composition.reduced_formula,
        "chemsys": "-".join(symbols),
        "elements": symbols,
        "nsites": len(crystal),
        "volume": crystal.volume,
        "density": float(crystal.density),
        "deprecated": False,
    }


def _magnetism(crystal: Structure, moment: float) -> dict[str, Any]:
    def site_moments(cell: Structure) -> list[float]:
        return [
            moment if s.specie.symbol in ("Fe", "Co") else 0.0 for s in cell
        ]

    # As the interface has it: sums of the whole cell, sites and moments of the primitive one.
    moments = site_moments(crystal)
    primitive = site_moments(crystal.get_primitive_structure())
    units = crystal.composition.get_reduced_composition_and_factor()[1]
    return {
        "ordering": "FM" if moment else "NM",
        "num_magnetic_sites": sum(m > 0 for m in primitive),
        "total_magnetization": sum(moments),
        "total_magnetization_normalized_formula_units": sum(moments) / units,
        "magmoms": primitive,
    }


Phase = tuple[str, Structure, float, float, float]


def documents(
    kind: str, phases: Iterable[Phase] = _PHASES
) -> list[dict[str, Any]]:
    """Return all documents of a kind: of id, crystal, formation energy, distance, moment."""
    records = []
    for name, crystal, formation, above, moment in phases:
        common = _common(name, crystal)
        if kind == "summary":
            symbol, number = _GROUPS.get(
                crystal.composition.reduced_formula, _OTHER_GROUP
            )
            symmetry = {"symbol": symbol, "number": number}
            crystal = Structure(
                crystal.lattice, crystal.species, crystal.frac_coords
            )
            records.append(
                common
                | {
                    "structure": crystal.as_dict(),
                    "symmetry": symmetry,
                    "theoretical": False,
                }
                | {
                    k: v
                    for k, v in _magnetism(crystal, moment).items()
                    if k != "magmoms"
                }
            )
        elif kind == "magnetism":
            records.append(common | _magnetism(crystal, moment))
        else:
            for scheme, offset in _OFFSET.items():
                records.append(
                    common
                    | {
                        "thermo_type": scheme,
                        "thermo_id": f"{name}_{scheme}",
                        "energy_per_atom": -7.0 + formation + offset,
                        "uncorrected_energy_per_atom": -7.0
                        + formation
                        + offset,
                        "formation_energy_per_atom": formation,
                        "energy_above_hull": above,
                    }
                )
    return records


def make_phase(
    name: str,
    cell: str,
    formation: float,
    above: float = 0.0,
    moment: float = 2.0,
) -> Phase:
    """Return a phase of any composition: its atoms on a grid, 12 cubic angstrom each.

    `moment` is that of each iron and cobalt atom, muB.
    """
    amounts = Composition(cell).as_dict()
    species = [
        symbol for symbol, count in amounts.items() for _ in range(int(count))
    ]
    side = round(len(species) ** (1 / 3) + 0.5)
    grid = list(product(range(side), repeat=3))[: len(species)]
    lattice = Lattice.cubic((12.0 * len(species)) ** (1 / 3))
    return (
        name,
        Structure(lattice, species, np.array(grid) / side),
        formation,
        above,
        moment,
    )


ALL = {kind: documents(kind) for kind in ("summary", "thermo", "magnetism")}


class Handler(BaseHTTPRequestHandler):
    """Answers one request, or fails it as told."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        self.server.keys.append(self.headers.get("x-api-key"))
        if self.server.faults:
            fault = self.server.faults.popleft()
            if fault is not None:
                fault(self)
                return
        self.regular()

    def regular(self) -> None:
        """Answer as the interface does."""
        self.send_json(self.content())

    def content(self) -> Any:
        """Return what the request asks for."""
        parts = urlsplit(self.path)
        if parts.path == "/heartbeat":
            return {
                "status": "OK",
                "version": "0.87.3",
                "db_version": DB_VERSION,
                "access_controlled_batch_ids": [],
            }
        query = {k: v[0] for k, v in parse_qs(parts.query).items()}
        matches = [
            d
            for d in ALL[parts.path.strip("/").split("/")[-1]]
            if _meets(d, query)
        ]
        skip = int(query.get("_skip", 0))
        limit = int(query.get("_limit", 100))
        page = matches[skip : skip + limit]
        if "_fields" in query:
            fields = query["_fields"].split(",")
            page = [_pick(document, fields) for document in page]
        return {
            "data": page,
            "meta": {"api_version": "0.87.3", "total_doc": len(matches)},
        }

    def send_json(
        self, content: Any, status: int = 200, **headers: str
    ) -> None:
        """Send a JSON answer."""
        self.send_body(json.dumps(content).encode(), status, **headers)

    def send_body(
        self,
        body: bytes,
        status: int = 200,
        length: int | None = None,
        **headers: str,
    ) -> None:
        """Send bytes, announcing `length` of them."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header(
            "Content-Length", str(len(body) if length is None else length)
        )
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        if length is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def _pick(document: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    return {name: document[name] for name in fields if name in document}


def _meets(document: dict[str, Any], query: dict[str, str]) -> bool:
    names = {
        "material_ids": "material_id",
        "thermo_types": "thermo_type",
        "chemsys": "chemsys",
    }
    return all(
        document[field] in query[name].split(",")
        for name, field in names.items()
        if name in query
    )


class Server(ThreadingHTTPServer):
    """The server; `requests` and `keys` hold what came, `faults` what goes wrong next."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[str] = []
        self.keys: list[str | None] = []
        self.faults: deque[Fault | None] = deque()
        self.thread = Thread(
            target=self.serve_forever, args=(0.01,), daemon=True
        )
        self.thread.start()

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that go away."""

    def close(self) -> None:
        """Stop."""
        self.shutdown()
        self.thread.join()
        self.server_close()


def ask_here(question: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Ask in this process, for a process of its own takes seconds to load mp-api."""
    from mp_api.client import MPRester

    remember_fields()
    # Asked once in a process; a pull is one process.
    MPRester.get_emmet_version.cache_clear()
    MPRester._get_heartbeat_info.cache_clear()
    messages: list[dict[str, Any]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _transport.answer(question, key, messages.append)
    return messages


@cache
def remember_fields() -> None:
    """Let mp-api write out the fields of a document once, and not for every field of a search."""
    from mp_api.client.core.client import BaseRester

    fields = cache(lambda model: list(model.model_json_schema()["properties"]))
    BaseRester.available_fields = property(
        lambda rester: fields(rester.document_model)
    )


def status(code: int, **headers: str) -> Fault:
    """Return a fault that answers with a status."""
    return lambda h: h.send_json({"detail": f"status {code}"}, code, **headers)

"""What a magnet maker does to a hard phase: the `process` of a sintered magnet.

Routes: how magnets of a kind are made, each a file of ``datasets/routes``.
"""

import math
import tomllib
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np

from .._core import datasets
from .._core._arguments import check_arguments
from .._core._types import BoolArray, FloatArray, Int8Array
from .._core.errors import InputError
from ..phases.records import HOST_NAMES, HOSTS, root_host
from ._family_ranges import range_columns
from ._measured import Producer, load

FOLDER = "routes"


@dataclass(frozen=True)
class Printed:
    """What makers print of the magnets of a route.

    Attributes
    ----------
    source : str
        Who prints it.
    density_kg_m3 : float
        kg/m3.
    resistivity_uohm_m : float
        Micro-ohm metres; NaN where none was found in print, as density.
    """

    source: str
    density_kg_m3: float = math.nan
    resistivity_uohm_m: float = math.nan


@dataclass(frozen=True)
class Route:
    """A way of making magnets.

    Attributes
    ----------
    name, title : str
        Short name, that `process=` takes, and heading.
    host : str
        Host of its magnets; of others the route says nothing.
    process : dict of str to float
        Its defaults, fields of `magnetkit.magnetism.Process`.
    bounds : dict of str to (float, float)
        What the route can do, by field.
    measured : str
        Magnets that it was measured on, or that there are none.
    source : str
        Where the numbers come from.
    printed : Printed or None
        What makers print of its magnets beside their magnetism.
    bears_K : (float, float, float)
        Temperature that its magnets bear, K, where that is less than others of the host do: the
        least, the usual and the most that makers print.
    family : str
        Magnets of ``magnets/magnets.csv`` that it makes.
    curve : dict of str to float or str
        What its magnets have in place of the host's, fields of `Family`.
    needs : tuple of dict
        Ranges of amounts, as of `magnetkit.phases.records.Assignment`, of which a recipe has to
        lie in one.
    hardening : str
        What makes them magnets where that is not the host's, of `records.HARDENING`.
    level : str
        Routes of one word share a producer's level of coercivity; an empty one is that of the
        usual route.
    """

    name: str
    title: str
    host: str
    process: dict[str, float]
    bounds: dict[str, tuple[float, float]]
    measured: str
    source: str
    printed: Printed | None = None
    bears_K: tuple[float, float, float] = (math.inf,) * 3
    family: str = ""
    curve: dict[str, float | str] = field(default_factory=dict)
    needs: tuple[dict[str, tuple[float, float]], ...] = ()
    hardening: str = ""
    level: str = ""

    def check(self, given: dict[str, Any]) -> None:
        """Raise InputError for a setting that the route cannot have or that does not act on it.

        `given` maps names of settings, fields of `Process` such as
        ``grain_size_um``, to arrays, NaN in which is passed over,
        as are None and names without a bound. Bounds, those of
        ``self.bounds``, count as within. A grain size without a bound is
        refused unless it is the route's own, and so is a NaN there. A route is
        one of `routes`, such as ``routes()["hot-deformed"]``.
        """
        grain = given.get("grain_size_um")
        usual = self.process.get("grain_size_um")
        if (
            grain is not None
            and "grain_size_um" not in self.bounds
            and np.any(grain != usual)
        ):
            raise InputError(
                f"grain_size_um does not act on magnets of route {self.name}, without a law of it "
                f"that was measured (known: {self.measured}); it takes {', '.join(self.bounds)}"
            )
        for name, (low, high) in self.bounds.items():
            if given.get(name) is None:
                continue
            values = given[name][~np.isnan(given[name])]
            if values.size and (values.min() < low or values.max() > high):
                limits = f"{name} from {low:g} to {high:g} (measured: {self.measured})"
                raise InputError(
                    f"route {self.name} has {limits}, got {given[name].tolist()!r:.60}; leave the "
                    "route out to go beyond"
                )


@lru_cache(maxsize=1)
def routes() -> dict[str, Route]:
    """Read the routes of ``datasets/routes``, by name. The dictionary is shared: do not change it.

    The names, such as "hot-deformed", "sintered-axial" or "bonded-isotropic",
    stand in the order of the files. The values are `Route` with ``name``,
    ``title``, ``host``, ``process``, ``bounds``, ``measured``, ``source``,
    ``printed``, ``bears_K``, ``family``, ``curve``, ``needs``, ``hardening``
    and ``level``. ValueError, KeyError or TypeError if a file is damaged.

    Examples
    --------
    >>> routes()["hot-deformed"].host
    '2:14:1'
    """
    result = {}
    for path in sorted((datasets.root() / FOLDER).glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        bounds = {
            name: (float(low), float(high))
            for name, (low, high) in data["bounds"].items()
        }
        printed_values = (
            Printed(**data["printed"]) if "printed" in data else None
        )
        data["needs"] = tuple(data.get("needs", ()))
        result[data["name"]] = Route(
            **{**data, "bounds": bounds, "printed": printed_values}
        )
    return result


def level_route(route: Route | None) -> str:
    """Return the word of the routes that share a producer's level with this one, ``route.level``.

    It is empty for the usual route, as which None counts.
    """
    if route is None:
        return ""
    return route.level


def resistivity(host: str, route: Route | None = None) -> float:
    """Return the resistivity that makers print, micro-ohm metres; NaN where none was found.

    Of several routes of the host the first counts, by name of its file, that has printed values.

    Parameters
    ----------
    host : str
        Host of the hard phase, such as "2:14:1".
    route : Route, optional
        How the magnet is made, whatever the host; any route of the host
        otherwise. NaN where nothing is printed of it.

    Examples
    --------
    >>> resistivity("2:17")
    0.86
    """
    candidates = [route]
    if route is None:
        root = root_host(host)
        candidates = [r for r in routes().values() if r.host == root]
    for one in candidates:
        if one is not None and one.printed is not None:
            return one.printed.resistivity_uohm_m
    return math.nan


TEMPERATURE_LAWS = ("power", "nucleation", "linear")
"""Laws of coercivity with temperature, in the order of the kernel's codes."""
KNEE_LAWS = ("share", "local fields")
"""Laws of the knee field with temperature, in the order of the kernel's codes."""
_LAW_NAMES = {"temperature_law": TEMPERATURE_LAWS, "knee_law": KNEE_LAWS}

PARAMETERS_FILE = "recipes/parameters.toml"


@dataclass(frozen=True, repr=False)
class Process:
    """How the magnet is made; what is not given is the family's default.

    A bare formula such as ``Nd2Fe14B`` or ``Sm2Co17`` names a hard phase, not a charge. The
    defaults then stand for the usual route: 2:14:1 with a standard rare-earth-rich grain
    boundary; 1:5 with a nominal share of oxide and boundary phase; 2:17 precipitation hardened,
    a formula of R, Co and Fe alone being the cells and the maker adding Sm, Cu and Zr for the walls
    (the column ``route`` says so). Any other recipe is taken as it stands, and one that cannot be
    hardened, such as one without Cu, has no coercivity (``status`` says why).

    Attributes
    ----------
    grain_size_um : float or array, optional
        Mean grain size of a nucleation-type magnet (2:14:1, 1:5), um.
    alignment : float or array, optional
        Mean cosine of the angle between easy axes and the texture axis, 0.5 (isotropic) to 1.
    density : float or array, optional
        Density over that of the pore-free magnet.
    grain_boundary : float or array, optional
        Volume fraction that is not hard phase, beyond what the recipe itself says.
    oxygen_wt_pct, carbon_wt_pct, nitrogen_wt_pct : float or array, optional
        Mass of each over that of the magnet, %; it binds rare earth of a full recipe of 2:14:1 or
        1:5, see `magnetkit.magnetism.phase_balance`, zirconium and samarium of 2:17 beyond the
        usual carbon and oxygen.
    decay : float or array, optional
        Power or fall that coercivity follows with temperature, see `Family`; not of 2:17.
    alpha_k : float or array, optional
        Kronmueller's alpha_K of the route's structure; not of 2:17.
    aged_for_C : float or array, optional
        Temperature of use that a cellular magnet's ageing is made for, C: 300 (ordinary grades) to
        500; without it the law of those made for 450 to 500 C, see `magnetkit.magnetism._cells`.
    level : float or array, optional
        H_cJ at 20 C of the producer's magnets, without a shell, over that of the family's. It acts
        on alpha_K, so that a magnet of a higher level also keeps more of it when hot.
    fall : float or array, optional
        Fall of coercivity with temperature over the family's, see `decay`.
    route : Route, optional
        How the magnet is made, see `magnetkit.magnetism.process`; magnets of another host are then
        outside the model.
    producer : Producer, optional
        Whose magnets were measured, from `magnetkit.calibrate`.
    """

    grain_size_um: Any = None
    alignment: Any = None
    density: Any = None
    grain_boundary: Any = None
    oxygen_wt_pct: Any = None
    carbon_wt_pct: Any = None
    nitrogen_wt_pct: Any = None
    decay: Any = None
    alpha_k: Any = None
    aged_for_C: Any = None
    level: Any = None
    fall: Any = None
    route: Route | None = None
    producer: Producer | None = None

    def __repr__(self) -> str:
        """Return what is given, such as ``Process(grain_size_um=4.0, route='hot-deformed')``.

        Route and producer stand by their names; what is None is left out.
        """
        values = {
            name: getattr(value, "name", value)
            for name, value in vars(self).items()
        }
        texts = (
            f"{name}={value!r}"
            for name, value in values.items()
            if value is not None
        )
        return f"Process({', '.join(texts)})"


_LIMITS = {
    "grain_size_um": (0.02, 200.0, "a mean grain size, um"),
    "alignment": (0.5, 1.0, "a mean cosine between 0.5 (isotropic) and 1"),
    "density": (0.3, 1.0, "a share of the pore-free density"),
    "grain_boundary": (0.0, 0.6, "a volume fraction"),
    "oxygen_wt_pct": (0.0, 3.0, "a mass of oxygen, wt.%,"),
    "carbon_wt_pct": (0.0, 3.0, "a mass of carbon, wt.%,"),
    "nitrogen_wt_pct": (0.0, 3.0, "a mass of nitrogen, wt.%,"),
    "decay": (0.3, 8.0, "a power or fall"),
    "alpha_k": (0.001, 1.0, "a microstructural parameter"),
    "aged_for_C": (
        300.0,
        500.0,
        "a temperature of use that ageing is made for, C,",
    ),
    "level": (0.05, 20.0, "H_cJ at 20 C over that of the family,"),
    "fall": (0.1, 10.0, "a fall of coercivity over that of the family,"),
}


@dataclass(frozen=True)
class Family:
    """Calibrated parameters of the magnets of one host.

    Attributes
    ----------
    alpha_k, n_eff : float
        Kronmueller's microstructural parameters in H_cJ = alpha_K H_N - N_eff M_s, the former at
        20 C.
    decay : float
        Power or fall that coercivity follows with temperature, see `temperature_law`.
    temperature_law : str
        How coercivity goes with temperature, of `TEMPERATURE_LAWS`: ``power``, H_cJ goes as the
        nucleation field to the power of `decay`; ``nucleation``, alpha_K H_N - N_eff M_s at every
        temperature, with an alpha_K whose fall at 20 C is `decay`, per 1000 K (2:14:1, whose curves
        show it); ``linear``, H_cJ falls by `decay` of its value at 20 C per 1000 K (1:5, 2:17).
    knee_law : str
        What H_k lies below H_cJ by, of `KNEE_LAWS`: ``share``, the same share of H_cJ at every
        temperature, as grains that lie in all directions reverse one after the other, each at a
        multiple of the same field; ``local fields``, a spread of fields that goes as J_s does.
    grain_slope, grain_reference_um : float
        Rise of N_eff per unit of ln(grain size / reference grain size), and that reference.
    grain_deviation : float
        Standard deviation of that rise.
    wetted : float
        Factor on what additions that make the boundary phase wet the grains add to alpha_K.
    cobalt_loss, lanthanum_loss : float
        Fall of ln H_cJ per share of Co in iron and cobalt where no additive stands against it, and
        per share of La in the rare earth.
    mischmetal_loss : float
        What a share of Ce in the rare earth adds to ``lanthanum_loss``.
    surface_enrichment : float
        How much more Dy and Tb count at the grains' surface, where reversal starts, than in the
        mean of the hard phase, see `magnetkit.magnetism.shells.enrich_surface`; 1 where they do not.
    pinning_kA_m, copper_scale : float
        H_cJ at 20 C of cellular magnets, and how much more copper than the least gives 63 % of it;
        zero elsewhere, see `magnetkit.magnetism._cells.cellular_coercivity`.
    hot_kA_m, iron_limit : float
        H_cJ at 500 C without iron, and the share of iron in the metal at which nothing is left.
    ordinary_fall : float
        Least fall of H_cJ over that at 20 C, per 1000 K, of cellular magnets aged for 300 C.
    squareness, squareness_spread : float
        Knee field over coercivity, at 20 C where `knee_law` is ``local fields``, and half the width
        of its 90 % range.
    recoil : float
        Recoil permeability.
    structure_limit_K : float
        Highest temperature that the magnet's structure bears for long, K.
    alpha_spread : float
        Half width of the 90 % range of alpha relative to itself.
    alpha_floor : float
        Half width that alpha keeps however small it is, %/K.
    process : Process
        The defaults.
    confidence, source : str
        What the numbers rest on.
    """

    alpha_k: float
    n_eff: float
    grain_slope: float
    grain_reference_um: float
    grain_deviation: float
    wetted: float
    cobalt_loss: float
    lanthanum_loss: float
    mischmetal_loss: float
    surface_enrichment: float
    pinning_kA_m: float
    copper_scale: float
    hot_kA_m: float
    iron_limit: float
    ordinary_fall: float
    decay: float
    temperature_law: str
    knee_law: str
    squareness: float
    squareness_spread: float
    recoil: float
    structure_limit_K: float
    alpha_spread: float
    alpha_floor: float
    process: Process
    confidence: str
    source: str


@dataclass(frozen=True)
class Parameters:
    """The whole parameter file: families by host, the shell's law and the 2:17 charge."""

    families: dict[str, Family]
    shell: dict[str, float]
    cells: dict[str, float]


@lru_cache(maxsize=1)
def parameters() -> Parameters:
    """Read ``datasets/recipes/parameters.toml``, written by ``calibrate.py`` beside it.

    Its three fields are dicts. ``families`` maps names of hosts such as
    "2:14:1" to `Family`; a variant of a host that the file does not list has
    the parameters of its root. ``cells`` has ``ratio`` (metal atoms per rare
    earth), ``copper`` and ``zirconium`` (shares of the metal) of the usual
    2:17 charge, ``shell`` the numbers of the law of shells, such as
    ``efficiency`` and ``decay_nm``. The result is shared: do not change it.
    """
    result = read_parameters(datasets.toml(PARAMETERS_FILE))
    for name, host in HOSTS.items():
        if host.root in result.families:
            result.families.setdefault(name, result.families[host.root])
    return result


def read_parameters(data: dict[str, Any]) -> Parameters:
    """Build `Parameters` from a parameter file, `data` as parsed of `PARAMETERS_FILE`.

    It has the tables ``family`` (by name of the host), ``shell`` and
    ``cells`` (KeyError without them). An entry of ``family`` has every field
    of `Family` (KeyError otherwise; others are passed over), ``process`` being
    a table of fields of
    `Process` (TypeError for others). The result has ``families`` (by name of
    the host), ``shell`` and ``cells``, the latter two as they are in `data`.
    No variants are added.
    """
    names = [f.name for f in fields(Family) if f.name != "process"]
    families = {}
    for host, entry in data["family"].items():
        values = {name: entry[name] for name in names}
        families[host] = Family(process=Process(**entry["process"]), **values)
    return Parameters(families, data["shell"], data["cells"])


def _read_setting(name: str, value: Any, meaning: str) -> FloatArray:
    """Convert a setting of the process to an array of float64, of whatever shape.

    `name` is a field of `Process` and `meaning` its meaning in words, for the
    message. `value` is a number or array; NaN within an array stays, a bool is
    0 or 1, and None becomes NaN. InputError if it is a text, NaN alone or no
    number. Limits are not checked.
    """
    is_missing = np.ndim(value) == 0 and value != value
    if isinstance(value, (str, bytes)) or is_missing:
        raise InputError(
            f"process {name} must be {meaning}, a number; got {value!r}"
        )
    try:
        return np.asarray(value, float)
    except (TypeError, ValueError):
        raise InputError(
            f"process {name} must be {meaning}, a number; got {value!r:.60}"
        ) from None


def read_process(
    process: "Process | dict[str, Any] | str | None", n: int
) -> Process:
    """Check what the user gave as `process` for `n` magnets.

    Parameters
    ----------
    process : Process, dict, str or None
        A text is the name of a route, such as "hot-deformed", or else of a
        stored producer, no path. A dict has fields of `Process`:
        ``grain_size_um``, ``alignment``, ``density``, ``grain_boundary``,
        ``oxygen_wt_pct``, ``carbon_wt_pct``, ``nitrogen_wt_pct``, ``decay``,
        ``alpha_k``, ``aged_for_C``, ``level``, ``fall``, ``route`` and
        ``producer``; its ``route`` may be a name or a `Route`, its
        ``producer`` a name, a record or a `Producer`.
    n : int
        Number of magnets.

    Returns
    -------
    Process
        A new one. Settings that the user or the route gives are float64 arrays of shape () or (n,);
        NaN in one stands for the family's default in that row. Others are None.

    Raises
    ------
    InputError
        If a name is unknown, a shape is another, or a value lies outside what the model knows or
        the route can have.
    StoreError
        If the calibration of a producer is damaged.
    """
    if process is None:
        return Process()
    if isinstance(process, str):
        process = (
            {"route": process}
            if process in routes()
            else {"producer": process}
        )
    if isinstance(process, Process):
        process = vars(process)
    if isinstance(process, dict):
        process = Process(**known_fields(**process))
    if not isinstance(process, Process):
        raise InputError(
            "process must be a Process, a dict, the name of a calibrated one or None, "
            f"got {process!r:.60}"
        )
    for name, (low, high, meaning) in _LIMITS.items():
        value = getattr(process, name)
        if value is None:
            continue
        array = _read_setting(name, value, meaning)
        if array.shape not in ((), (n,)):
            raise InputError(
                f"process {name} must be one number or {n}, got shape {array.shape}"
            )
        # NaN in an array means: the default of route or family in this row.
        numbers = array[~np.isnan(array)]
        if numbers.size and (numbers.min() < low or numbers.max() > high):
            raise InputError(
                f"process {name} must be {meaning} from {low:g} to {high:g}, got {value!r}"
            )
        if process.route is not None:
            usual = process.route.process.get(name, np.nan)
            array = np.where(np.isnan(array), usual, array)
        settings: dict[str, Any] = {name: array}
        process = replace(process, **settings)
    if process.route is not None:
        process.route.check(vars(process))
    return process


def known_fields(**process: Any) -> dict[str, Any]:
    """Complete the fields of a `Process`.

    A producer given by name or as a record, and a route given by name, are looked up. The route's
    settings fill in those that are not given, or None.

    Parameters
    ----------
    **process
        Fields of `Process` with their units, such as ``grain_size_um=4.0``; ``route``, a name or a
        `Route`; and ``producer``, a name, a record of `Producer.record` or a `Producer`.

    Returns
    -------
    dict
        Fields of `Process`, values as given and not yet checked; ``producer`` is always there, a
        `Producer` or None, and ``route``, a `Route`, where one is given.

    Raises
    ------
    InputError
        If a keyword, route or calibration is unknown. Whether the route can
        have a setting is not checked here.
    StoreError
        If a calibration is damaged.
    """
    unknown = sorted(set(process) - set(_LIMITS) - {"producer", "route"})
    if unknown:
        raise InputError(
            f"process knows {', '.join(_LIMITS)}, got {unknown[0]!r}; leave it out or rename it"
        )
    process = {k: value for k, value in process.items() if value is not None}
    producer = process.get("producer")
    if isinstance(producer, str):
        producer = load(producer)
    elif isinstance(producer, dict):
        producer = Producer.from_record(producer)
    route = process.get("route")
    if route is None:
        return {**process, "producer": producer}
    if isinstance(route, str):
        route = routes().get(route, route)
    if not isinstance(route, Route):
        raise InputError(
            f"route must be one of {', '.join(routes())}, got {route!r:.60}"
        )
    return {**route.process, **process, "producer": producer, "route": route}


def process_record(
    process: "Process | dict[str, Any] | str | None",
) -> dict[str, Any] | None:
    """Return the settings of one process for all magnets as a plain dictionary, None without any.

    `process` is as for `read_process`. The dictionary can be written as JSON:
    settings as float under the names of the fields of `Process`, those of the
    route among them, ``route`` as its name, and ``producer`` as
    `Producer.record`; what is not given is left out. An empty dict gives None.

    Raises
    ------
    InputError
        As `read_process`, and if a value is an array, even of equal numbers.
    StoreError
        As `read_process`.
    """
    if process is None:
        return None
    process_rows = read_process(process, 1)
    settings = {name: getattr(process_rows, name) for name in _LIMITS}
    for name, value in settings.items():
        if value is not None and np.ndim(value):
            raise InputError(
                f"process {name} must be one number for all candidates"
            )
    record: dict[str, Any] = {
        name: float(v) for name, v in settings.items() if v is not None
    }
    if process_rows.producer is not None:
        record["producer"] = process_rows.producer.record()
    if process_rows.route is not None:
        record["route"] = process_rows.route.name
    return record or None


@lru_cache(maxsize=4)
def usual_of_hosts(host_names: tuple[str, ...]) -> dict[str, FloatArray]:
    """Return each number of a host's family, of its process and of its magnets, by name.

    Each array has shape (hosts + 1,), in the order of `host_names`, a tuple of
    names of `HOSTS` such as "2:14:1" (KeyError for others). The keys are
    ``usual_curie_K`` (K), ``usual_additive`` (atomic fraction of copper), the
    settings of `Process` (all fields but route and producer), and the numbers
    and laws of `Family`. The last entry, which code -1 picks, is NaN; a host
    without a family has NaN but for ``usual_curie_K`` and ``usual_additive``,
    and a setting without a default is NaN. Laws are numbers too, see
    `_law_code`. Without any host the dictionary is empty. It is shared: do not
    change it.
    """
    numbers_of_hosts = [_usual_of_host(host) for host in host_names]
    usual: dict[str, FloatArray] = {}
    if not host_names:
        return usual
    for name in numbers_of_hosts[0]:
        values = [numbers[name] for numbers in numbers_of_hosts]
        usual[name] = np.array([*values, np.nan], float)
    return usual


def _usual_of_host(host: str) -> dict[str, float | None]:
    """Return each number of one host's family, of its process and of its magnets, by name.

    `host` is a name of `HOSTS` such as "2:14:1" (KeyError otherwise). The keys are
    ``usual_curie_K`` (K) and ``usual_additive`` (atomic fraction), of its magnets; the settings of
    `Process`, all fields but route and producer; and the numbers and laws of `Family`, laws as the
    codes of `_law_code`. Without a family all are NaN but for those of its magnets; a setting that
    the family's process does not have is None.
    """
    family = parameters().families.get(host)
    magnet = HOSTS[host].magnet
    numbers: dict[str, float | None] = {
        "usual_curie_K": magnet.usual_curie_K,
        "usual_additive": magnet.usual_additive,
    }
    # Decay and alpha_K are the family's own, which a route may know better.
    for name in _LIMITS:
        numbers[name] = getattr(family and family.process, name, np.nan)
    for field_of_family in fields(Family):
        if field_of_family.type is float:
            name = field_of_family.name
            numbers[name] = getattr(family, name, np.nan)
    for name in _LAW_NAMES:
        numbers[name] = _law_code(name, getattr(family, name, np.nan))
    return numbers


def _law_code(name: str, value: Any) -> Any:
    """Return the kernel's code, a float, of the law called `value`; a number as it is.

    `name` is "temperature_law", of which `value` is "power", "nucleation" or "linear" (0, 1, 2), or
    "knee_law", of which it is "share" or "local fields" (0, 1). Another text is a ValueError. Of a
    number `name` does not count.
    """
    if isinstance(value, str):
        return float(_LAW_NAMES[name].index(value))
    return value


def by_row(process: Process, codes: Int8Array) -> dict[str, FloatArray]:
    """Collect the process and the family's parameters for each row, NaN where no family fits.

    A setting that `process` names stands in place of the family's default, but where it is NaN.

    Parameters
    ----------
    process : Process
        As checked by `read_process`.
    codes : ndarray of int8, shape (n,)
        Index of each row's host in `HOST_NAMES`, -1 for none.

    Returns
    -------
    dict of str to ndarray, shape (n,)
        The numbers of `Family`, such as ``alpha_k``, ``n_eff``, ``decay``,
        ``squareness`` and ``recoil`` (of its laws the place of the name, from
        0, in `TEMPERATURE_LAWS` and `KNEE_LAWS`), the fields of `Process` but
        for route and producer, what is usual of the host's magnets
        (``usual_curie_K`` and ``usual_additive``), ``fitted_grain_um``, the
        grain size of the magnets that the family's level was fitted to, and
        the columns of `range_columns` (``spread``, ``remanence_spread``,
        ``beta_spread``, ``coercivity_offset``, ``remanence_offset``).
        ``level`` and ``fall`` are 1 unless given, without a family too. With a
        route, ``alignment`` is NaN in rows of other hosts than the route's.
    """
    usual = usual_of_hosts(HOST_NAMES)
    # One array of all takes much less time than thirty.
    rows = dict(
        zip(
            usual, np.array([*usual.values()]).take(codes, axis=1), strict=True
        )
    )
    rows["level"] = np.ones(len(codes))
    rows["fall"] = np.ones(len(codes))
    for name in _LIMITS:
        setting = getattr(process, name)
        if setting is not None:
            rows[name] = np.where(np.isnan(setting), rows[name], setting)
    rows["fitted_grain_um"] = rows["grain_reference_um"]
    if process.route is not None:
        _apply_route(rows, process.route, codes)
    for name, values in range_columns(process.route).items():
        rows[name] = values[codes]
    return rows


def rows_made_by_route(route: Route, codes: Int8Array) -> BoolArray:
    """Say which magnets, by their host codes, a route makes, bool (n,).

    `codes` are indices into `HOST_NAMES`, -1 for none. Variants of the route's host count too.
    """
    root = root_host(route.host)
    is_of_root = [host.root == root for host in HOSTS.values()]
    # Code -1 picks the last entry.
    return np.array([*is_of_root, False])[codes]


def _apply_route(
    rows: dict[str, FloatArray], route: Route, codes: Int8Array
) -> None:
    """Let a route act on the parameters of n magnets, as new arrays in the same dict.

    Parameters
    ----------
    rows : dict of ndarray, shape (n,)
        Of `by_row`, with ``alignment``, ``structure_limit_K``,
        ``fitted_grain_um`` and the names of ``route.curve``. Changed in the
        rows of the route's host: ``structure_limit_K``, which is no more than
        ``route.bears_K[2]``; ``fitted_grain_um``, where the route has a family
        and a grain size of its own; and the names of ``route.curve``, to its
        values. In all others ``alignment`` is NaN.
    route : Route
        How the magnets are made: ``host``, ``curve`` (a dict), ``bears_K``,
        ``process`` and ``family`` are read.
    codes : ndarray of int8, shape (n,)
        Index of each row's host in `HOST_NAMES`, -1 for none.
    """
    mine = rows_made_by_route(route, codes)
    # A route says nothing of other hosts: without alignment there is no magnet.
    rows["alignment"] = np.where(mine, rows["alignment"], np.nan)
    values = {name: _law_code(name, one) for name, one in route.curve.items()}
    values["structure_limit_K"] = np.minimum(
        rows["structure_limit_K"], route.bears_K[2]
    )
    usual_grain = route.process.get("grain_size_um")
    if route.family and usual_grain is not None:
        # Offsets of such a family are those of magnets with the route's own grains.
        values["fitted_grain_um"] = usual_grain
    for name, value in values.items():
        rows[name] = np.where(mine, value, rows[name])


def ignored_settings(process: Process, host: str) -> str:
    """Name in words the given settings that do nothing to magnets of a host; empty without any.

    `process` is as checked by `read_process`, and `host` a name of `HOSTS`
    such as "1:5". Settings that are those of the route are not named. The text
    begins with "; of no effect: "; then fields of `Process` stand, separated
    by ", ", such as "alpha_k, decay"; "(no law measured)" stands behind
    ``grain_size_um``. For a host without a family the text is empty.
    """
    family = parameters().families.get(host)
    if family is None:
        return ""
    usual = {} if process.route is None else process.route.process
    has_cells = family.pinning_kA_m > 0.0
    has_balance = HOSTS[host].magnet.second_phases is not None
    acts = {
        "grain_size_um": family.grain_slope != 0.0,
        "aged_for_C": has_cells,
        # In cells carbon takes zirconium, oxygen samarium.
        "oxygen_wt_pct": has_balance or has_cells,
        "carbon_wt_pct": has_balance or has_cells,
        "nitrogen_wt_pct": has_balance,
        "alpha_k": not has_cells,
        "decay": not has_cells,
    }
    words = []
    for name, does in acts.items():
        value = getattr(process, name)
        if does or value is None:
            continue
        if not np.array_equal(value, usual.get(name, np.nan)):
            words.append(name)
    if not words:
        return ""
    text = ", ".join(words)
    text = text.replace("grain_size_um", "grain_size_um (no law measured)")
    return f"; of no effect: {text}"


@check_arguments
def assumption(host: str) -> str:
    """Return in words how a magnet of `host` is taken to be made where nothing else is given.

    Parameters
    ----------
    host : str
        Name of a host: ``"2:14:1"``, ``"1:5"``, ``"2:17"``, ``"2:17:3"``,
        ``"1:12"`` or ``"1:12:1"``.

    Returns
    -------
    str
        Route, grain size, alignment and density.

    Raises
    ------
    InputError
        If no magnet of that host is known.

    Examples
    --------
    >>> assumption("2:14:1").startswith("sintered, with a rare-earth-rich grain boundary")
    True
    """
    if host not in HOSTS:
        raise InputError(
            f"host must be one of {', '.join(HOSTS)}, got {host!r}"
        )
    parameters_of_law = parameters()
    default = parameters_of_law.families[host].process
    template = HOSTS[host].magnet.made.format(
        boundary=f"{100 * default.grain_boundary:.0f}",
        ratio=parameters_of_law.cells["ratio"],
        copper=100 * parameters_of_law.cells["copper"],
        zirconium=100 * parameters_of_law.cells["zirconium"],
    )
    return (
        f"{template}; grains of {default.grain_size_um:g} um, alignment {default.alignment:.2f}, "
        f"density {100 * default.density:.1f} % of the pore-free"
    )

"""The level of a producer: its coercivity at 20 degrees C over that of the model.

Producers differ in how well the boundary parts their grains, which is alpha_K of Kronmueller's
relation. A level is therefore a number at 20 degrees C: N_eff M_s stays, and a magnet of a higher
level keeps more of its coercivity when hot. It holds for the route by which the magnet was made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.elements import INDEX
from .._core.errors import InputError
from .._core.units import BETWEEN, ROOM_K, ZERO_CELSIUS
from ..alloy.shell_rows import read_shells
from ..alloy.table import CompositionTable
from ..phases.records import HOST_NAMES, root_host
from ._magnets import Alloys, alloys, evaluate_magnets
from ._measured import COERCIVITY, Producer, StatedLevel, fall_deviation
from .grades import most_without_heavy_rare_earth, named_host
from .process import level_route, read_process, routes
from .shells import SURFACE
from .spread import constants

if TYPE_CHECKING:
    from ..surrogates._curie import CurieModel

# Levels between which that of a measured coercivity is sought: beyond, no magnet is one.
_LEAST_LEVEL = 0.02
_MOST_LEVEL = 50.0
# What a plain alloy may have over the best that is sold without heavy rare earth: lots of a recipe
# differ by as much.
_ABOVE = 1.05
# ln of a small change of level, and of the fall, by which derivatives are taken.
_DERIVATIVE_STEP = 1e-3
# Nearer to 20 C than this a fall with temperature cannot be told, K.
_NEAR_ROOM_K = 5.0
# Least remanence over that of the model, and model's over it, of one recipe. A choice: it tells a
# wrong recipe, such as one beyond its T_C; the scatter of remanence is some percent.
_LEAST_RATIO = 0.1
# ln of the largest and least fall over the model's that is sought.
_MOST_LOG_FALL = 1.5


@dataclass(frozen=True)
class Equivalent:
    """A coercivity that was measured at a temperature, as a level at 20 degrees C.

    Attributes
    ----------
    level : float
        H_cJ at 20 degrees C, without a shell, over the model's, with which the model has the
        measured coercivity at its temperature.
    lever : float
        Rise of ln H_cJ at the temperature per rise of ln of the level.
    slope : float
        By how much ln of the level is off where the fall of coercivity with temperature is off by
        one standard deviation.
    """

    level: float
    lever: float
    slope: float


def equivalent_level(
    magnet: Alloys, kelvin: float, coercivity_kA_m: float
) -> Equivalent:
    """Find the level at 20 degrees C of a magnet of which H_cJ was measured at a temperature.

    Parameters
    ----------
    magnet : Alloys
        One magnet of the model, one row; not changed.
    kelvin : float
        Temperature of the measurement, K.
    coercivity_kA_m : float
        Measured H_cJ, kA/m.

    Returns
    -------
    Equivalent
        ``level``, a factor over that of `magnet`; ``lever``, the rise of ln
        H_cJ at `kelvin` per rise of ln of the level; ``slope``, by how much ln
        of the level is off where the fall of coercivity is off by one standard
        deviation, below 0 where a steeper fall lowers H_cJ at `kelvin`.

    Raises
    ------
    InputError
        If no level between 0.02 and 50 makes it, or the magnet has no coercivity there.
    """
    from scipy.optimize import brentq

    def excess(log: float) -> float:
        return (
            log_coercivity(magnet.with_level(float(np.exp(log))), kelvin)
            - log_goal
        )

    log_goal = float(np.log(coercivity_kA_m))
    ends = float(np.log(_LEAST_LEVEL)), float(np.log(_MOST_LEVEL))
    if not excess(ends[0]) < 0.0 < excess(ends[1]):
        raise InputError(
            f"no level of a producer makes H_cJ {coercivity_kA_m:g} kA/m at {kelvin:g} K of this "
            "recipe; check value, unit and temperature"
        )
    log = float(brentq(excess, *ends, xtol=1e-9))
    magnet_at_level = magnet.with_level(float(np.exp(log)))
    log_model = log_coercivity(magnet_at_level, kelvin)
    steeper = magnet_at_level.with_level(1.0, fall=np.exp(_DERIVATIVE_STEP))
    rise = (log_coercivity(steeper, kelvin) - log_model) / _DERIVATIVE_STEP
    lift = lever(magnet_at_level, kelvin)
    return Equivalent(float(np.exp(log)), lift, fall_deviation() * rise / lift)


def lever(magnet: Alloys, kelvin: float) -> float:
    """Compute the rise of ln H_cJ of one magnet at a temperature, per rise of ln of its level.

    `magnet` is one alloy, `Alloys` of one row, and `kelvin` the temperature, K. The result is NaN
    without coercivity.
    """
    higher = magnet.with_level(float(np.exp(_DERIVATIVE_STEP)))
    return (
        log_coercivity(higher, kelvin) - log_coercivity(magnet, kelvin)
    ) / _DERIVATIVE_STEP


def log_coercivity(magnet: Alloys, kelvin: float) -> float:
    """Return ln of H_cJ, kA/m, of one magnet at a temperature, `kelvin`, K.

    `magnet` is `Alloys` of one row; whatever gate is closed to it does not count. -inf where H_cJ
    is 0, NaN where there is none.
    """
    h_cj = magnet.at(np.array([kelvin])).coercivity()[0, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.log(1e-3 * h_cj))


@dataclass(frozen=True)
class Level:
    """The level of the producer of a magnet in use.

    Attributes
    ----------
    value : float
        H_cJ at 20 degrees C of its alloys, without a shell, over the model's.
    route : str
        Name of the route by which the magnet is made, such as "hot-deformed"; empty for the usual
        one.
    reason : str
        Why the recipe or the model is wrong, empty where neither need be: then no melt of any route
        should be offered, only what is sold, and the recipe asked for.
    """

    value: float
    route: str = ""
    reason: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether melts of this producer can be predicted."""
        return not self.reason

    def is_trial(self, route: str | None) -> bool:
        """Return whether magnets of a route have another level than this one, which is not known.

        `route` is a name such as "hot-deformed" (KeyError for an unknown one);
        None or an empty text is the usual one. It is True where the word of
        its level differs from that of this level's ``route``, also of the
        usual route.
        """
        return _word(route) != _word(self.route)


def _word(route: str | None) -> str:
    """Return the word of the routes that share a level with the one of a name.

    `route` is a key of `routes` (KeyError otherwise); None or an empty text is the usual one, whose
    word is empty.
    """
    return level_route(routes()[route] if route else None)


def find_level(
    table: CompositionTable,
    coercivity_kA_m: float,
    *,
    shell: str | None = None,
    route: str | None = None,
    makers: str = "",
    curie: "CurieModel | None" = None,
) -> Level:
    """Find the level of the producer of a magnet whose recipe and coercivity are known.

    Parameters
    ----------
    table : CompositionTable
        Its recipe, one row.
    coercivity_kA_m : float
        H_cJ at 20 degrees C of a usual lot, kA/m; a guaranteed value is less.
    shell : str, optional
        What is diffused in, such as "Tb 0.5 wt%".
    route : str, optional
        Name of the route by which it is made, such as "hot-deformed"; the usual one otherwise.
    makers : str
        Names of its makers, separated by ", ", as in the column ``makers`` of `magnetkit.grades`:
        their grades without heavy rare earth bound the level. Those of all makers do where it is
        empty or they sell none.
    curie : CurieModel, optional
        Model of the Curie temperature; the shipped one otherwise.

    Returns
    -------
    Level
        ``value``, the factor over the model's H_cJ; ``route``, the name given,
        empty for the usual one; ``reason``, in words, not empty where no
        producer has such a level; the other two are there all the same.

    Raises
    ------
    InputError
        If the recipe makes no magnet in the model, no level between 0.02 and
        50 gives the coercivity (NaN too), there is no such route, or the shell
        cannot be read.
    """
    process = read_process({"route": route} if route else None, 1)
    magnet = alloys(table, process, read_shells(shell, 1), curie=curie)
    level = equivalent_level(magnet, ROOM_K, coercivity_kA_m).level
    reason = _range_reason(level)
    if not reason and not level_route(process.route):
        plain = alloys(_without_heavy_rare_earth(table), process, curie=curie)
        reason = _ladder_reason(plain.with_level(level), makers)
    return Level(level, route or "", reason)


def state_level(
    table: CompositionTable,
    level: Level,
    kelvin: float,
    typical: Mapping[str, float],
    *,
    shell: str | None = None,
    measured: Producer | None = None,
    between: tuple[float, float] = BETWEEN,
    curie: "CurieModel | None" = None,
) -> StatedLevel:
    """State a level with which the model has a magnet's usual values at a temperature too.

    Parameters
    ----------
    table : CompositionTable
        Its recipe, one row.
    level : Level
        As of `find_level`: ``value`` and ``route`` are read.
    kelvin : float
        Temperature of the values, K.
    typical : mapping of str to float
        ``remanence_T`` (T) and ``coercivity_kA_m`` (kA/m, above 0) of a usual
        lot there.
    shell : str, optional
        What is diffused in, such as "Tb 0.5 wt%".
    measured : Producer, optional
        Calibration on the temperature coefficient of B_r `between` two temperatures, K, where the
        magnet is sold by it: what makes up for the fall of B_r is the recipe's, no level.
    between : tuple of float
        Those two temperatures, K, lower first.
    curie : CurieModel, optional
        Model of the Curie temperature; the shipped one otherwise.

    Returns
    -------
    StatedLevel
        ``host``, the root of the recipe's; ``route``, the word of the route's level, empty for the
        usual one; ``level``, the value of `level`; ``fall``, the factor of the model's fall of H_cJ
        with temperature (above 1 for a lower H_cJ when hot), and ``remanence``, that of its B_r,
        with which it has the values at `kelvin`. ``fall`` is cut at 0.22 and 4.5, and 1 nearer than
        5 K to 20 degrees C, where the coercivity does not count.

    Raises
    ------
    InputError
        If there is no such route, the shell cannot be read, the recipe makes no magnet there, or
        the remanence is no 0.1 to 10 times the model's, NaN too.
    KeyError
        If `typical` has not both values.
    ValueError
        If the coercivity counts and is NaN or negative.
    """
    process: dict[str, Any] = {"route": level.route} if level.route else {}
    if measured is not None and measured.magnets:
        process["producer"] = measured
    process_rows = read_process(process or None, 1)
    magnet = alloys(table, process_rows, read_shells(shell, 1), curie=curie)
    stated_level = StatedLevel(
        root_host(HOST_NAMES[magnet.written.host[0]]),
        level_route(process_rows.route),
        level.value,
    )
    magnets = evaluate_magnets(
        magnet.with_stated(stated_level), [kelvin], between
    )
    b_r = float(magnets.remanence()[0, 0])
    if not _LEAST_RATIO * b_r <= typical["remanence_T"] <= b_r / _LEAST_RATIO:
        raise InputError(
            f"the recipe of the magnet in use is none of it: at {kelvin - ZERO_CELSIUS:.0f} °C "
            f"its B_r is {b_r:.3g} T by the model, that of the magnet "
            f"{typical['remanence_T']:.3g} T; correct the recipe, or leave it out"
        )
    return replace(
        stated_level,
        fall=_find_fall(
            magnet.with_level(level.value), kelvin, typical[COERCIVITY]
        ),
        remanence=typical["remanence_T"] / b_r,
    )


def _find_fall(magnet: Alloys, kelvin: float, coercivity_kA_m: float) -> float:
    """Find the fall of coercivity, divided by the model's, with which a magnet has a given hot H_cJ.

    The result is above 1 for an H_cJ below the model's above 20 degrees C. It
    is 1 nearer than 5 K to 20 degrees C, and the nearer of the limits 0.22 and
    4.5 if no fall gives the value. `magnet` is one alloy at its level;
    `kelvin` is the temperature, K, at which its H_cJ is to be
    `coercivity_kA_m`, kA/m, above 0; NaN is a ValueError. The magnet must have
    a coercivity there by the model.
    """
    from scipy.optimize import brentq

    def excess(log: float) -> float:
        steeper = magnet.with_level(1.0, fall=float(np.exp(log)))
        return log_coercivity(steeper, kelvin) - float(np.log(coercivity_kA_m))

    if abs(kelvin - ROOM_K) < _NEAR_ROOM_K:
        return 1.0
    ends = (-_MOST_LOG_FALL, _MOST_LOG_FALL)
    values = np.array([excess(log) for log in ends])
    if not values.prod() < 0.0:
        # Beyond all that the law can make: the nearer end.
        return float(np.exp(ends[int(np.nanargmin(np.abs(values)))]))
    return float(np.exp(brentq(excess, *ends, xtol=1e-10)))


def _range_reason(level: float) -> str:
    """Return why a level is none of a producer, empty where it may be one.

    `level` is H_cJ at 20 degrees C over the model's; 0.72 to 1.39 may be one,
    ends included. The text is a clause such as "its H_cJ at 20 °C is 2.00
    times the model's (0.72 to 1.39 is usual)"; NaN gives one too.
    """
    low, high = constants()["level"]
    if low <= level <= high:
        return ""
    return f"its H_cJ at 20 °C is {level:.2f} times the model's ({low:g} to {high:g} is usual)"


def _without_heavy_rare_earth(table: CompositionTable) -> CompositionTable:
    """Return a new table with neodymium in place of dysprosium and terbium, atom for atom.

    Other heavy rare earths stay, and rows in wt.% stay charges. `table` is not
    changed; what was given with its rows and its errors are left out. The rows
    stand in the same order, numbered from 0.
    """
    fractions = table.to_array()
    for symbol in SURFACE:
        fractions[:, INDEX["Nd"]] += fractions[:, INDEX[symbol]]
        fractions[:, INDEX[symbol]] = 0.0
    plain = CompositionTable.from_array(fractions)
    return replace(plain, by_weight=table.by_weight)


def _ladder_reason(plain: Alloys, makers: str) -> str:
    """Say why a level contradicts what makers sell without heavy rare earth; empty if it does not.

    `plain` is the producer's alloy without heavy rare earth at its level, one row; `makers` are
    names separated by ", ", empty for all. The text names H_cJ of that alloy and of the best magnet
    that `makers` sell so (all, where they sell none), kA/m; the alloy may have 5 % more. Hosts
    other than 2:14:1 give an empty text.
    """
    if HOST_NAMES[plain.written.host[0]] != named_host():
        return ""
    limit = most_without_heavy_rare_earth(makers)
    h_cj = float(np.exp(log_coercivity(plain, ROOM_K)))
    if not h_cj > _ABOVE * limit:
        return ""
    return (
        f"its alloy without heavy rare earth would have {h_cj:.0f} kA/m, the best that is sold "
        f"without it {limit:.0f}"
    )

"""Prediction of a producer's next magnet from its measured ones: a Gaussian process.

The logarithm of measured over predicted is taken as the sum of a part that a producer's magnets
share, a part of the composition, alike for compositions that are close, and a residue of each
magnet. How large each is was measured on magnets of one paper (``datasets/recipes/split.toml``).
What a diffused shell gives has an error of its own, which all shells share: it enters as far as a
magnet's coercivity rests on its shell. So does the law by which coercivity follows grain size.
Magnets that contradict all this beyond its uncertainty widen what is predicted for their producer.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from .._core import datasets
from .._core._columnar import Coded
from .._core._files import replacing
from .._core._types import FloatArray
from .._core.elements import INDEX, N_ELEMENTS, SYMBOLS
from .._core.errors import InputError, StoreError
from .._core.settings import get_settings
from ..alloy.table import CompositionTable
from .laws import law

SPLIT_FILE = "recipes/split.toml"
COERCIVITY = "coercivity_kA_m"
QUANTITIES = (COERCIVITY, "remanence_T")
"""What a producer's magnets are measured for."""

ALPHA = "remanence_coefficient_pct_K"
"""Of a reference magnet this may be known too; its error is a difference, not a logarithm."""

EFFECTS = ("shell_share", "grain_effect")
"""What errors that all magnets of a kind share act by: the share of coercivity that the shell
gives, and what a standard deviation of the slope with grain size does to ln H_cJ (`grains`)."""

MAKEUP = law("makeup")

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}")
_FORMAT = 2
# What the numbers of a magnet of a record may be, far beyond what any is: a file may be damaged.
_BOUNDS = {
    "temperature_K": (1.0, 1500.0),
    "score": (-100.0, 100.0),
    "deviation": (1e-9, 1.0),
    "noise": (0.0, 1e6),
    "slope": (-100.0, 100.0),
    "shell_share": (0.0, 1.0),
    "grain_effect": (-10.0, 10.0),
}
_LEVEL_BOUNDS = {
    "level": (1e-3, 1e3),
    "fall": (1e-3, 1e3),
    "remanence": (0.1, 10.0),
}


def fall_deviation() -> float:
    """Return the standard deviation of ln of a producer's fall of coercivity with temperature."""
    return float(law("temperature").fall_deviation)


@dataclass(frozen=True)
class Split:
    """Shares of the variance of ln(measured / predicted) between magnets; they sum to one.

    The shares are ``common``, ``composition`` and ``residue``; ``length`` is in
    atomic fractions, ``deviation`` the standard deviation of the whole and
    ``shared`` a pair of variances in units of that of the whole.
    """

    common: float  # what a producer's magnets share
    composition: float  # what goes with the composition
    residue: float  # each magnet's own
    # summed difference in atomic fraction at which the part of the composition is 1/e
    length: float
    deviation: float  # standard deviation of the whole
    # variances of what `EFFECTS` act on, in units of that of the whole: ln of what a shell gives
    shared: tuple[float, float] = (0.0, 0.0)

    def covariance(self, distance: FloatArray) -> FloatArray:
        """Return the covariance of a producer's two magnets, without residue, by distance."""
        return self.common + self.composition * np.exp(-distance / self.length)


def shared_variance(effects: FloatArray, split: Split) -> FloatArray:
    """Compute what process effects add to the variance of each magnet, shape (n,).

    `effects` are the `EFFECTS` of n magnets, shape (n, 2): the share of
    coercivity that the shell gives, and the change of ln H_cJ by one standard
    deviation of the slope with grain size. ``split.shared`` has the variance
    for a unit of each, in this order; both parts add. The result is in units
    of the variance of a magnet near measured ones.
    """
    shell, grain = split.shared
    by_shell = effects[:, 0] ** 2 * shell
    by_grain = effects[:, 1] ** 2 * grain
    return by_shell + by_grain


@lru_cache(maxsize=1)
def splits() -> dict[str, Split]:
    """Return the measured split of each of `QUANTITIES`, and that of `ALPHA`, by column.

    The keys are "coercivity_kA_m", "remanence_T" and
    "remanence_coefficient_pct_K", the values `Split`: ``common``,
    ``composition`` and ``residue``, which sum to 1; ``length``, in atomic
    fractions; ``deviation``, of ln of the quantity, of alpha of itself in %/K;
    and ``shared``, a pair: the variances of what a shell gives and of the
    slope with grain size, in units of that of the whole, 0 but for H_cJ. Too
    few papers print alpha of two magnets to split its error; it goes with
    J_s(T), as remanence does, and is taken to be split alike but for a
    magnet's own part. The dictionary is shared: do not change it.
    """
    data = datasets.toml(SPLIT_FILE)
    result = {}
    for quantity in QUANTITIES:
        one = data[quantity]
        common = one["common"]
        composition = one["composition"]
        # The file has four digits; the shares sum to one.
        rest = 1.0 - common - composition
        result[quantity] = Split(
            common, composition, rest, one["length"], one["deviation"]
        )
    # Shell and grain size change next to no remanence: its error is that of other magnets.
    hard = result[COERCIVITY]
    shared_shares = (
        (data["shell"]["deviation"] / hard.deviation) ** 2,
        hard.deviation**-2,
    )
    result[COERCIVITY] = replace(hard, shared=shared_shares)
    soft = result["remanence_T"]
    alpha_share = (MAKEUP.alpha_residue / MAKEUP.compensated_doubt) ** 2
    rest = (1.0 - alpha_share) / (1.0 - soft.residue)
    result[ALPHA] = Split(
        common=soft.common * rest,
        composition=soft.composition * rest,
        residue=alpha_share,
        length=soft.length,
        deviation=MAKEUP.compensated_doubt,
    )
    return result


@dataclass(frozen=True, eq=False)
class Known:
    """k measured magnets of one host and quantity, and the posterior they give of another one.

    Fields are ``fractions`` (k, 118), ``scores`` (k,), ``noise`` (k, k),
    ``split``, ``deviation``, ``effects`` (k, 2) or None and ``slopes`` (k,) or
    None.
    """

    fractions: FloatArray  # atomic fractions, (k, N_ELEMENTS)
    # ln(measured / predicted) over the standard deviation of the prediction, (k,)
    scores: FloatArray
    # covariance of what is not the producer's: measurement, temperature, residue, (k, k)
    noise: FloatArray
    split: Split
    # mean standard deviation of ln of the prediction that the scores are in units of
    deviation: float = 1.0
    # `EFFECTS` of each, (k, 2); None: neither shells nor unusual grains
    effects: FloatArray | None = None
    # what a standard deviation of the fall of coercivity shifts the score by, (k,); None: nothing
    slopes: FloatArray | None = None

    @property
    def table(self) -> CompositionTable:
        """The magnets."""
        return CompositionTable.from_array(self.fractions)

    @cached_property
    def inverse(self) -> FloatArray:
        """Inverse of the covariance of the measured scores, noise included, shape (k, k).

        It is an attribute, not a method, and shared: do not change it.
        """
        from .._core._linear import invert

        return np.asarray(
            invert(
                self.cross_covariance(self.table, self.effects) + self.noise
            )
        )

    def cross_covariance(
        self, table: CompositionTable, effects: FloatArray | None = None
    ) -> FloatArray:
        """Compute the covariance of the scores of n other magnets with the k measured ones, (n, k).

        `table` holds the other magnets' recipes, of the same host, which is
        not checked. `effects` are their `EFFECTS`, shape (n, 2), in the order
        of shell and grain size; without them, or without those of the measured
        magnets, only recipes count. The unit is the variance of the model's
        error.
        """
        from ..alloy._row_kernels import distances

        covariance = self.split.covariance(
            distances(table.rows, self.fractions)
        )
        if effects is not None and self.effects is not None:
            from .._core._linear import multiply

            covariance = covariance + multiply(
                effects * self.split.shared, self.effects.T
            )
        return covariance

    @cached_property
    def stretch(self) -> float:
        """Factor, at least 1, by which the scatter of the measured magnets widens predictions.

        As in averages of the Particle Data Group (Review of Particle Physics,
        its introduction): sqrt(chi2 / (k - 1)) of k scores about their mean,
        with their full covariance, where that is above 1. An error that all
        share is no scatter. With one magnet the factor is 1. It is an
        attribute, not a method.
        """
        k = len(self.scores)
        if k < 2:
            return 1.0
        from .._core._linear import multiply

        design = np.column_stack([np.ones(k), self.scores])
        (ones, cross), (_, square) = multiply(
            design.T, multiply(self.inverse, design)
        )
        return float(np.sqrt(max((square - cross**2 / ones) / (k - 1), 1.0)))

    def posterior(
        self, table: CompositionTable, effects: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Compute the posterior of the scores of n other magnets of the host and quantity.

        Parameters
        ----------
        table : CompositionTable
            Their recipes.
        effects : ndarray, shape (n, 2), optional
            Their `EFFECTS`: the share of coercivity that the shell gives, and the change of ln H_cJ
            by one standard deviation of the slope with grain size; none otherwise.

        Returns
        -------
        tuple of two ndarrays, shape (n,)
            Mean and standard deviation, in standard deviations of the model's error: times
            ``self.deviation`` the mean is a shift of ln of the quantity. The standard deviation
            holds ``self.stretch`` already.
        """
        from .._core._linear import multiply

        across = self.cross_covariance(table, effects)
        weights = multiply(across, self.inverse)
        mean = multiply(weights, self.scores)
        alone = (
            1.0
            if effects is None
            else 1.0 + shared_variance(effects, self.split)
        )
        variance = alone - (weights * across).sum(axis=1)
        return mean, self.stretch * np.sqrt(
            np.clip(variance, self.split.residue, alone)
        )

    def mean_slope(self) -> float:
        """Compute the posterior error of the fall of coercivity, in standard deviations of that fall.

        It is positive where coercivity falls more steeply than the model's; 0 where ``slopes`` is
        None. The factor of the fall is exp(`fall_deviation` times the result).
        """
        if self.slopes is None:
            return 0.0
        from .._core._linear import multiply

        return float(
            multiply(
                multiply(self.slopes[None, :], self.inverse), self.scores
            )[0]
        )


@dataclass(frozen=True)
class StatedLevel:
    """The level of a producer as it is stated: it holds whole for every composition of its host.

    Attributes
    ----------
    host, route : str
        Root of the host, and the word of the routes of which coercivity it speaks.
    level, fall : float
        H_cJ at 20 degrees C without a shell, and the fall of H_cJ with temperature, over the
        model's.
    remanence : float
        B_r over the model's, of every route of the host.

    Raises
    ------
    ValueError
        If a number is none of a magnet.
    """

    host: str
    route: str
    level: float
    fall: float = 1.0
    remanence: float = 1.0

    def __post_init__(self) -> None:
        """Check the numbers; ValueError names the first that lies outside its bounds.

        ``level`` and ``fall`` may be 0.001 to 1000, ``remanence`` 0.1 to 10, ends included. NaN is
        refused. ``host`` and ``route`` are not checked.
        """
        for name, (low, high) in _LEVEL_BOUNDS.items():
            value = getattr(self, name)
            if not low <= float(value) <= high:
                raise ValueError(
                    f"{name} must lie between {low:g} and {high:g}, got {value!r:.40}"
                )


@dataclass(frozen=True, eq=False)
class Producer:
    """A producer's measured magnets under a name; a `process` of `magnetkit.predict` and others.

    `magnets` has a record for each measured value: ``host``, ``quantity``, ``magnet``,
    ``composition`` (atomic fractions), ``temperature_K``, ``score`` (ln(measured / predicted) over
    the standard deviation of the prediction; of coercivity that of the level at 20 degrees C which
    makes the measured value at its temperature), ``deviation``, that of its logarithm, ``noise``
    (variance of the measurement) and ``slope`` (what a standard deviation of the fall of coercivity
    with temperature shifts the score by), both in units of that deviation, and `EFFECTS` (without,
    none). ``route`` is the word of the routes that share the producer's level, see
    `magnetkit.magnetism.process.Route`; without one it is that of the usual route.

    `stated` are levels that are stated and not inferred, such as that of a grade whose recipe is
    taken as known: what the magnets say gives ranges alone then.
    """

    name: str
    magnets: tuple[dict[str, Any], ...]
    stated: tuple["StatedLevel", ...] = ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of which magnets were measured."""
        return tuple(dict.fromkeys(m["host"] for m in self.magnets))

    def known(self, host: str, quantity: str, route: str = "") -> Known | None:
        """Return the measured magnets of a host, quantity and route; None if there are none.

        The names are exact.

        Parameters
        ----------
        host : str
            Root of the host, such as "2:14:1".
        quantity : str
            "coercivity_kA_m", "remanence_T" or "remanence_coefficient_pct_K".
        route : str
            Word of the routes that share a level (``Route.level``); empty for the host's usual
            route alone.

        Returns
        -------
        Known or None
            Of the k records that agree in all three: ``fractions``, atomic,
            (k, 118); ``scores``, (k,), and ``noise``, (k, k), their
            covariance, both in units of ``deviation``, the mean standard
            deviation of ln of the prediction (of alpha itself, %/K);
            ``split``, the `Split` of the quantity; ``effects``, (k, 2); and
            ``slopes``, (k,). Records of one label, ``magnet``, share the
            residue of their error.
        """
        key = host, quantity, route
        rows = [
            m
            for m in self.magnets
            if (m["host"], m["quantity"], m.get("route", "")) == key
        ]
        if not rows:
            return None
        error_split = splits()[quantity]
        fractions = np.zeros((len(rows), N_ELEMENTS))
        for row, magnet in zip(fractions, rows, strict=True):
            for symbol, amount in magnet["composition"].items():
                row[INDEX[symbol]] = amount
        label = np.array([m["magnet"] for m in rows])
        slope = np.array([m["slope"] for m in rows])
        noise = np.outer(slope, slope) + np.diag([m["noise"] for m in rows])
        noise += error_split.residue * (label[:, None] == label[None, :])
        scores = np.array([m["score"] for m in rows])
        deviation = float(np.mean([m["deviation"] for m in rows]))
        effects = np.zeros((len(rows), len(EFFECTS)))
        for place, name in enumerate(EFFECTS):
            effects[:, place] = [float(m.get(name, 0.0)) for m in rows]
        return Known(
            fractions, scores, noise, error_split, deviation, effects, slope
        )

    def falls(self, hosts: Coded, route: str = "") -> FloatArray:
        """Compute the fall of coercivity with temperature, divided by the model's, of n magnets, (n,).

        It is 1 for hosts that the producer has measured nothing of. `hosts`,
        such as ``Coded.of(["2:14:1"])``, names the root of the host of each
        magnet; `route` is the word of the route of all (``Route.level``),
        empty for the usual one. A stated level of that route replaces what was
        measured, for hosts without a measured magnet too.
        """
        fall = np.ones(len(hosts))
        for host in self.hosts:
            if measured_magnets := self.known(host, COERCIVITY, route):
                fall[hosts.says(host)] = np.exp(
                    fall_deviation() * measured_magnets.mean_slope()
                )
        for level in self.stated:
            if level.route == route:
                fall[hosts.says(level.host)] = level.fall
        return fall

    def shifts(
        self,
        table: CompositionTable,
        hosts: Coded,
        effects: FloatArray,
        route: str = "",
    ) -> dict[str, tuple[FloatArray, FloatArray]]:
        """Compute the posterior of n other magnets of this producer, by quantity.

        The shift is that of the logarithm, of `ALPHA` that of itself in %/K. What is left is a
        share of the standard deviation of an ordinary magnet without shell. Stated levels replace
        the shift alone: of B_r on all routes, of H_cJ on theirs.

        Parameters
        ----------
        table : CompositionTable
            Recipes of the n magnets.
        hosts : Coded
            Their hosts, by roots such as "2:14:1"; code -1 for none.
        effects : ndarray, shape (n, 2)
            Their `EFFECTS`: the share of coercivity that the shell gives, and the change of ln H_cJ
            by one standard deviation of the slope with grain size.
        route : str
            Word of the routes that share a level (``Route.level``), of all; empty for the usual
            one.

        Returns
        -------
        dict of (ndarray, ndarray)
            Shift and share left, (n,) each, in this order. The keys are
            "coercivity_kA_m", "remanence_T" and "remanence_coefficient_pct_K".
            Shift 0 and share NaN where nothing is known of host and route, or
            the host is none; a stated level leaves the share NaN where nothing
            is measured.
        """
        result = {
            q: (np.zeros(len(table)), np.full(len(table), np.nan))
            for q in splits()
        }
        for host in self.hosts:
            rows = np.flatnonzero(hosts.says(host))
            part = table[rows]
            acts = effects[rows]
            for quantity, (shift, remaining) in result.items():
                if known := self.known(host, quantity, route):
                    mean, remaining[rows] = known.posterior(part, acts)
                    shift[rows] = mean * known.deviation
        for level in self.stated:
            rows = np.flatnonzero(hosts.says(level.host))
            result["remanence_T"][0][rows] = np.log(level.remanence)
            if level.route == route:
                result[COERCIVITY][0][rows] = np.log(level.level)
        return result

    def record(self) -> dict[str, Any]:
        """Return the calibration as plain values, from which `from_record` makes it anew.

        The keys are ``format`` (2), ``name``, ``magnets`` (a list of dicts
        with ``host``, ``quantity``, ``magnet``, ``composition``,
        ``temperature_K``, ``score``, ``deviation``, ``noise``, ``slope`` and,
        which may lack, ``shell_share``, ``grain_effect`` and ``route``) and,
        where levels are stated, ``stated``: a list of dicts with ``host``,
        ``route``, ``level``, ``fall`` and ``remanence``. The dicts are copies.
        """
        record = {
            "format": _FORMAT,
            "name": self.name,
            "magnets": list(map(dict, self.magnets)),
        }
        if self.stated:
            record["stated"] = list(map(asdict, self.stated))
        return record

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Producer":
        """Build the calibration from its record; StoreError if it is damaged or of another version.

        `record` is such as `record` returns or JSON has it: ``format`` (2),
        ``name``, ``magnets`` and, which may lack, ``stated``, a list of dicts
        with ``host``, ``route``, ``level``, ``fall`` and ``remanence``. Other
        keys, such as the "measured" of `store`, are passed over. Each magnet
        must have ``host``, ``quantity``, ``magnet``, ``composition`` (atomic
        fractions by symbol), ``temperature_K``, ``score``, ``deviation``,
        ``noise`` and ``slope``; ``shell_share``, ``grain_effect`` and
        ``route`` may lack.
        """
        try:
            if record["format"] != _FORMAT:
                raise StoreError(
                    f"producer of format {record['format']}, {_FORMAT} is read: calibrate"
                )
            producer = cls(
                str(record["name"]),
                tuple(map(_validate_magnet, record["magnets"])),
                tuple(
                    StatedLevel(**level) for level in record.get("stated", ())
                ),
            )
            for host in producer.hosts:
                for quantity in splits():
                    producer.known(host, quantity)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StoreError(
                f"the record of the producer is damaged ({error}); calibrate anew"
            ) from None
        return producer


def _validate_magnet(magnet: Mapping[str, Any]) -> dict[str, Any]:
    """Check the numbers of one magnet of a record and return it as a plain dictionary.

    Checked are ``temperature_K`` (1 to 1500), ``score`` (-100 to 100),
    ``deviation`` (1e-9 to 1), ``noise`` (0 to 1e6), ``slope`` (-100 to 100),
    ``shell_share`` (0 to 1), ``grain_effect`` (-10 to 10) and each atomic
    fraction of ``composition`` (0 to 1), ends included. ``shell_share`` and
    ``grain_effect`` may lack, and are not added; texts and further keys are
    not checked. All values stay as they are, int too. ValueError if a value is
    no number (a bool, NaN or text) or out of its range, KeyError if one is
    missing.
    """
    record = dict.fromkeys(EFFECTS, 0.0) | dict(magnet)
    numbers = {
        name: (record[name], bounds) for name, bounds in _BOUNDS.items()
    }
    numbers |= {e: (x, (0.0, 1.0)) for e, x in record["composition"].items()}
    for name, (value, (low, high)) in numbers.items():
        real = isinstance(value, int | float) and not isinstance(value, bool)
        if not real or not low <= value <= high:
            raise ValueError(
                f"{name} must lie between {low:g} and {high:g}, got {value!r:.40}"
            )
    return dict(magnet)


def atomic_fractions(table: CompositionTable, row: int) -> dict[str, float]:
    """Return the atomic fractions of one row by symbol, rounded to nine decimals.

    `row` is the number of the row in `table`, from 0; elements that it does
    not have are left out. Values are floats, in the order of the atomic
    numbers.
    """
    part = slice(table.indptr[row], table.indptr[row + 1])
    return {
        SYMBOLS[i]: round(float(v), 9)
        for i, v in zip(table.indices[part], table.values[part], strict=True)
    }


def folder() -> Path:
    """Return where the calibrations are kept."""
    return get_settings().data_dir / "mills"


def names() -> list[str]:
    """Return the names of the stored calibrations, sorted; an empty list if nothing is stored."""
    if folder().is_dir():
        return sorted(f.stem for f in folder().glob("*.json"))
    return []


def check_name(name: Any) -> str:
    """Return `name` if a calibration can be stored under it; InputError otherwise.

    A name is of 1 to 64 letters (of any alphabet), figures, '.', '_' and '-',
    and begins with a figure or a letter of A to Z, small or large.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InputError(
            "expected a name of letters, figures, '.', '_' and '-' such as my-mill, "
            f"got {name!r:.60}"
        )
    return name


def store(producer: Producer, measured: Sequence[Mapping[str, Any]]) -> Path:
    """Write a calibration under its name, in place of one that was there, and return the file.

    The file is ``NAME.json``, NAME being ``producer.name``, in `folder` of the
    user's data, which is created. `producer` is written as a JSON record;
    `measured`, the user's rows as dicts by column of what JSON can hold (NaN
    too), is kept in it under "measured" for a reader: `load` does not read it.

    Raises
    ------
    InputError
        If the name cannot be a file's, or folder or file cannot be written.
    TypeError
        If JSON cannot hold a value; the file that was there stays.
    """
    path = folder() / f"{check_name(producer.name)}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror}; set MAGNETKIT_DATA_DIR"
        ) from None
    record = {**producer.record(), "measured": list(measured)}
    with replacing(path) as temporary:
        temporary.write_text(
            json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8"
        )
    return path


def load(name: str) -> Producer:
    """Read the calibration that is stored under `name` in the user's data folder.

    `name` is exact, without ".json". InputError if it cannot be one, or
    nothing is stored under it: the message lists those there are. The
    `Producer` has ``name``, ``magnets`` and ``stated``. StoreError if its file
    is damaged or of another version.
    """
    path = folder() / f"{check_name(name)}.json"
    if not path.is_file():
        known_names = ", ".join(names()) or "none yet"
        raise InputError(
            f"no process {name!r} is stored; known are {known_names} "
            f"(`magnetkit calibrate magnets.csv --name {name}` makes one)"
        )
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{path} cannot be read ({error}); calibrate anew"
        ) from None
    if not isinstance(record, dict):
        raise StoreError(f"{path} holds no producer; calibrate anew")
    return Producer.from_record(record)

"""What properties are wanted for: one object, from which the command line's options are made too.

Each field says what it is once, in its metadata. A function that takes some of them is decorated by
`with_conditions`; the command line makes its options of the same fields.
"""

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

from .._core._arguments import path
from .._core.errors import InputError
from .._core.units import BETWEEN, LOAD_LINE, parse_temperatures

if TYPE_CHECKING:
    from ..alloy.shells import Shells
    from ..alloy.table import CompositionTable
    from ..phases.snapshot import Snapshot
    from ..supply.scenario import Scenario
    from ..surrogates._curie import CurieModel
    from .process import Process
    from .sintered import Duty, Use


Function = TypeVar("Function", bound=Callable[..., Any])

GROUPS = {
    "use": "Use of the magnet",
    "magnet": "The magnet and its maker",
    "supply": "Supply and prices",
    "models": "Models and phase data",
}
"""Groups of conditions, with their headings."""

NO_CALIBRATION = "none"
"""`calibration` that leaves the model bare, where a device's own magnet would anchor it."""


class _Keywords(TypedDict, total=False):
    between: tuple[float | str, float | str] | None
    outside_field_kA_m: float | None
    hours: float | None
    process: "Process | dict[str, Any] | str | None"
    calibration: str | None
    host: str | None
    recycled: Mapping[str, float] | None
    prices: Mapping[str, str] | None
    interval: float | None
    snapshot: "Snapshot | str | Path | None"
    data: Any
    add: Any


class SupplyKeywords(_Keywords, total=False):
    """Those beside a function's own load line and shell."""

    scenario: str | Path | None


class UseKeywords(_Keywords, total=False):
    """Those beside a function's own scenario."""

    load_line: float | None
    shell: "Shells"


class ConditionKeywords(UseKeywords, SupplyKeywords, total=False):
    """The conditions as public functions take them; what is None or not given is the default."""


def _field_metadata(
    group: str,
    kind: str,
    option: str,
    metavar: str,
    meaning: str,
    *,
    example: str = "",
    common: bool = False,
) -> dict[str, Any]:
    """Build the metadata of a field of `Conditions`.

    `group` is a key of `GROUPS` ("use", "magnet", "supply", "models"). `kind`, such as "float,
    optional", and `meaning`, a text without a full stop, go to docstrings; `option`, such as
    "--load-line", `metavar` and `example` to the command line. An option that is not `common` is
    shown by ``--help-all`` alone. The keys of the result are the names of the parameters. Nothing
    is checked.
    """
    return {
        "group": group,
        "kind": kind,
        "meaning": meaning,
        "option": option,
        "metavar": metavar,
        "example": example,
        "common": common,
    }


@dataclass(frozen=True)
class Conditions:
    """What the properties are wanted for; `Conditions.of` makes one from what a user gave.

    Attributes
    ----------
    temperature : tuple of float
        Temperatures of the answer, K.
    between : tuple of float
        Coldest and hottest temperature of use, K; alpha and beta are chords between them.
    load_line, outside_field_kA_m, hours : float
        What the magnet stands in the device, see `Duty`.
    process : mapping or None
        How the magnet is made, as a plain record, with the magnets that anchor the model; None
        takes the defaults of each family.
    calibration : str or None
        Whose magnets those are, as it was asked for.
    shell : str, dict, Shell, a sequence of them, or None
        Grain-boundary shell, not yet read.
    host : str
        Structure in which the magnets are taken to crystallize; ``"auto"`` finds it.
    scenario : str
        Supply scenario, a name or the path of a TOML file.
    recycled : mapping of str to float
        Share of an element that comes from recycling.
    prices : mapping of str to str
        Price of an element: times the scenario's as ``"3x"``, or as ``"900USD/kg"``.
    interval : float
        Coverage of the intervals, 0 to 1.
    snapshot : Path or None
        Phase data to use instead of the embedded.
    data, add : str or None
        CSV file of measured Curie temperatures to learn from instead of, or beside, what is known
        otherwise.
    reference : CompositionTable or None
        The magnet to save heavy rare earth against, one row.
    reference_shell : str
        Its grain-boundary shell.
    whole_range : bool
        Whether the status is that over the range `between`, as a device needs it, rather than
        that at the temperature of the row.
    """

    # fmt: off
    temperature: tuple[float, ...] = field(default=(300.0,), metadata=_field_metadata(
        "use", "float, str or sequence of them", "--temperature", "TEMPERATURE",
        "Temperature, e.g. 150C or 423K", common=True))
    load_line: float = field(default=LOAD_LINE, metadata=_field_metadata(
        "use", "float, optional", "--load-line", "NUMBER",
        "Permeance coefficient -B / (mu_0 H) of the magnet; the device's, or 1, otherwise",
        common=True))
    outside_field_kA_m: float = field(default=0.0, metadata=_field_metadata(
        "use", "float, optional", "--outside-field", "KA_M",
        "Field against the magnetization in the magnet's place with its remanence set to zero and "
        "its permeability kept, kA/m; the device's, or none, otherwise. A uniform field H on an "
        "open magnet is H (1 + P) / (P + mu_rec), a magnetomotive force F for each length of "
        "magnet F P / (P + mu_rec), P being the load line"))
    hours: float = field(default=0.0, metadata=_field_metadata(
        "use", "float, optional", "--hours", "NUMBER",
        "Time of use at the temperature, h, which acts as a larger field; the device's, or none "
        "beyond that of measuring a curve, otherwise"))
    between: tuple[float, float] = field(default=BETWEEN, metadata=_field_metadata(
        "use", "tuple of float or str, optional", "--between", "LOW,HIGH",
        "Temperatures of the chords alpha and beta, K or texts, lower first; the device's "
        "coldest and hottest, or 20 and 100 degrees C, otherwise"))
    process: Any = field(default=None, metadata=_field_metadata(
        "magnet", "Process, dict or str, optional", "--process", "NAME",
        "How the magnets are made: a route such as hot-deformed, or a calibration; the "
        "defaults of each family otherwise", common=True))
    calibration: str | None = field(default=None, metadata=_field_metadata(
        "magnet", "str, optional", "--calibration", "NAME|GRADE|none",
        "Whose magnets the prediction rests on: a name of `magnetkit.calibrate`, a grade, "
        "or none for the bare model; otherwise those of `process`, or of the device"))
    shell: Any = field(default=None, metadata=_field_metadata(
        "magnet", "str, dict, Shell or a sequence of them, optional", "--shell", "SHELL",
        "Grain-boundary shell, e.g. 'Tb 0.5 wt%', of all magnets, or one for each",
        example="repeat", common=True))
    host: str = field(default="auto", metadata=_field_metadata(
        "magnet", "str, optional", "--host", "HOST",
        "Structure in which the magnets are taken to crystallize, e.g. 2:14:1; found from "
        "the composition otherwise"))
    scenario: str = field(default="baseline", metadata=_field_metadata(
        "supply", "str or Path, optional", "--scenario", "NAME",
        "Supply scenario, a name or a TOML file", common=True))
    recycled: dict[str, float] = field(default_factory=dict, metadata=_field_metadata(
        "supply", "mapping of str to float, optional", "--recycled", "ELEMENT=SHARE",
        "Share of an element that comes from recycling", example="e.g. Co=0.25; repeat"))
    prices: dict[str, str] = field(default_factory=dict, metadata=_field_metadata(
        "supply", "mapping of str to str, optional", "--price", "ELEMENT=PRICE",
        "Price of an element, 3x that of the scenario or 900USD/kg", example="e.g. Tb=3x; repeat"))
    interval: float = field(default=0.9, metadata=_field_metadata(
        "models", "float, optional", "--interval", "SHARE",
        "Coverage of the intervals, 0.9 for 90 %"))
    snapshot: Path | None = field(default=None, metadata=_field_metadata(
        "models", "str, Path or Snapshot, optional", "--snapshot", "FOLDER",
        "Folder of a phase snapshot, as `magnetkit data pull --out` writes it; the embedded "
        "one otherwise"))
    data: str | None = field(default=None, metadata=_field_metadata(
        "models", "path or frame, optional", "--data", "FILE",
        "CSV of measured Curie temperatures (composition, curie_temperature_K, and group, "
        "source if known) to learn from instead of everything else"))
    add: str | None = field(default=None, metadata=_field_metadata(
        "models", "path or frame, optional", "--add", "FILE",
        "Such a file whose rows stand beside what is known otherwise"))
    # fmt: on
    reference: "CompositionTable | None" = None
    reference_shell: str = ""
    whole_range: bool = False

    @property
    def duty(self) -> "Duty":
        """Load line, outside field and time of use of the magnet in the device."""
        from .sintered import Duty

        return Duty(self.load_line, self.outside_field_kA_m, self.hours)

    @property
    def use(self) -> "Use":
        """What the figures of magnets are wanted for."""
        from .sintered import Use

        return Use(self.between, self.duty, self.interval, self.whole_range)

    @property
    def curie(self) -> "CurieModel":
        """The model of the Curie temperature in force."""
        from ..surrogates._curie_training import load

        return load(self.data, self.add)

    @cached_property
    def supply_scenario(self) -> "Scenario":
        """The scenario with its prices, whose file is read once."""
        from ..supply.scenario import with_prices

        return with_prices(self.scenario, self.prices)

    @classmethod
    def of(cls, **given: Any) -> "Conditions":
        """Return checked conditions; what is None or not given is the default.

        Parameters
        ----------
        **given
            Those of `ConditionKeywords`: ``load_line``, ``outside_field_kA_m``, ``hours``,
            ``between``, ``process``, ``calibration``, ``shell``, ``host``, ``scenario``,
            ``recycled`` (such as ``{"Co": 0.25}``), ``prices`` (such as
            ``{"Tb": "3x", "Nd": "90USD/kg"}``), ``interval``, ``snapshot``, ``data`` and ``add``;
            ``temperature`` (K, a text such as "150C", or a sequence of them); and ``reference``,
            ``reference_shell`` and ``whole_range`` as they stand.

        Returns
        -------
        Conditions
            ``temperature`` is a tuple of K, (300.0,) by default, and
            ``between`` a pair of K; ``process`` a plain record, with the
            producer that ``calibration`` names, a grade at the first
            temperature; ``data`` and ``add`` as paths. ``shell`` and ``host``
            are not checked.

        Raises
        ------
        InputError
            If one cannot be used.
        TypeError
            If there is no condition of a name.
        """
        # Late, since the command line asks this module what its options are.
        from ..compound.evaluate import quantile
        from ..supply.scenario import validate_recycled_shares
        from .sintered import Duty, parse_chord, read_duty

        values = {
            name: value for name, value in given.items() if value is not None
        }
        if "interval" in values:
            quantile(values["interval"])
            values["interval"] = float(values["interval"])
        scenario = values.get("scenario") or "baseline"
        if not isinstance(scenario, str | Path):
            raise InputError(
                f"scenario must be a name or the path of a TOML file, got {scenario!r:.60}"
            )
        prices = values.get("prices", {})
        if not isinstance(prices, Mapping):
            raise InputError(
                f"prices must map elements to prices, got {prices!r:.60}; e.g. Tb=3x"
            )
        values |= {
            "scenario": str(scenario),
            "prices": {e: str(p) for e, p in prices.items()},
        }
        if "between" in values:
            values["between"] = parse_chord(values["between"])
        if "temperature" in values:
            values["temperature"] = tuple(
                parse_temperatures(values["temperature"])
            )
        names = vars(Duty()).keys() & values.keys()
        duty = Duty(**{name: values[name] for name in names})
        values |= vars(read_duty(duty))
        values["recycled"] = validate_recycled_shares(values.get("recycled"))
        if "snapshot" in values:
            from ..phases.snapshot import snapshot_folder

            values["snapshot"] = snapshot_folder(values["snapshot"])
        for name in ("data", "add"):
            if name in values:
                values[name] = str(_table_path(name, values[name]))
        kelvin = values.get("temperature", (300.0,))[0]
        values["process"] = calibrated_process(
            values.get("process"), values.get("calibration"), kelvin
        )
        conditions = cls(**values)
        _ = conditions.supply_scenario  # one that cannot be read fails here
        return conditions

    def split_by_anchor(self) -> "list[Conditions]":
        """Split into conditions of one temperature each, where a grade anchors the model.

        A grade's printed values anchor at the temperature of use, so that an
        answer does not depend on the other temperatures. Without a calibration
        by a grade, or with one temperature, the list holds this object alone.
        InputError if the grade is no magnet at a temperature.
        """
        from ..alloy._grade_names import is_grade
        from .process import process_record

        is_anchored = self.calibration is not None and is_grade(
            self.calibration
        )
        if not is_anchored or len(self.temperature) < 2:
            return [self]
        record = dict(process_record(self.process) or {})
        record.pop("producer", None)
        return [
            replace(
                self,
                temperature=(kelvin,),
                process=calibrated_process(
                    record or None, self.calibration, kelvin
                ),
            )
            for kelvin in self.temperature
        ]


def _table_path(name: str, given: Any) -> Path:
    """Return the path of a table, `given`, that the user gave as a path or as a frame.

    A frame is written to the cache first, named by its content. `name` is the keyword, such as
    "data", for messages. A path, a str or `Path`, is returned without reading it or asking whether
    it exists; InputError if it is empty.
    """
    from ..surrogates._measured import table_path

    if isinstance(given, str | Path):
        return path(name, given)
    return table_path(given)


def calibrated_process(
    process: Any, calibration: str | None, kelvin: float
) -> dict[str, Any] | None:
    """Anchor a process on the magnets that `calibration` names.

    Parameters
    ----------
    process : Process, dict, str or None
        As functions take it.
    calibration : str or None
        Name of a stored calibration, a grade such as "N42SH", or `NO_CALIBRATION` ("none"); the
        latter and None leave the process as it is.
    kelvin : float
        Temperature at which a grade's printed values anchor the model, K.

    Returns
    -------
    dict or None
        The process as plain values, of `process_record`, with the record of its producer under
        ``producer``; None where nothing is given.

    Raises
    ------
    InputError
        If no such magnets are known, or the process names a producer too
        ("none" included).
    StoreError
        If the stored calibration is damaged.
    """
    from . import _measured
    from .process import process_record

    record = process_record(process)
    if calibration is None:
        return record
    if not isinstance(calibration, str) or not calibration.strip():
        raise InputError(
            "calibration must be a name of `magnetkit calibrate`, a grade or none, got "
            f"{calibration!r:.60}"
        )
    if record is not None and "producer" in record:
        raise InputError(
            f"process and calibration {calibration!r}: give one of the two"
        )
    if calibration == NO_CALIBRATION:
        return record
    if calibration in _measured.names():
        return {
            **(record or {}),
            "producer": _measured.load(calibration).record(),
        }
    from ..alloy._grade_names import is_grade
    from ._composition_estimate import grade_magnet

    if not is_grade(calibration):
        names = ", ".join(_measured.names()) or "none yet"
        raise InputError(
            f"calibration {calibration!r} is neither a grade nor a name of `magnetkit calibrate` "
            f"(there are: {names}); give one of these, or `none` for the bare model"
        )
    return {**(record or {}), **grade_magnet(calibration, kelvin).process}


def calibration_name(process: Any) -> str:
    """Return the name of the producer that a process is calibrated on; "none" without one.

    `process` is a `Process`, dict, str or None, as for `read_process`. A str
    is the name of a route, such as "hot-deformed" (the usual one has none), or
    of a stored producer, no path. InputError for another, and as there.
    """
    from .process import process_record

    producer = (process_record(process) or {}).get("producer")
    if producer:
        return str(producer["name"])
    return NO_CALIBRATION


def condition_fields(
    *names: str, without: tuple[str, ...] = ()
) -> Iterator[Field[Any]]:
    """Yield the fields of `Conditions` whose name or group is among `names`, but for those `without`.

    `without` is a tuple of names of fields. Groups are the keys of `GROUPS`: "use", "magnet",
    "supply" and "models". They come in the order of the class, as
    `dataclasses.Field` (``name``, ``default``, ``metadata``); a name of
    neither does nothing. ``reference``, ``reference_shell`` and
    ``whole_range`` have no metadata and are of no group.
    """
    for one in fields(Conditions):
        if {one.name, one.metadata.get("group")} & set(
            names
        ) and one.name not in without:
            yield one


def _describe_field(one: Field[Any]) -> str:
    """Write the entry of a field of `Conditions` for a section of parameters.

    `one` must be a field with metadata ``kind`` and ``meaning`` (KeyError, as
    of ``reference``, ``reference_shell`` and ``whole_range``). The text is a
    line "name : kind", then the meaning with a full stop, broken after 88
    characters and then indented by four, and ends in a line break.
    """
    meaning = textwrap.fill(f"{one.metadata['meaning']}.", 88)
    return (
        f"{one.name} : {one.metadata['kind']}\n"
        f"{textwrap.indent(meaning, ' ' * 4)}\n"
    )


def with_conditions(
    *names: str, without: tuple[str, ...] = ()
) -> Callable[[Function], Function]:
    """Build a decorator that replaces ``**keywords`` of a function by named conditions.

    Signature and docstring then name each: those of the groups ("use",
    "magnet", "supply", "models") or fields `names`, but for those `without`, a
    tuple of fields, and those that are parameters of the function itself.
    ``temperature`` is never among them. The docstring needs an entry
    ``**keywords`` in its parameters, else it stays. A name that is neither a
    group nor a field does nothing. The function itself is changed, and called
    as before, with keywords.
    """

    def decorate(function: Function) -> Function:
        """Replace ``**keywords`` in signature, annotations and docstring by the conditions.

        The function itself, `function`, is changed and returned. An entry ``**keywords`` in its
        docstring, with its indented lines, is replaced; without one the docstring stays.
        """
        signature = inspect.signature(function)
        parameters = [
            p
            for p in signature.parameters.values()
            if p.kind is not p.VAR_KEYWORD
        ]
        own_names = {"temperature", *(p.name for p in parameters)}
        fields_of_names = condition_fields(*names, without=without)
        new_fields = [f for f in fields_of_names if f.name not in own_names]
        kind = inspect.Parameter.KEYWORD_ONLY
        notes = ConditionKeywords.__annotations__
        annotations = {
            f.name: getattr(notes[f.name], "__forward_arg__", notes[f.name])
            for f in new_fields
        }
        new_parameters = [
            inspect.Parameter(n, kind, default=None, annotation=a)
            for n, a in annotations.items()
        ]
        new_signature = signature.replace(
            parameters=parameters + new_parameters
        )
        function.__signature__ = new_signature  # type: ignore[attr-defined]
        other_annotations = {
            n: a
            for n, a in function.__annotations__.items()
            if n != "keywords"
        }
        function.__annotations__ = other_annotations | annotations
        entries = "".join(map(_describe_field, new_fields))
        # From Python 3.13 on the compiler takes the indentation off.
        docstring = inspect.cleandoc(function.__doc__ or "")
        function.__doc__ = re.sub(
            r"\*\*keywords\n(?: {4}.*\n)+", lambda _: entries, docstring
        )
        return function

    return decorate

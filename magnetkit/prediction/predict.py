"""All properties of some compositions, without a device."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..arguments import named
from ..composition.inputs import read_inputs
from ..composition.notation import Basis
from ..units import parse_temperatures
from .properties import ROOM_K, conditions_for, describe, magnets

if TYPE_CHECKING:
    from ..magnetism.process import Process


@named
def predict(
    compositions: Any,
    temperature: float | str | Sequence[float | str] = 300.0,
    *,
    basis: Basis = "auto",
    column: str | None = None,
    process: "Process | dict[str, Any] | str | None" = None,
    shell: Any = None,
    load_line: float | None = None,
    outside_kA_m: float | None = None,
    hours: float | None = None,
    interval: float = 0.9,
    scenario: str | Path = "baseline",
    recycled: Mapping[str, float] | None = None,
    prices: Mapping[str, float] | None = None,
    between: tuple[float | str, float | str] | None = None,
    snapshot: str | Path | None = None,
    data: str | Path | None = None,
    add: str | Path | None = None,
    strict: bool = False,
) -> Any:
    """Predict every property of some compositions at one temperature or several.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        Recipes. A frame is one of pandas, polars or Arrow, a column one of theirs, a path that of
        a table (.csv, .tsv, .parquet, .txt). A column ``shell`` gives the grain-boundary shell of
        each row; all other columns come back beside the result.
    temperature : float, str or sequence of them
        K, or a text such as ``"150C"``. Several, as a list or as the texts ``"20C,100C,150C"``
        and ``"20C:200C:10"``, give a row each.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    column : str, optional
        Composition column of a frame or file; ``composition`` or the only text column otherwise.
    process : Process, dict or str, optional
        How the magnets are made, or the name of a mill of `magnetkit.calibrate`; the defaults of
        each family otherwise.
    shell : str, dict, Shell or a sequence of them, optional
        Grain-boundary shell of all of them, e.g. ``"Tb 0.5 wt%"``, or one for each row.
    load_line : float, optional
        Permeance coefficient -B / (mu_0 H) of the working point; 1 otherwise.
    outside_kA_m : float, optional
        Outside field against the magnetization, kA/m; none otherwise.
    hours : float, optional
        Time of use at the temperature, h; ten years otherwise.
    interval : float
        Coverage of the intervals, 0.9 for 90 %.
    scenario : str or Path
        Supply scenario, a name or the path of a TOML file.
    recycled : mapping of str to float, optional
        Share of an element that comes from recycling.
    prices : mapping of str to float, optional
        Times the scenario's price of an element.
    between : tuple of float or str, optional
        Temperatures of the chords alpha and beta, K or texts, lower first; 20 and 100 degrees C
        otherwise.
    snapshot : str or Path, optional
        Folder of a phase snapshot; the embedded one otherwise.
    data : str or Path, optional
        CSV file of measured Curie temperatures (columns composition, curie_temperature_K, and
        group, source if known) to learn from instead of everything else.
    add : str or Path, optional
        Such a file whose rows stand beside what is known otherwise.
    strict : bool
        Fail on the first row that cannot be read; such rows are left out otherwise, with a
        `RejectedRows` warning, and listed in ``.attrs["rejected"]``.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row for each composition that could be read and each temperature, in the library and
        with the index and other columns of the input: properties by physics, surrogate and table,
        each predicted one with its interval and where it comes from; columns as in
        `magnetkit.columns`.

    Raises
    ------
    InputError
        If an argument cannot be used.
    CompositionError
        If no row can be read, or one cannot and `strict` is set.

    Examples
    --------
    >>> frame = predict(["SmCo5", "Nd2Fe14B"], temperature="150C")
    >>> frame["host"].tolist()
    ['1:5', '2:14:1']
    """
    conditions = conditions_for(
        process=process,
        load_line=load_line,
        outside_kA_m=outside_kA_m,
        hours=hours,
        interval=interval,
        scenario=scenario,
        recycled=recycled,
        prices=prices,
        between=between,
        snapshot=snapshot,
        data=data,
        add=add,
    )
    kelvin = parse_temperatures(temperature)
    inputs = read_inputs(compositions, basis, column, strict=strict)
    shells = inputs.shells_with(shell)
    *made, room = magnets(inputs.table, shells, [*kelvin, ROOM_K], conditions)
    frames = [
        describe(inputs.table, k, conditions, inputs.labels, shells, magnet, room).frame()
        for k, magnet in zip(kelvin, made, strict=True)
    ]
    return inputs.give(*frames, named=True)

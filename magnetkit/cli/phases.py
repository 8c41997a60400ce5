"""``magnetkit phases``: whether phases form, what they fall into, and how sure that is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import Basis, Json, Phases, Temperature

if TYPE_CHECKING:
    import pandas as pd

_FORMS = "probability_phase_forms"


def phases(
    formulas: Annotated[
        list[str],
        typer.Argument(metavar="FORMULAS|FILE|-", help="Compositions, e.g. Sm2Co17; a table."),
    ],
    temperature: Temperature = None,
    basis: Basis = "auto",
    phases: Phases = None,
    section: Annotated[
        str | None,
        typer.Option(metavar="SYSTEM", help="Draw them on a ternary section, e.g. Sm-Co-Fe."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Picture of the section: .png, .svg, .pdf or .html.")
    ] = None,
    json: Json = False,
) -> None:
    """Say whether phases form at a temperature, how sure that is, and what they fall into.

    Without a temperature that at which the host is made. A formula with a host's exact ratio names
    that phase; any other one is a recipe, and its hard phase is judged.

    Examples
    --------
      magnetkit phases Sm2Co17 --temperature 1150C

      magnetkit phases SmCo5 Sm2Fe17 SmFe11Ti --section Sm-Co-Fe --out section.png
    """
    import pandas as pd

    from ..composition.inputs import read_inputs
    from ..errors import InputError
    from ..phases import stability
    from ..show.tables import message, print_json
    from ..units import parse_temperature

    if (section is None) != (out is None):
        raise InputError("--section names the system and --out the picture; give both")
    inputs = read_inputs(formulas if len(formulas) > 1 else formulas[0], basis)
    kelvin = None if temperature is None else parse_temperature(temperature)
    names = inputs.table.formulas() if inputs.labels is None else inputs.labels.to_pylist()
    made = stability(inputs.table, snapshot=phases)
    found = made.copy()
    if kelvin is not None:
        found = stability(inputs.table, temperature=kelvin, snapshot=phases)
    found.insert(
        0, "state", [_state(a, b) for a, b in zip(found[_FORMS], made[_FORMS], strict=True)]
    )
    found.insert(0, "formula", names)
    if json:
        print_json(found)
    else:
        for _, row in found.iterrows():
            _show(row, kelvin)
    if section is not None and out is not None:
        from ..show import plots

        plots.section(section, inputs.table, temperature=kelvin, snapshot=phases).save(out)
        message(f"section written to {out}")
    if pd.isna(found[_FORMS]).all():
        raise typer.Exit(1)


def _state(here: float, made: float) -> str:
    """Name how a phase stands at a temperature, beside that at which it is made."""
    from ..phases.forming import FORMS

    if here != here:
        return "unknown"
    if here >= FORMS:
        return "forms"
    return "metastable" if made >= FORMS and here > 0.0 else "does not form"


def _show(row: "pd.Series", kelvin: float | None) -> None:
    from ..show.tables import kelvin_text

    at = "at the temperature at which it is made" if kelvin is None else f"at {kelvin_text(kelvin)}"
    typer.echo(f"{row['formula']}: {row['state']} {at}")
    if row["state"] == "unknown":
        typer.echo(f"  {row['decomposes_to']}")
        return
    ends = f"{row[_FORMS + '_lo']:.2f} to {row[_FORMS + '_hi']:.2f}"
    typer.echo(f"  probability of forming  {row[_FORMS]:.2f}  (90 %: {ends})")
    above = "energy_above_hull_eV_atom"
    if row[above] == row[above]:
        low, high = (1000.0 * row[f"{above}_{end}"] for end in ("lo", "hi"))
        typer.echo(
            f"  above what competes     {1000.0 * row[above]:.1f} meV/atom  "
            f"(90 %: {low:.1f} to {high:.1f})"
        )
    typer.echo(f"  phases at 0 K           {row['decomposes_to']}")
    if row["missing_end_members"]:
        typer.echo(f"  not in the snapshot     {row['missing_end_members']}")

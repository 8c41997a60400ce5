"""``magnetkit replace``: what does the work of a grade with less heavy rare earth."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import Basis, Json, MeasuredBeside, Shell, Temperature, a_place

if TYPE_CHECKING:
    from ..replacement import Replacement

# Column to priority: what a narrow terminal leaves out first has the highest.
_SHOWN = {
    "rank": 0,
    "candidate": 0,
    "host": 4,
    "remanence_T": 1,
    "coercivity_kA_m": 1,
    "heavy_rare_earth_wt_pct": 1,
    "cost_USD_kg": 1,
    "probability_meets_requirements": 0,
    "nearest_grade": 3,
}


def replace(
    grade: Annotated[str, typer.Argument(help="A grade, with or without maker or family.")],
    temperature: Temperature = None,
    load_line: Annotated[
        float | None, typer.Option(help="Permeance coefficient -B / (mu0 H), e.g. 2.")
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(help="What it is made of, where known; estimated otherwise.")
    ] = None,
    basis: Basis = "auto",
    shell: Shell = None,
    measured: Annotated[
        Path | None, typer.Option(help="Your measured magnets of it, as `calibrate` takes them.")
    ] = None,
    process: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Mill of `magnetkit calibrate` that would make what replaces it."
        ),
    ] = None,
    add: MeasuredBeside = None,
    require: Annotated[
        list[str] | None,
        typer.Option(metavar="REQUIREMENT", help="E.g. 'remanence_T>=0.98*reference'; repeat."),
    ] = None,
    price: Annotated[
        list[str] | None, typer.Option(metavar="ELEMENT=FACTOR", help="E.g. Tb=3x; repeat.")
    ] = None,
    mass: Annotated[float, typer.Option(help="Mass of one magnet, kg.")] = 1.0,
    number: Annotated[int, typer.Option(help="Magnets a year.")] = 1000,
    out: Annotated[
        Any,
        typer.Option(
            parser=a_place,
            metavar="PATH|URL",
            help="Folder for table and report, or one in a store, e.g. s3://bucket/run.",
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=0, help="Candidates to print.")] = 10,
    json: Json = False,
) -> None:
    """Say what replaces a grade: less heavy rare earth, and how sure that is.

    Examples
    --------
      magnetkit replace N42SH --temperature 150C

      magnetkit replace N42SH --temperature 150C --load-line 2 --price Tb=3x --json
    """
    from ..errors import InputError
    from ..replacement import replace as run
    from ..show.tables import message

    factors: dict[str, float | str] = {}
    for text in price or []:
        element, sign, factor = text.partition("=")
        if not sign:
            raise InputError(f"--price {text!r}: expected Element=factor, e.g. Tb=3x")
        factors[element.strip()] = factor
    found = run(
        grade,
        temperature,
        load_line=load_line,
        recipe=recipe,
        basis=basis,
        shell=shell,
        measured=measured,
        process=process,
        add=add,
        require=require or (),
        price=factors,
        mass_kg=mass,
        number=number,
        out=out,
    )
    if json:
        typer.echo(found.to_json())
    else:
        _show(found, top)
    if out is not None:
        message(f"see {out}/report.html")


def parts(
    device: Annotated[str, typer.Argument(help="Table of parts (.csv), or patriot, f22-engine.")],
    per_year: Annotated[int, typer.Option(help="Devices a year.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="Do not ask what replaces them.")] = False,
    json: Json = False,
) -> None:
    """Sum up heavy rare earth, samarium and cobalt of a device's magnets, now and replaced.

    Columns: part, number, mass_kg or size (40x15x5mm), grade or recipe with basis, temperature,
    load_line; base and faces, a leaner alloy coated instead (`magnetkit diffuse`). The embedded
    devices are models: `datasets/devices` states what is assumed.

    Examples
    --------
      magnetkit parts patriot --per-year 100
    """
    from ..replacement import bill
    from ..show.tables import print_json
    from ..show.terminal import say

    found = bill(device, per_year, replaced=not keep)
    if json:
        print_json(found)
        return
    for row in found.to_dict("records"):
        what = ", ".join(filter(None, [row["magnet"], f"{row['number']:g} magnets"]))
        typer.echo(f"{row['part']}: {what}, {row['mass_kg']:.3g} kg together")
        for name in ("heavy_rare_earth", "samarium", "cobalt"):
            now, after = (1e3 * row[f"{name}{end}_kg"] for end in ("", "_after"))
            year, later = (row[f"{name}{end}_kg_year"] for end in ("", "_after"))
            label = name.replace("_", " ")
            typer.echo(
                f"    {label}: {now:.1f} g, after {after:.1f} g; a year {year:.3g} kg, after "
                f"{later:.3g} kg"
            )
        if row["replacement"]:
            say(f"by {row['replacement']}, probability {row['probability']:.2f}", "    ")
        elif row["part"] != "total" and not keep:
            typer.echo("    kept")


def compensate(
    reference: Annotated[
        str, typer.Option(metavar="GRADE", help="A compensated grade, e.g. 2:17TC-16.")
    ],
    temperature: Temperature = None,
    recipe: Annotated[
        str | None, typer.Option(help="What it is made of, where known; estimated otherwise.")
    ] = None,
    basis: Basis = "auto",
    circuit: Annotated[
        float, typer.Option(metavar="PCT_K", help="What pole pieces and gap add to alpha, %/K.")
    ] = 0.0,
    json: Json = False,
) -> None:
    """Say what the gadolinium and erbium of a compensated grade do, and what does with less.

    Examples
    --------
      magnetkit compensate --reference 2:17TC-16 --temperature=-50C:150C

      magnetkit compensate --reference 2:17TC-16 --circuit 0.01 --json
    """
    from ..replacement.compensation import compensation, sentences
    from ..show.tables import print_json
    from ..show.terminal import say

    found = compensation(reference, temperature, recipe=recipe, basis=basis, circuit=circuit)
    if json:
        print_json(found)
        return
    for line in sentences(found):
        say(line)
    for row in found.to_dict("records"):
        typer.echo(f"  {row['what']}: {row['composition']}")


def _show(found: "Replacement", top: int) -> None:
    from ..ranking.requirements import MEETS_PROBABILITY
    from ..show.tables import print_rows
    from ..show.terminal import say

    for line in found.lines():
        say(line, "- ")
    rows = found.candidates.head(top)
    if len(rows):
        meets = found.candidates["meets_requirements"].astype(bool).any()
        title = "What could replace it" if meets else "Nearest to it: none meets every requirement"
        print_rows(rows, _SHOWN, [title], [], set(), cgs=False, wide=False)
        say(
            "P is the probability that a candidate meets every requirement; of one that meets them "
            f"it is {MEETS_PROBABILITY:g} or more."
        )

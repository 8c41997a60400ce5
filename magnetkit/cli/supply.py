"""``magnetkit supply``: what the elements and alloys carry of supply risk and cost."""

from typing import TYPE_CHECKING, Annotated

import typer

from .options import Basis, Json, Recycled, Scenario, Shell, pairs

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(help="Supply of elements and alloys.", no_args_is_help=True)

ELEMENTS = {
    "element": "Element",
    "import_reliance": "US import\nreliance",
    "stage": "Stage",
    "concentration": "HHI",
    "largest_producer": "Largest\nproducer",
    "largest_share": "Its\nshare",
    "supply_risk": "Risk",
    "price_USD_kg": "Price\nUSD/kg",
    "price_low_USD_kg": "Low",
    "price_high_USD_kg": "High",
    "us_critical_2018": "US\n2018",
    "us_critical_2022": "US\n2022",
    "us_critical_2025": "US\n2025",
    "eu_critical_2024": "EU\n2024",
    "recycling_eol_pct": "Recycled\n%",
}
# What stays on a narrow terminal; the rest is dropped from the right.
_FIRST = {"element": 0, "formula": 0, "supply_risk": 0, "price_USD_kg": 1, "cost_USD_kg": 0,
          "break_even": 0}  # fmt: skip
ALLOYS = {
    "formula": "Alloy",
    "heavy_rare_earth_wt_pct": "HRE\nwt.%",
    "dysprosium_terbium_wt_pct": "Dy + Tb\nwt.%",
    "cobalt_wt_pct": "Co\nwt.%",
    "import_reliance": "US import\nreliance",
    "supply_risk": "Risk",
    "cost_USD_kg": "Cost\nUSD/kg",
}


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Its name, e.g. my-scenario; also that of the file.")],
) -> None:
    """Write a supply scenario of your own to fill in: commented, and valid as it stands.

    Examples
    --------
      magnetkit supply new my-scenario
    """
    from pathlib import Path

    from .. import supply
    from .._toml import write_new
    from ..show.tables import message

    template = Path(supply.__file__).with_name("new.toml")
    message(f"see {write_new(name, template, Path.cwd())}")


@app.command()
def elements(scenario: Scenario = None, recycled: Recycled = None, json: Json = False) -> None:
    """List the elements: import reliance, concentration, risk, price, lists.

    Stage is where the chain is riskiest, HHI the concentration of production there, low and high
    the yearly prices of five years. Export controls: `magnetkit supply controls`.

    Examples
    --------
      magnetkit supply elements --scenario controls-2025 --recycled Co=0.25
    """
    from ..supply import element_table

    table = element_table(scenario or "baseline", pairs(recycled, "--recycled"))
    _print(table, ELEMENTS, as_json=json)
    _say_overdue()


@app.command()
def alloys(
    formulas: Annotated[list[str], typer.Argument(help="Compositions, e.g. SmCo5.")],
    basis: Basis = "auto",
    scenario: Scenario = None,
    recycled: Recycled = None,
    shell: Shell = None,
    break_even: Annotated[
        str | None,
        typer.Option(help="Element: what share of it must be recycled to come down to --against."),
    ] = None,
    against: Annotated[
        str | None, typer.Option(help="Alloy whose supply risk is to be reached.")
    ] = None,
    json: Json = False,
) -> None:
    """Show heavy rare earth, supply risk and cost of alloys, and the break-even of recycling.

    Examples
    --------
      magnetkit supply alloys SmCo5 Nd2Fe14B --scenario embargo --recycled Co=0.25

      magnetkit supply alloys SmCo5 --break-even Co --against Nd2Fe14B
    """
    from ..composition import CompositionTable
    from ..errors import CompositionError, InputError
    from ..show.notes import of_cost
    from ..show.tables import message
    from ..show.terminal import remark
    from ..supply import break_even_recycled_share, ledger

    if (break_even is None) != (against is None):
        raise InputError("--break-even and --against go together, e.g. Co and Nd2Fe14B")
    asked = [*formulas, *([against] if against else [])]
    table = CompositionTable.from_strings(asked, basis=basis)
    if table.errors:
        first = table.errors[0]
        raise CompositionError(first.reason, first.text, first.position)
    name, shares = scenario or "baseline", pairs(recycled, "--recycled")
    shells = [shell or ""] * len(formulas) + [""] * (len(asked) - len(formulas))
    frame = ledger(table, name, shares, shell=shells)
    frame.insert(0, "formula", asked)
    shown = dict(ALLOYS)
    if break_even:
        target = frame["supply_risk"].iloc[-1]
        frame["break_even"] = break_even_recycled_share(
            table, break_even, target, name, shares, shell=shells
        )
        shown["break_even"] = f"{break_even} to be\nrecycled"
    _print(frame, shown, as_json=json)
    if not json and (note := of_cost(table)):
        remark(note)
    _say_overdue()
    if break_even and not json:
        message(
            f"Share of {break_even} from domestic recycling at which the risk falls to that of "
            f"{against}; a dash where even all of it is not enough."
        )


@app.command()
def controls(json: Json = False) -> None:
    """List export controls and purchase rules, with their last known state and its date.

    Examples
    --------
      magnetkit supply controls
    """
    from ..show.terminal import say
    from ..supply import controls as table

    _say_overdue()
    if json:
        from ..show.tables import print_json

        print_json(table())
        return
    for row in table().to_dict("records"):
        until = f" to {row['until']}" if row["until"] else ""
        say(f"{row['country']}, {row['effective']}{until}: {row['measure']}")
        say(row["elements"], "    ")
        say(f"{row['status_2026_11']} (as of {row['known_as_of']}); {row['verification']}", "    ")


@app.command()
def claims(json: Json = False) -> None:
    """Show what is often said of US supply beside today's figures, each with its date.

    Examples
    --------
      magnetkit supply claims
    """
    from ..show.terminal import say
    from ..supply import claims as table

    if json:
        from ..show.tables import print_json

        print_json(table())
        return
    for row in table().to_dict("records"):
        said = f"{row['claimed']} {row['claimed_unit']} ({row['claimed_as_of']})"
        today = f"{row['today']} {row['today_unit']} ({row['today_as_of']})"
        say(f"{row['topic']}: {said}, today {today}")
        say(row["today_source"], "    ")


def _say_overdue() -> None:
    """Say on stderr which facts are past the day to look at them again."""
    from ..show.tables import message
    from ..supply import overdue

    for late in overdue():
        message(f"note: {late}")


def _print(frame: "pd.DataFrame", headings: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        from ..show.tables import print_json

        print_json(frame)
        return
    from ..show.tables import number
    from ..show.terminal import Shown, print_csv, print_table, to_terminal

    if not to_terminal():
        print_csv(frame[list(headings)])
        return
    columns = []
    for place, (name, heading) in enumerate(headings.items()):
        cells = [v if isinstance(v, str) else number(v) for v in frame[name]]
        text = any(isinstance(v, str) for v in frame[name])
        columns.append(Shown(heading, cells, not text, _FIRST.get(name, place)))
    print_table("", columns)

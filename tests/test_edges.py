"""What lies on a documented edge is taken, what lies beyond it is refused, on both sides."""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
import pytest
from magnetkit.errors import InputError, MagnetkitError

import magnetkit as mk
from magnetkit._core._arguments import share
from magnetkit._core._requirement_text import parse_requirement
from magnetkit.alloy._grade_names import is_grade
from magnetkit.alloy.shells import Shell
from magnetkit.alloy.substitution import site_share
from magnetkit.choose._leading import robustness
from magnetkit.choose._profile_parts import Objective
from magnetkit.curves.curve import use_limits
from magnetkit.magnetism._measured import _validate_magnet
from magnetkit.magnetism.calibrate import read_magnets
from magnetkit.magnetism.process import read_process
from magnetkit.magnetism.shells import objection
from magnetkit.magnetism.sintered import Duty, read_duty
from magnetkit.phases.pull import chemical_systems
from magnetkit.run.replace import _use_temperature
from magnetkit.run.suggestion import Shop
from magnetkit.supply.scenario import validate_recycled_shares, with_prices
from magnetkit.surrogates.training_sets import training_set
from tests.recipes import make_table

ALLOY = "Nd1.8Dy0.2Fe14B"
MAGNET = {
    "composition": {"Nd": 0.12, "Fe": 0.82, "B": 0.06},
    "temperature_K": 300.0,
    "score": 0.1,
    "deviation": 0.1,
    "noise": 0.1,
    "slope": 0.1,
    "shell_share": 0.1,
    "grain_effect": 0.1,
}


class Edge(NamedTuple):
    """What takes a number, some that it takes, and some that it refuses."""

    take: Callable
    inside: tuple[float, ...]
    outside: tuple[float, ...]


def neighbour(edge, way):
    """Return a number that is a thousandth of an edge away from it."""
    return edge + way * max(1e-3 * abs(edge), 1e-12)


def closed_range(take, low=None, high=None):
    """Both ends belong to it."""
    ends = [
        (edge, way)
        for edge, way in ((low, -1.0), (high, 1.0))
        if edge is not None
    ]
    return Edge(
        take, tuple(e for e, _ in ends), tuple(neighbour(*end) for end in ends)
    )


def half_open_range(take, low, high):
    """The upper end belongs to it, the lower does not."""
    return Edge(take, (neighbour(low, 1.0), high), (low, neighbour(high, 1.0)))


def open_range(take, *ends):
    """No end belongs to it."""
    return Edge(take, (), ends)


def process(name):
    return lambda value: read_process({name: value}, 1)


def producer(name):
    return lambda value: _validate_magnet(MAGNET | {name: value})


def read_column(name):
    def take(value):
        row = {
            "composition": ALLOY,
            "temperature_K": 300.0,
            "remanence_T": 1.2,
        }
        _, rejects = read_magnets(pd.DataFrame([row | {name: value}]))
        if rejects:
            raise InputError(rejects[1])

    return take


def furnace(**shell):
    """Take a number of a shell that furnaces make."""
    (name,) = (key for key, value in shell.items() if value is None)

    def take(value):
        if reason := objection(Shell(**shell | {name: value})):
            raise InputError(reason)

    return take


def replace_call(name, **others):
    # Of a bonded magnet no candidate is judged.
    return lambda value: mk.replace("BNP-8", "20C", **others | {name: value})


EDGES = {
    "grain size": closed_range(process("grain_size_um"), 0.02, 200.0),
    "alignment": closed_range(process("alignment"), 0.5, 1.0),
    "density": closed_range(process("density"), 0.3, 1.0),
    "grain boundary": closed_range(process("grain_boundary"), 0.0, 0.6),
    "oxygen": closed_range(process("oxygen_wt_pct"), 0.0, 3.0),
    "carbon": closed_range(process("carbon_wt_pct"), 0.0, 3.0),
    "nitrogen": closed_range(process("nitrogen_wt_pct"), 0.0, 3.0),
    "decay": closed_range(process("decay"), 0.3, 8.0),
    "alpha_k": closed_range(process("alpha_k"), 0.001, 1.0),
    "temperature of a record": closed_range(
        producer("temperature_K"), 1.0, 1500.0
    ),
    "its score": closed_range(producer("score"), -100.0, 100.0),
    "its deviation": closed_range(producer("deviation"), 1e-9, 1.0),
    "its noise": closed_range(producer("noise"), 0.0, 1e6),
    "its slope": closed_range(producer("slope"), -100.0, 100.0),
    "its shell": closed_range(producer("shell_share"), 0.0, 1.0),
    "its grains": closed_range(producer("grain_effect"), -10.0, 10.0),
    "its atoms": closed_range(
        lambda v: _validate_magnet(MAGNET | {"composition": {"Nd": v}}),
        0.0,
        1.0,
    ),
    # No magnet has more than 2 T or 6 MA/m, and none is measured above its Curie temperature or
    # below liquid nitrogen: beyond stands a number in another unit.
    "measured remanence": closed_range(read_column("remanence_T"), 0.02, 2.0),
    "measured coercivity": closed_range(
        read_column("coercivity_kA_m"), 1.0, 6000.0
    ),
    "temperature of it": closed_range(
        read_column("temperature_K"), 60.0, 1000.0
    ),
    # A shell: up to half of the volume, all of its rare earth, 20 wt.%.
    "fraction": half_open_range(
        lambda v: Shell("Tb", fraction=v, content=0.3), 0.0, 0.5
    ),
    "content": half_open_range(
        lambda v: Shell("Tb", fraction=0.1, content=v), 0.0, 1.0
    ),
    "amount": half_open_range(
        lambda v: Shell("Tb", amount_wt_pct=v), 0.0, 20.0
    ),
    # One that furnaces make: 0.05 to 1.5 wt.%, no more than 0.6 of its rare earth, and 10 nm thick
    # about grains of 5 um, which is 1 - (1 - 2 * 10 / 5000)^3 of the volume.
    "amount put in": closed_range(
        furnace(R="Tb", amount_wt_pct=None), 0.05, 1.5
    ),
    "content of a rim": closed_range(
        furnace(R="Tb", fraction=0.05, content=None), high=0.6
    ),
    "thickness": closed_range(
        furnace(R="Nd", fraction=None, content=0.5), 1.0 - 0.996**3 + 1e-9
    ),
    "share of a site": closed_range(
        lambda v: site_share(v, "a share"), 0.0, 1.0
    ),
    "step of a site": closed_range(
        lambda v: len(mk.substitutions("Nd2Fe14B", {"Nd": ["Ce"]}, step=v)),
        high=1.0,
    ),
    "recycled": closed_range(
        lambda v: validate_recycled_shares({"Co": v}), 0.0, 1.0
    ),
    "price": open_range(
        lambda v: with_prices("baseline", {"Co": f"{v}x"}), 0.0, float("inf")
    ),
    # From helium to what no magnet stands.
    "temperature of a replacement": closed_range(
        lambda v: _use_temperature(None, v), 4.0, 1000.0
    ),
    "its load line": closed_range(replace_call("load_line"), 0.0),
    "its mass": open_range(replace_call("mass_kg"), 0.0),
    "its number": Edge(replace_call("per_year"), (1,), (0,)),
    "load line": closed_range(read_duty, 0.0),
    "outside field": closed_range(
        lambda v: read_duty(Duty(outside_field_kA_m=v)), 0.0
    ),
    "hours": closed_range(lambda v: read_duty(Duty(hours=v)), 0.0),
    "loss": open_range(lambda v: use_limits(ALLOY, losses=v), 0.0, 100.0),
    "interval": open_range(
        lambda v: mk.magnetism.intrinsic(ALLOY, interval=v), 0.0, 1.0
    ),
    "share of a whole": open_range(lambda v: share("interval", v), 0.0, 1.0),
    "interval of ranks": open_range(
        lambda v: robustness(pd.DataFrame(), None, 1, 1, 0, v), 0.5, 1.0
    ),
    "weight": open_range(lambda v: Objective.parse(f"cost:min={v:.6f}"), 0.0),
    "share": open_range(
        lambda v: parse_requirement(f"remanence_T>={v:.6f}*reference"), 0.0
    ),
    "temperature": open_range(lambda v: mk.magnetism.intrinsic(ALLOY, v), 0.0),
    "step of transitions": closed_range(
        lambda v: mk.magnetism.transitions("Nd2Fe14B", step=v), high=100.0
    ),
    "fine step": Edge(
        lambda v: mk.magnetism.transitions("Nd2Fe14B", step=v), (), (0.00999,)
    ),
    "step of compensation": closed_range(
        lambda v: mk.magnetism.compensate(
            "SmCo5", ["Gd"], alpha=-0.03, step=v
        ),
        0.002,
        0.1,
    ),
    "stock": closed_range(lambda v: Shop({"Nd": v}), 0.0),
    "charge": open_range(lambda v: Shop(charge_kg=v), 0.0),
    "melts": Edge(lambda v: Shop(melts=v), (1,), (0,)),
}


@pytest.mark.filterwarnings("ignore::magnetkit.units.TemperatureWarning")
@pytest.mark.parametrize("name", EDGES)
def test_edge_lies_at_its_documented_place(name):
    take, inside, outside = EDGES[name]
    for value in inside:
        take(value)
    for value in outside:
        with pytest.raises((MagnetkitError, ValueError)):
            take(value)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        # Iron-cobalt has 2.45 T, the strongest bound compounds -4.5 eV/atom.
        ("formation_energy_eV_atom", -5.0, 5.0),
        ("saturation_polarization_T", 0.0, 4.0),
        ("anisotropy_constant_MJ_m3", -500.0, 500.0),
    ],
)
def test_training_values_are_possible_for_a_compound(
    name, low, high, tmp_path
):
    def read_own(value):
        file = tmp_path / "mine.csv"
        file.write_text(
            f"composition,{name}\nNdFe2,{value!r}\nNdCo2,0.5\nSmCo5,0.4\n"
        )
        return training_set(name, file)

    assert len(read_own(low)) == len(read_own(high)) == 3
    for outside in (neighbour(low, -1.0) - 1e-9, neighbour(high, 1.0)):
        with pytest.raises(MagnetkitError):
            read_own(outside)


@pytest.mark.parametrize("total", [99.5, 100.5])
def test_amounts_near_a_hundred_are_percent(total):
    text = f"Nd30.5Fe{total - 31.5:.2f}B1"
    table = make_table(text, basis="weight")
    assert len(table) == 1
    away = 0.01 if total > 100.0 else -0.01
    text = f"Nd30.5Fe{total - 31.5 + away:.2f}B1"
    assert not len(make_table(text, basis="weight"))


def test_longest_recipe_and_name():
    # A hundred thousand characters of a recipe, sixty of a grade's name.
    for length, read_so in ((100_000, 1), (100_001, 0)):
        text = "SmCo5" + " " * (length - 5)
        assert len(make_table(text)) == read_so
    assert is_grade("N42SH" + " " * 55)
    assert not is_grade("N42SH" + " " * 56)


def test_pulls_systems_up_to_twelve_elements():
    twelve = "Nd-Fe-B-Co-Cu-Ga-Al-Zr-Ti-Nb-Pr-Dy"
    assert len(chemical_systems([twelve])) == 1
    with pytest.raises(InputError, match="at most 12"):
        chemical_systems([f"{twelve}-Tb"])

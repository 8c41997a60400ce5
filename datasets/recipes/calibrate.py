"""Fit anew all that rests on the measured magnets of ``magnets/magnets.csv``.

``python datasets/recipes/calibrate.py`` fits Kronmueller's parameters and the alignment of each
family (parameters.toml; what no recipe fixes is stated here with its source), offset and range of
each family (magnets/families.toml), and writes the limits of what was made (hosts/made.csv), both
pages of validation, of which `magnetkit validate` prints the figures, docs/physics.md and the
hashes of all these (registry.toml). At its end it prints which parameters, offsets and ranges moved
most. Where the fit is stopped, parameters.toml stays as it was.
"""

import math
import runpy
import tomllib
from pathlib import Path

from benchmarks import use_embedded_data
from benchmarks.accuracy import stored
from benchmarks.accuracy.magnetism import (
    hot,
    papers,
    recipes,
    recipes_report,
    shells,
)
from magnetkit.magnetism._balance import BOUND
from magnetkit.magnetism.process import parameters, usual_of_hosts

HERE = Path(__file__).resolve().parent

# Not fitted: textbook or catalogue values. A family without recipes also takes alpha_k and n_eff
# from here.
STATED = {
    "2:14:1": {
        "squareness": 0.95,
        "squareness_spread": 0.03,
        "recoil": 1.05,
        "grain_reference_um": 5.0,
        "surface_enrichment": 2.0,
        "temperature_law": "nucleation",
        "knee_law": "local fields",
        "n_eff": 1.12,
        "decay": 3.0,
        "structure_limit_K": 493.15,
        "process": {
            "grain_size_um": 5.0,
            "density": 0.985,
            "grain_boundary": 0.12,
            "oxygen_wt_pct": 0.12,
        },
        "source": "N_eff of 0.2 at 55 nm and 1.22 at 8.3 um, thus 1.12 at 5 um: Bance et al., "
        "Appl. "
        "Phys. Lett. 104 (2014), arXiv:1603.08239; decay: on hot_curves.csv; "
        "limit: 220 C, the highest class sold (AH, mpcomagnetics.com), whatever the "
        "Curie temperature: the rare-earth-rich boundary oxidizes and ages above; wetting: a film "
        "of 3 nm around grains of 5 um is 0.2 vol.%, and as much again "
        "sits in the corners; squareness and recoil: catalogues of sintered Nd-Fe-B; 5 um and "
        "12 vol.% of rare-earth-rich phase: an ordinary sintered magnet; surface enrichment: an "
        "effective number, set so that alloyed Dy gains what the trade knows, which K_1 and J_s of "
        "the mean hard phase cannot; shells form about grains on annealing (Liu et al., J. Magn. "
        "Magn. Mater. (2019), doi 10.1016/j.jmmm.2019.165260, abstract), and Dy near the boundary "
        "does more (Mater. Res. Soc. Symp. Proc., Nd15-xDyxFe77B8 with Dy or Dy2O3, abstract)",
    },
    "1:5": {
        "squareness": 0.75,
        "squareness_spread": 0.12,
        "temperature_law": "linear",
        "recoil": 1.03,
        "structure_limit_K": 523.15,
        "grain_reference_um": 10.0,
        "process": {
            "grain_size_um": 10.0,
            "density": 0.975,
            "grain_boundary": 0.03,
            "oxygen_wt_pct": 0.35,
        },
        "source": "limit: every catalogue gives 250 C for 1:5 (grades.csv); recoil: femm.info, "
        "SmCoProperties; squareness: catalogues of sintered SmCo5; 3 vol.% of oxide and "
        "Sm2Co7: de Campos et al., J. Alloys Compd. 267 (1998) 257 (order of magnitude)",
    },
    "2:17": {
        "squareness": 0.70,
        "squareness_spread": 0.12,
        "recoil": 1.10,
        "grain_reference_um": 50.0,
        "temperature_law": "linear",
        "alpha_k": 0.0,
        "structure_limit_K": 823.15,
        "process": {
            "grain_size_um": 50.0,
            "density": 0.985,
            "grain_boundary": 0.02,
        },
        "source": "limit: stable to 550 C if coated, Liu and Walmer (2005); recoil: femm.info, "
        "SmCoProperties; squareness: catalogues of sintered 2:17, and straight B-H lines to 400 to "
        "550 C (Liu and Walmer) need 0.72 to 0.74; 2 vol.% of oxide",
    },
    "2:17:3": {
        "alpha_k": 0.1278,
        "n_eff": 0.48,
        "grain_slope": 0.574,
        "grain_deviation": 0.1,
        "squareness": 0.5,
        "structure_limit_K": 473.15,
        "recoil": 1.10,
        "grain_reference_um": 3.0,
        "process": {
            "grain_size_um": 3.0,
            "alignment": 0.93,
            "density": 0.60,
            "grain_boundary": 0.02,
        },
        "source": "powder: 1393 and 820 kA/m at 1.3 and 3 um (magnets/magnets.csv, calibration "
        "half) make alpha_K, N_eff and its rise with particle size, which ends at 1.3 um; the "
        "nitride decomposes before it sinters, so this is a bonded magnet with 60 vol.% of aligned "
        "powder (assumption), its binder good to 200 C",
    },
    "1:12": {
        "alpha_k": 0.12,
        "n_eff": 0.5,
        "squareness": 0.7,
        "recoil": 1.05,
        "grain_reference_um": 5.0,
        "process": {
            "grain_size_um": 5.0,
            "alignment": 0.95,
            "density": 0.97,
            "grain_boundary": 0.08,
        },
        "source": "an assumption; magnets are known by the routes alone that datasets/routes has",
    },
}
STATED["1:12:1"] = {
    **STATED["1:12"],
    "alpha_k": 0.15,
    "process": STATED["2:17:3"]["process"],
    "source": "alpha_K is the middle of 700 and 183 kA/m of NdFe10.5V1.5N and NdFe11TiN "
    "(magnets/magnets.csv F60 and F61, one paper), whose scatter is the range; the rest is an "
    "assumption, as 2:17:3: a nitride can only be bonded",
}
ZERO = (
    "grain_slope",
    "grain_deviation",
    "cobalt_loss",
    "lanthanum_loss",
    "mischmetal_loss",
    "n_eff",
    "pinning_kA_m",
    "copper_scale",
    "hot_kA_m",
    "iron_limit",
    "ordinary_fall",
    "squareness_spread",
)
ALPHA_SPREAD, ALPHA_FLOOR = 0.15, 0.006
# Power of the nucleation field where no hot magnet is published, an assumption.
DECAY = 3.0
# Held is fitted to published gains (`shells.fitted`): where content has come to 63 % of the most.
# Efficiency: an assumption, which the fit of held makes good. Most content: with 0.5 the law's
# largest gain is a little above the largest published. Decay: half the width pi sqrt(A / K) of a
# wall of Nd2Fe14B, 8 to 10 nm (memory). Lost: 30 to 50 % stay in boundaries and corners (memory).
SHELL = {
    "efficiency": 0.4,
    "decay_nm": 4.5,
    "lost": 0.4,
    "held": 0.0100,
    "most_content": 0.5,
}
# The usual composition of the class, beside the iron that the formula names.
CELLS = {"ratio": 7.5, "copper": 0.08, "zirconium": 0.025}


def family(host: str, fitted: bool = True) -> dict:
    """Return the entry of a host, fitted or at its priors."""
    stated = STATED[host]
    entry = dict.fromkeys(ZERO, 0.0)
    entry |= {"wetted": 0.0, "structure_limit_K": float("inf")}
    entry |= {"surface_enrichment": 1.0, "decay": DECAY}
    entry |= {"temperature_law": "power", "knee_law": "share"}
    entry |= {
        k: v for k, v in stated.items() if k not in ("process", "source")
    }
    process = {**dict.fromkeys(BOUND, 0.0), **stated["process"]}
    source, confidence = stated["source"], "low (assumption)"
    if host in recipes.FREE:
        prior = {
            name: value
            for name, (value, _) in recipes.FREE[host].prior.items()
        }
        entry |= recipes.fit(host) if fitted else prior
        process["alignment"] = (
            round(recipes.alignment(host), 4) if fitted else 0.95
        )
        if "grain_slope" in prior:
            entry["grain_deviation"] = recipes.FREE[host].prior["grain_slope"][
                1
            ]
        source = f"fitted on magnets.csv; priors: {recipes.FREE[host].source}; {source}"
        confidence = "medium"
    entry |= {
        "alpha_spread": ALPHA_SPREAD,
        "alpha_floor": ALPHA_FLOOR,
        "confidence": confidence,
        "source": source,
        "process": process,
    }
    return entry


def render(families: dict[str, dict]) -> str:
    """Return parameters.toml."""

    def write(value) -> str:
        if isinstance(value, dict):
            return (
                "{ "
                + ", ".join(f"{k} = {write(v)}" for k, v in value.items())
                + " }"
            )
        return (
            f'"{value}"' if isinstance(value, str) else f"{float(value):.6g}"
        )

    def number(text: str) -> str:
        # TOML tells integers from floats; every parameter is a float.
        return (
            text
            if text.startswith(('"', "{")) or any(c in text for c in ".ein")
            else f"{text}.0"
        )

    lines = [
        "# Written by calibrate.py; SOURCE.md explains every key.",
        "",
        "[cells]",
    ]
    lines += [f"{k} = {v}" for k, v in CELLS.items()]
    lines += ["", "[shell]", *(f"{k} = {v}" for k, v in SHELL.items())]
    for host, entry in families.items():
        lines += ["", f'[family."{host}"]']
        lines += [
            f"{key} = {number(write(value))}" for key, value in entry.items()
        ]
    return "\n".join(lines) + "\n"


def _write(families: dict[str, dict]) -> None:
    """Write the parameters, which are read anew from then on."""
    (HERE / "parameters.toml").write_text(render(families), encoding="utf-8")
    for read in (
        parameters,
        usual_of_hosts,
        recipes.evaluate_recipes,
        recipes.fit,
        recipes.alignment,
    ):
        read.cache_clear()


def _fit() -> None:
    """Fit the parameters of all families and write them to parameters.toml."""
    # The model reads its defaults from the file: start from what is stated and the priors.
    _write({host: family(host, fitted=False) for host in STATED})
    STATED["2:14:1"]["decay"] = round(hot.decay(), 3)
    _write({host: family(host, fitted=False) for host in STATED})
    families = {host: family(host) for host in STATED}
    _write(families)
    SHELL["held"] = float(
        f"{shells.fit_parameter(shells.published_gains()):.4g}"
    )
    _write(families)


def read_numbers(*texts: str) -> dict[str, float]:
    """Read the numbers of TOML texts by the path of their keys, such as "2:14:1 process alignment".

    Texts among the values are left out, and so is the word "family" at the start of a path.
    """
    numbers = {}
    pending = [((), tomllib.loads(text)) for text in texts]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            pending += [((*path, key), below) for key, below in value.items()]
        elif isinstance(value, int | float):
            numbers[" ".join(path).removeprefix("family ")] = float(value)
    return numbers


def list_changes(
    before: dict[str, float], after: dict[str, float], most: int = 10
) -> list[str]:
    """List the numbers that moved, one a line, the largest change first; empty if none did.

    Offsets and half widths, which are logarithms, count by their difference, other numbers by their
    difference over the larger of both. What is new or gone stands first. Of more than `most` lines
    the last says how many there are besides.
    """
    changes = []
    for name in sorted(before.keys() | after.keys()):
        old = before.get(name)
        new = after.get(name)
        if old == new:
            continue
        if old is None or new is None:
            text = "new" if old is None else "gone"
            changes.append((math.inf, f"{name}: {text}"))
            continue
        text = f"{name}: {old:g} to {new:g}"
        change = abs(new - old)
        if not name.endswith((" offset", " half_width")):
            change /= max(abs(old), abs(new))
            if old and math.isfinite(change):
                text += f" ({100.0 * (new / old - 1.0):+.2g} %)"
        changes.append((change if math.isfinite(change) else 1.0, text))
    changes.sort(key=lambda one: -one[0])
    lines = [text for _, text in changes]
    if len(lines) > most:
        rest = len(lines) - most + 1
        lines[most - 1 :] = [f"and {rest} more, which moved by less"]
    return lines


def _check_table() -> None:
    """Refuse a wrong cell of magnets.csv, then write hosts/made.csv from it."""
    runpy.run_path(str(HERE.parent / "magnets/check.py"), run_name="__main__")
    runpy.run_path(str(HERE.parent / "hosts/build.py"), run_name="__main__")


def main() -> None:
    """Fit, then write the pages and tables that print what was fitted."""
    _check_table()
    parameters_file = HERE / "parameters.toml"
    families_file = HERE.parent / papers.FAMILIES_FILE
    text_before = parameters_file.read_text(encoding="utf-8")
    families_before = families_file.read_text(encoding="utf-8")
    try:
        _fit()
    except BaseException:
        parameters_file.write_text(text_before, encoding="utf-8")
        raise
    of_families = papers.fit_families()
    papers.write_families(families_file, of_families.ranges())
    page = HERE.parent / "magnets/VALIDATION.md"
    page.write_text(papers.report(of_families), encoding="utf-8")
    (HERE / "VALIDATION.md").write_text(
        recipes_report.report(), encoding="utf-8"
    )
    stored.store()
    physics_page = runpy.run_path(
        str(HERE.parents[1] / "docs/physics_page.py")
    )
    physics_page["main"]([])
    registry = runpy.run_path(str(HERE.parent / "update_registry.py"))
    registry["main"]()
    changes = list_changes(
        read_numbers(text_before, families_before),
        read_numbers(
            parameters_file.read_text(encoding="utf-8"),
            families_file.read_text(encoding="utf-8"),
        ),
    )
    for line in changes:
        print(line)


if __name__ == "__main__":
    use_embedded_data()
    main()

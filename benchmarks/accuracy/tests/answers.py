"""Answers on recipes of every host, as arrays: ``python answers.py FILE``."""

import pickle
import random
import sys
import warnings

import magnetkit as mk
from magnetkit.magnetism import sintered
from magnetkit.phases import HOSTS, stability
from magnetkit.phases.records import ROOTS
from magnetkit.surrogates.intrinsic import intrinsic

EARTHS = ("Nd", "Pr", "Sm", "Dy", "Tb", "Gd", "Ce", "La", "Y", "Er")
TEMPERATURES = (77.0, 300.0, 420.0)
NUMBER = 270


def recipe(host, rng):
    """Return a recipe about a host's own ratio: mixed, or with rare earth or a metal to spare."""
    earths = rng.sample(EARTHS, rng.choice((1, 1, 2, 3)))
    shares = [rng.random() + 0.1 for _ in earths]
    spare = rng.choice((0.0, 0.0, 0.05, 0.15))
    amounts = [
        (e, host.rare_earth * (1.0 + spare) * x / sum(shares))
        for e, x in zip(earths, shares, strict=True)
    ]
    elements = [e for e in host.split.solubility if e not in ("Fe", "Co")]
    some = {
        e: 0.5 * host.split.solubility[e] * rng.random()
        for e in rng.sample(elements, 2)
    }
    some = some if sum(some.values()) < 0.5 and rng.random() < 0.7 else {}
    rest = 1.0 - sum(some.values())
    cobalt = rng.choice((0.0, 0.1, 0.5, 1.0))
    some |= {"Fe": rest * (1.0 - cobalt), "Co": rest * cobalt}
    amounts += [(e, host.transition_metal * x) for e, x in some.items()]
    for element in host.interstitial_elements[: rng.choice((1, 1, 2))]:
        amounts.append(
            (element, host.interstitial * rng.choice((1.0, 0.8, 0.5)))
        )
    return "".join(f"{e}{x:.4f}" for e, x in amounts if x > 1e-3)


def answers():
    """Return columns by name: of all recipes, and of those of a host when taken as such."""
    rng = random.Random(3)
    recipes = {}
    every = ["Pr2Fe14B"]
    for name in ROOTS:
        recipes[name] = [HOSTS[name].structure.example]
        recipes[name] += [recipe(HOSTS[name], rng) for _ in range(NUMBER)]
        every += recipes[name]
    results = {"all": mk.predict(every, TEMPERATURES)}
    results["routes"] = sintered(every, 300.0, process="sintered-fine-grained")
    results["shells"] = sintered(every, TEMPERATURES, shell="Tb 0.5 wt%")
    for name, host in HOSTS.items():
        texts = recipes[host.root]
        results[f"hard phase as {name}"] = intrinsic(
            texts, (4.2, *TEMPERATURES), host=name
        )
        results[f"magnet as {name}"] = sintered(texts, TEMPERATURES, host=name)
        results[f"phase as {name}"] = stability(texts, host=name)
    columns = {}
    for name, frame in results.items():
        columns[name] = {
            column: frame[column].to_numpy() for column in frame.columns
        }
    return columns


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with open(sys.argv[1], "wb") as stream:
        pickle.dump(answers(), stream)

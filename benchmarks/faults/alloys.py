"""Alloys of elements that no magnet is made with, and rows in any order.

``python -m benchmarks.faults.alloys SHUFFLES SEED`` prints as JSON what it found.
"""

import json
import random
import sys

import numpy as np

import magnetkit as mk

# Noble gases, halogens, alkali metals, mercury and elements of no stable isotope: none was ever
# alloyed into a magnet of these hosts. (Thorium was: Th2Fe14B is known.)
JUNK = (
    "He Ne Ar Kr Xe Rn F Cl Br I At Li Na K Rb Cs Fr Hg Tl Ra Ac Pa U Np Pu Am Cm Po Tc"
).split()
HOSTS = (
    ("Nd", 2, "Fe", 14, "B1"),
    ("Sm", 1, "Co", 5, ""),
    ("Sm", 2, "Co", 17, ""),
    ("Sm", 2, "Fe", 17, "N3"),
    ("Sm", 1, "Fe", 11, "Ti1"),
)
AMOUNTS = (0.05, 0.3, 1.0)
# Metalloids and light elements beyond what anyone put in.
TOO_MUCH = (
    "Sm2Fe17N30",
    "Nd2Fe14BPb3",
    "Nd2Fe14BAu2",
    "Nd2Fe14BO5",
    "Nd2Fe14BU",
    "Nd2Fe14BHg",
)


def junk() -> dict:
    """Predict hosts with such an element added, or in the place of earth or metal."""
    texts = list(TOO_MUCH)
    for earth, n, metal, m, rest in HOSTS:
        for element in JUNK:
            for x in AMOUNTS:
                texts.append(f"{earth}{n}{metal}{m}{rest}{element}{x:g}")
                texts.append(
                    f"{earth}{n - x / 2:g}{element}{x / 2:g}{metal}{m}{rest}"
                )
                texts.append(f"{earth}{n}{metal}{m - x:g}{element}{x:g}{rest}")
    table = mk.CompositionTable.from_strings(texts)
    frame = mk.predict(table)
    ok = frame["status"].eq("ok") & frame["in_domain"].fillna(False)
    has_value = frame["remanence_T"].notna() | frame["coercivity_kA_m"].notna()
    # A trace, as 0.1 wt.% of lithium, dilutes what is a magnet without it, and the route names it.
    bad = (ok | has_value) & ~frame["route"].str.contains("taken for inert")
    names = [texts[i] for i in table.row_index]
    wrong = [text for text, is_bad in zip(names, bad, strict=True) if is_bad]
    missing = len(texts) - len(frame)
    return {
        "alloys": "of what is in no magnet",
        "tried": len(texts),
        "unread": missing,
        "faults": wrong,
    }


def orders(shuffles: int, seed: int) -> dict:
    """Rank the same candidates in other orders."""
    space = mk.substitutions(
        "Nd2Fe14B", {"Nd": ["Ce", "Pr", "Dy"], "Fe": ["Co"]}, step=0.2
    )
    texts = space.formulas()[:200]
    chance = random.Random(seed)
    faults = []
    want = mk.screen(texts, "energy-traction-motor").table.set_index(
        "candidate"
    )["rank"]
    for number in range(shuffles):
        other = chance.sample(texts, len(texts))
        got = mk.screen(other, "energy-traction-motor").table.set_index(
            "candidate"
        )["rank"]
        moves = int(
            (~np.isclose(got.loc[want.index], want, equal_nan=True)).sum()
        )
        if moves:
            faults.append(f"shuffle {number}: {moves} ranks differ")
    return {
        "alloys": f"{len(texts)} in another order",
        "tried": shuffles,
        "unread": 0,
        "faults": faults,
    }


if __name__ == "__main__":
    print(json.dumps([junk(), orders(int(sys.argv[1]), int(sys.argv[2]))]))

"""What the intrinsic model assumes before it sees a measurement.

Every parameter is a sum of a mean and of independent standard normal variables, some shared: the
exchange field of all ions of a host, their crystal field, the level of each end member. The
numbers stand in ``datasets/intrinsic/priors.toml`` and, of each host, in ``intrinsic.toml`` of its
folder in ``datasets/hosts``; ``datasets/intrinsic/calibrate.py`` writes what follows from them, and
what the fit makes of it, into ``parameters.csv``.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from magnetkit.elements import INDEX

from magnetkit import datasets
from magnetkit.compound.parameters import (
    ELEMENT_SLOTS,
    ENDS,
    HOST_SLOTS,
    MIXED,
    Parameters,
    ions,
    published_fields,
    site_elements,
)
from magnetkit.phases.records import HOST_NAMES, HOSTS, host_file

COLUMNS = (
    "host",
    "parameter",
    "element",
    "value",
    "deviation",
    "prior",
    "prior_deviation",
    "source",
    "confidence",
)
"""Columns of the parameter file."""

# Cerium is mixed-valent and europium divalent in compounds rich in iron or cobalt: no free ion.
NOT_FREE = ("Ce", "Eu", "Pm")
_NO_ION = {"alpha_J": 0.0}
_T_VOLUME = 11.8  # A3 of iron, whose place a substituent takes
_SUBSTITUENT_VOLUME = {
    "Al": 16.6,
    "Ga": 19.6,
    "Si": 16.0,
    "Ge": 18.0,
    "Sn": 24.0,
    "Zn": 15.2,
    "Ag": 17.0,
    "Cu": 11.8,
    "Ni": 10.9,
    "Mn": 12.2,
    "Ti": 17.7,
    "Zr": 23.3,
    "Hf": 22.3,
    "V": 13.8,
    "Nb": 18.0,
    "Ta": 18.0,
    "Cr": 12.0,
    "Mo": 15.6,
    "W": 15.7,
    "Re": 14.7,
    "Ru": 13.6,
}


@dataclass
class Prior:
    """Mean and factors of the parameters of one host.

    Attributes
    ----------
    host : int
        Its code.
    mean : dict
        (element column or -1, slot) to mean.
    factors : list
        For each variable its terms ``((element, slot), coefficient)``.
    tags : list of str or None
        The element a variable belongs to; a fit leaves out those it has no data for.
    """

    host: int
    mean: dict[tuple[int, int], float] = field(default_factory=dict)
    factors: list[list[tuple[tuple[int, int], float]]] = field(
        default_factory=list
    )
    tags: list[str | None] = field(default_factory=list)

    def set(
        self, symbol: str, slot: str, mean: float, sd: float = 0.0
    ) -> tuple[int, int]:
        """Give a parameter its mean and a variable of its own; return its key."""
        key = (
            (INDEX[symbol], ELEMENT_SLOTS.index(slot))
            if symbol
            else (-1, HOST_SLOTS.index(slot))
        )
        self.mean[key] = mean
        if sd > 0.0:
            self.vary([(key, sd)], symbol or None)
        return key

    def vary(
        self,
        terms: list[tuple[tuple[int, int], float]],
        tag: str | None = None,
    ) -> None:
        """Add a variable that moves several parameters at once."""
        self.factors.append(terms)
        self.tags.append(tag)

    def write(
        self,
        into: Parameters,
        variables: np.ndarray,
        covariance: np.ndarray | None = None,
    ) -> None:
        """Put the parameters at `variables` into the arrays, with their deviations.

        `covariance` is that of the variables; without one each has a variance of 1 of its own.
        """
        keys = list(self.mean)
        order = {key: i for i, key in enumerate(keys)}
        matrix = np.zeros((len(keys), len(self.factors)))
        for j, terms in enumerate(self.factors):
            for key, coefficient in terms:
                matrix[order[key], j] += coefficient
        value = np.array([self.mean[k] for k in keys]) + matrix @ variables
        factor = matrix if covariance is None else matrix @ covariance
        deviation = np.sqrt((factor * matrix).sum(axis=1).clip(0.0))
        for (e, slot), v, s in zip(keys, value, deviation, strict=True):
            if e < 0:
                into.host[self.host, slot] = v
                into.host_sd[self.host, slot] = s
            else:
                into.element[self.host, e, slot] = v
                into.element_sd[self.host, e, slot] = s
                part = ELEMENT_SLOTS[slot].partition(":")[2]
                into.known[self.host, e] |= (
                    2 if part.startswith(("slope", "curv")) else 1
                )


@lru_cache(maxsize=1)
def read_priors() -> dict[str, Any]:
    """Return ``priors.toml``, and under ``host`` the ``intrinsic.toml`` of each."""
    common = datasets.toml("intrinsic/priors.toml")
    hosts = {}
    for host in HOST_NAMES:
        hosts[host] = datasets.toml(host_file(host, "intrinsic.toml"))
    return {**common, "host": hosts}


@lru_cache(maxsize=8)
def build(host: str) -> Prior:
    """Return the prior of a host; shared, not to be changed."""
    data = read_priors()
    prior = Prior(HOST_NAMES.index(host))
    earths, metals = site_elements(host)
    _sublattice(prior, host, data, earths)
    _substituents(prior, host, data, metals)
    _ions(prior, host, data, earths)
    return prior


def _sublattice(
    prior: Prior, host: str, data: dict[str, Any], earths: tuple[str, ...]
) -> None:
    """Set the transition-metal sublattice: end members, bow and filling."""
    host_table = data["host"][host]
    common = data["rare_earth"]
    n = HOSTS[host].rare_earth
    for k, end in enumerate(ENDS):
        values: dict[str, list] = {name: [] for name in MIXED}
        for r in earths:
            volume = host_table["volume_A3"][k] + n * common["volume"][r]
            prior.set(r, f"volume_A3:{end}", volume, common["volume_sd"] * n)
            level = host_table["exchange_K"][k]
            cerium = r == "Ce"
            sd = (
                common["exchange_sd_cerium" if cerium else "exchange_sd"]
                * level
            )
            sd = max(sd, common["exchange_least_sd_K"])
            share = common["exchange"].get(r, 0.0)
            key = prior.set(r, f"exchange_K:{end}", level * (1.0 + share), sd)
            values["exchange_K"].append((key, host_table["exchange_sd"][k]))
            level = host_table["moment_muB"][k]
            share = common["moment"].get(r, 0.0)
            sd = common["moment_sd"] * level * (2.0 if cerium else 1.0)
            key = prior.set(r, f"moment_muB:{end}", level * (1.0 + share), sd)
            values["moment_muB"].append((key, host_table["moment_sd"][k]))
            for name in ("k_broad_MJ_m3", "k_steep_MJ_m3"):
                # Only where no crystal field of its own carries the rare earth's part.
                alone = (
                    r in NOT_FREE or ions().get(r, _NO_ION)["alpha_J"] == 0.0
                )
                sd = host_table["k_sd"][k] * (
                    1.5 if cerium else 0.4 if alone else 0.0
                )
                key = prior.set(r, f"{name}:{end}", host_table[name][k], sd)
                values[name].append((key, host_table["k_sd"][k]))
        for terms in values.values():
            if terms:
                prior.vary(terms)
        prior.set("", f"shape:{end}", host_table["shape"][k], 0.15)
    for name in MIXED:
        for order in range(3):
            mean = host_table["bow"][name] if order == 0 else 0.0
            prior.set(
                "",
                f"{name}:bow{order}",
                mean,
                host_table["bow_sd"][name] * (1.0, 0.7, 0.5)[order],
            )
        prior.set(
            "",
            f"{name}:filling",
            host_table["filling"][name],
            host_table["filling_sd"][name],
        )
    if "carbon_exchange_K" in host_table:
        prior.set("", "exchange_K:carbon", *host_table["carbon_exchange_K"])
    prior.set(
        "", "exchange_K:dilution", *host_table.get("dilution", (1.0, 0.0))
    )
    prior.set("", "exchange_K:pairs", *host_table.get("pairs", (0.0, 0.0)))
    prior.set("", "crystal_field:bow", 0.0, 0.6)
    prior.set(
        "", "crystal_field:filling", *host_table["crystal_field_filling"]
    )


def _substituents(
    prior: Prior, host: str, data: dict[str, Any], metals: tuple[str, ...]
) -> None:
    """Set the metals on the T sites beside iron and cobalt, by magnetic valence."""
    host_table = data["host"][host]
    common = data["substituent"]
    n = HOSTS[host].transition_metal
    shares = common["exchange"] | host_table.get("exchange", {})
    variation = common["exchange_spread"] | host_table.get(
        "exchange_spread", {}
    )
    for e in metals:
        for k, end in enumerate(ENDS):
            volume = (
                common["volume_share"]
                * n
                * (_SUBSTITUENT_VOLUME[e] - _T_VOLUME)
            )
            prior.set(
                e,
                f"volume_A3:slope_{end}",
                volume,
                0.3 * abs(volume) + 0.3 * n,
            )
            level = host_table["exchange_K"][k]
            floor = max(host_table["exchange_K"][k], 500.0)
            slope = level * shares.get(e, shares["other"])[k]
            prior.set(
                e,
                f"exchange_K:slope_{end}",
                slope,
                variation["slope"][k] * floor,
            )
            # What raises exchange by widening or taking the short pairs saturates.
            bend = -variation["saturation"][k] * max(slope, 0.0)
            prior.set(
                e,
                f"exchange_K:curvature_{end}",
                bend,
                variation["curvature"][k] * floor,
            )
            prior.set(e, f"moment_muB:curvature_{end}", 0.0, 0.5 * n)
            # Magnetic valence of iron 2 (a weak ferromagnet loses less), of cobalt 1.
            moment = n * (common["valence"][e] - (2, 1)[k]) * (0.6, 0.8)[k]
            prior.set(
                e,
                f"moment_muB:slope_{end}",
                moment,
                0.25 * abs(moment) + 0.5 * n,
            )
            for name in ("k_broad_MJ_m3", "k_steep_MJ_m3"):
                level = host_table[name][k]
                prior.set(e, f"{name}:slope_{end}", -level, abs(level) + 0.5)
        prior.set(e, "crystal_field:slope", -0.5, 1.2)


def _ions(
    prior: Prior, host: str, data: dict[str, Any], earths: tuple[str, ...]
) -> None:
    """Set moment, exchange field and crystal field of the 4f ions."""
    host_table = data["host"][host]
    common = data["rare_earth"]
    shares = host_table.get("moment_share", {})
    free = [
        r
        for r in earths
        if r in ions() and ions()[r]["J"] > 0.0 and r not in NOT_FREE
    ]
    for k, end in enumerate(ENDS):
        ratio = host_table["cobalt_exchange"] if k else 1.0
        exchange = []
        coupling = []
        for r in free:
            j = ions()[r]["J"]
            g = ions()[r]["g_J"]
            strength = common["strength"][r]
            prior.set(
                r,
                f"ion_moment:{end}",
                shares.get(r, 1.0),
                common["moment_share_sd"],
            )

            # A host that states no field has the published ones of its ions.
            if "exchange_field_K" in host_table:
                mean = host_table["exchange_field_K"] * strength
            else:
                mean = published_fields()[r]["H_m_K"]
            mean *= ratio
            sd = common["exchange_field_sd"]
            key = prior.set(r, f"ion_exchange_K:{end}", mean, sd * mean)
            exchange.append((key, sd * mean))

            gennes = (g - 1) ** 2 * j * (j + 1) / 15.75
            mean = host_table["gadolinium_coupling_K2"] * gennes * strength**2
            key = prior.set(r, f"ion_coupling_K2:{end}", mean, 0.2 * mean)
            coupling.append((key, 0.2 * mean))
        prior.vary(exchange)
        prior.vary(coupling)
    _crystal_field(
        prior, host, data, [r for r in free if ions()[r]["alpha_J"] != 0.0]
    )


def _crystal_field(
    prior: Prior, host: str, data: dict[str, Any], earths: list[str]
) -> None:
    """Set the crystal field of the ions: of each, common to all, and the difference of the ends."""
    host_table = data["host"][host]
    adjust = host_table.get("ion_A2_K", {})
    variation = host_table["crystal_field_spread"]
    second: dict[str, list] = {end: [] for end in ENDS}
    fourth: dict[str, list] = {end: [] for end in ENDS}
    for r in earths:
        pair = []
        for k, end in enumerate(ENDS):
            field = host_table.get("crystal_field_A2_K")
            mean = published_fields()[r]["A20"] if field is None else field[k]
            mean, sd = adjust.get(r, (mean, variation["A2"] * abs(mean)))
            key = prior.set(
                r, f"ion_A2_K:{end}", mean, variation["between_ends"] * sd
            )
            pair.append((key, sd))
            if r not in adjust:
                second[end].append((key, variation["A2_shared"] * mean))
            mean = host_table["crystal_field_A4_K"][k]
            key = prior.set(r, f"ion_A4_K:{end}", mean, variation["A4"])
            fourth[end].append((key, variation["A4_shared"]))
        if variation["between_ends"] < 1.0:
            prior.vary(pair, r)
    if variation["between_ends"] < 1.0:
        second = {"both": second["iron"] + second["cobalt"]}
    for terms in (*second.values(), *fourth.values()):
        prior.vary(terms)


def write(file: Path, rows: Iterable[dict[str, str]]) -> None:
    """Write rows of the parameter file."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

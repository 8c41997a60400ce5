"""The look-alike server with the phases of the embedded snapshot, energies as of another scheme."""

import numpy as np

from magnetkit.phases import load, subsystems
from tests.phases import mp_server

NOISE_EV_ATOM = 0.001
"""Deviation of the energies of compounds from those embedded."""


def embedded_documents(systems, lost=()):
    """Return documents by kind of all embedded entries of some systems and their subsystems.

    `lost` are formulas calculated without their moment.
    """
    entries = load()
    symbols = entries["formula"].str.findall("[A-Z][a-z]?")
    names = symbols.map(lambda found: "-".join(sorted(set(found))))
    inside = names.isin(set(subsystems(systems)))
    noise = np.random.default_rng(0).normal(0.0, NOISE_EV_ATOM, len(entries))
    phases = []
    for k, row in enumerate(entries[inside].to_dict("records")):
        is_compound = "-" in names[inside].iloc[k]
        moment = 0.0 if row["formula"] in lost else 2.0
        energy = row["formation_energy_eV_atom"] + noise[k] * is_compound
        phases.append(
            mp_server.make_phase(
                f"mp-{1000 + k}", row["cell"], energy, 0.0, moment
            )
        )
    return {kind: mp_server.documents(kind, phases) for kind in mp_server.ALL}

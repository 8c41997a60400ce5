"""What grains, boundaries and cells make of Kronmueller's parameters."""

import numpy as np
from numpy.typing import NDArray

# Atomic fraction of Ga and Cu that does 63 % of what they do; a few tenths of a per cent is usual.
_ADDITIVE = 0.002
# Volume fraction of a soft phase between grains at which a third of alpha_K is left (an assumption:
# magnets short of samarium or neodymium have next to no coercivity).
_SOFT = 0.02
# Iron in the cells and copper in the walls of the cellular magnets that were measured, and the
# least decay: coercivity that rises with temperature has been seen, not often.
_MOST_IRON, _MOST_COPPER, _LEAST_DECAY = 0.35, 0.6, 0.3


def microstructure(
    rows: dict[str, NDArray[np.float64]], structure: dict[str, NDArray[np.float64]]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return alpha_K, N_eff and the decay of coercivity of each row.

    N_eff rises with the logarithm of grain size. Grains couple and reverse together where too
    little rare-earth-rich phase parts them, where it does not wet them, or where a soft phase lies
    between them: alpha_K then falls. Cobalt that no additive accompanies turns the boundary phase
    into a magnetic Laves phase R(Fe,Co)2, and lanthanum, whose 2:14:1 barely forms, leaves iron
    behind: both take their share too. In cellular magnets iron in the cells and copper in the walls
    move alpha_K by a factor and the decay, within what has been measured.

    Parameters
    ----------
    rows : dict of str to ndarray, shape (n,)
        Process and family parameters, see `process.by_row`; ``lanthanum``, the share of La in the
        rare earth, and ``cobalt``, that of Co in iron and cobalt.
    structure : dict of str to ndarray, shape (n,)
        ``boundary``: volume fraction of rare earth in the grain boundary; ``soft``: of a soft
        phase; ``additive``: atomic fraction of Ga and Cu; ``iron``, ``copper``: share of Fe in the
        metal of the cells, of Cu in that of the walls, NaN without cells.
    """
    n_eff = rows["n_eff"] + rows["grain_slope"] * np.log(
        rows["grain_size_um"] / rows["grain_reference_um"]
    )
    with np.errstate(over="ignore"):
        parted = -np.expm1(-np.maximum(structure["boundary"], 0.0) / rows["wetting_volume"])
        parted *= np.exp(-structure["soft"] / _SOFT)
    dry = rows["dry"] * np.exp(-rows["cobalt_loss"] * rows["cobalt"])
    parted *= 1.0 - (1.0 - dry) * np.exp(-structure["additive"] / _ADDITIVE)
    parted *= np.exp(-rows["lanthanum_loss"] * rows["lanthanum"])
    iron = np.clip(structure["iron"], 0.0, _MOST_IRON) - rows["iron_reference"]
    copper = np.clip(structure["copper"], 0.0, _MOST_COPPER) - rows["copper_reference"]
    iron, copper = np.nan_to_num(iron), np.nan_to_num(copper)
    alpha_k = rows["alpha_k"] * parted
    alpha_k *= np.exp(rows["alpha_k_iron"] * iron + rows["alpha_k_copper"] * copper)
    decay = rows["decay"] + rows["decay_iron"] * iron + rows["decay_copper"] * copper
    return alpha_k, np.maximum(n_eff, 0.0), np.maximum(decay, _LEAST_DECAY)

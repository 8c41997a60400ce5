"""Read a material with pyleecan and print what it makes of it; runs in pyleecan's environment."""

import json
import sys

from pyleecan.Functions.load import load

material = load(sys.argv[1])
celsius = float(sys.argv[2])
print(
    json.dumps(
        {
            "class": type(material).__name__,
            "name": material.name,
            "remanence": material.mag.get_Brm(T_op=celsius),
            "coercivity": material.mag.get_Hc(T_op=celsius),
            "curve": material.mag.get_BH().tolist(),
            "density": material.struct.rho,
        }
    )
)

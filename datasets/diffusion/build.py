"""Write motor_field.csv: the field in a magnet of a traction motor, as a stated model.

Run ``python datasets/diffusion/build.py``. Assumptions, none of them measured:

- a magnet of 40 x 15 x 5 mm, magnetized along z, at load line 3 in its iron, at 150 C, B_r 1.13 T;
- under load the armature adds 60 kA/m against it all over;
- in a short circuit it adds 110 kA/m all over and, where the flux of the armature crowds at the
  two long edges (y = +-7.5 mm) beside the bridges, 190 kA/m more, which falls to 1/e in 2 mm.
"""

from pathlib import Path

import numpy as np
import pandas as pd

SIZE_MM, LOAD_LINE, B_R, MU_0 = (40.0, 15.0, 5.0), 3.0, 1.13, 1.25663706127e-6
OWN = 1e-3 * B_R / MU_0 / (1.0 + LOAD_LINE)
POINTS = ("load", 60.0, 0.0), ("short circuit", 110.0, 190.0)


def main() -> None:
    """Write the map."""
    lines = [
        np.linspace(-0.5 * s, 0.5 * s, n)
        for s, n in zip(SIZE_MM, (11, 16, 6), strict=True)
    ]
    x, y, z = (g.ravel() for g in np.meshgrid(*lines, indexing="ij"))
    frames = []
    for name, even, edge in POINTS:
        crowd = np.exp(-(0.5 * SIZE_MM[1] - np.abs(y)) / 2.0)
        frames.append(
            pd.DataFrame(
                {
                    "operating_point": name,
                    "temperature": "150C",
                    "x_mm": x,
                    "y_mm": y,
                    "z_mm": z,
                    "H_x_kA_m": 0.0,
                    "H_y_kA_m": 0.0,
                    "H_z_kA_m": -(OWN + even + edge * crowd),
                    "source": "assumption: the model of build.py",
                }
            )
        )
    table = pd.concat(frames).round(3)
    table.to_csv(Path(__file__).with_name("motor_field.csv"), index=False)


if __name__ == "__main__":
    main()

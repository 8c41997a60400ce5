"""Bad tables of magnets, parts, fields and mills: what a user types or a solver writes.

``python -m benchmarks.faults.user_tables COUNT SEED FOLDER`` prints a line of JSON a kind.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
from magnetkit.settings import get_settings

from benchmarks.faults.input_files import Kind, json_inputs, run, text_inputs
from magnetkit.diffusion import _profile
from magnetkit.magnetism import _measured
from magnetkit.magnetism.calibrate import read_magnets
from magnetkit.run import replace_parts

MAGNETS = (
    "magnet,composition,basis,temperature_K,remanence_T,coercivity_kA_m,grain_size_um,shell\n"
    "A,Nd31.5Dy0.5Co1Cu0.1B1Fe bal.,weight,293.15,1.35,1200,4.5,\n"
    "A,Nd31.5Dy0.5Co1Cu0.1B1Fe bal.,weight,423.15,1.15,400,4.5,\n"
    "B,Nd15Fe77B8,atomic,293.15,1.2,,,Tb 0.5 wt%\n"
)
PARTS = (
    "part,number,mass_kg,size,grade,recipe,basis,temperature,load_line\n"
    "rotor,1,2,,N42SH,,,150C,\n"
    "ring,12,0.02,,,Nd30Dy1B1Fe bal.,weight,,2\n"
    "block,3,,40x15x5mm,N42SH,,,,\n"
)
FIELD = "x_mm,y_mm,z_mm,Hx_kA_m,Hy_kA_m,Hz_kA_m\n" + "".join(
    f"{x},{y},{z},0,{y},-300\n"
    for x in (-10, 0, 10)
    for y in (-5, 0, 5)
    for z in (-2, 2)
)


def magnets(folder: Path) -> Kind:
    """Measured magnets, read row by row."""
    file = folder / "magnets.csv"

    def read(data: bytes) -> list[str]:
        file.write_bytes(data)
        rows, rejects = read_magnets(file)
        faults = [
            f"row {r.number} both taken and refused"
            for r in rows
            if r.number in rejects
        ]
        for row in rows:
            numbers = [
                row.temperature,
                *row.values.values(),
                *row.process.values(),
            ]
            if not np.isfinite(numbers).all() or not row.values:
                faults.append(f"no number let in: {data!r}")
        return faults

    return Kind(
        "measured magnets",
        text_inputs(MAGNETS, ("atomic", "weight", "SmCo5", "N42SH")),
        read,
    )


def parts(folder: Path) -> Kind:
    """A device's parts, summed up."""
    file = folder / "parts.csv"

    def read(data: bytes) -> list[str]:
        file.write_bytes(data)
        frame = replace_parts(file).frame
        mass = frame["kg a year"].to_numpy(float)
        sound = not (mass < 0.0).any() and not np.isinf(mass).any()
        if sound:
            return []
        return [f"a mass of {mass} of {data!r}"]

    return Kind(
        "parts of a device",
        text_inputs(PARTS, ("N42SH", "weight", "1x1x1mm", "150")),
        read,
    )


def fields(folder: Path) -> Kind:
    """A field map of a solver."""
    file = folder / "field.csv"

    def read(data: bytes) -> list[str]:
        file.write_bytes(data)
        field_rows = _profile.read_field(file)
        whole = [
            np.isfinite(one.points).all() and np.isfinite(one.vectors).all()
            for one in field_rows
        ]
        if field_rows and all(whole):
            return []
        return [f"no number let in: {data!r}"]

    return Kind(
        "field map",
        text_inputs(FIELD, ("temperature_K", "Bz_T", "Hz_Oe")),
        read,
    )


def mills(folder: Path) -> Kind:
    """A stored mill: rewritten, spoiled, and used for a magnet where it is taken."""
    from magnetkit.magnetism import sintered
    from magnetkit.magnetism.calibrate import calibrate

    file = _measured.folder() / "good.json"
    source = folder / "good.csv"
    source.write_text(MAGNETS)
    calibrate(source, "good")
    good = file.read_bytes()

    def read(data: bytes) -> list[str]:
        file.write_bytes(data)
        row = sintered("Nd2Fe14B", process="good").iloc[0]
        low = row["coercivity_kA_m_lo"]
        value = row["coercivity_kA_m"]
        high = row["coercivity_kA_m_hi"]
        if low <= value <= high:
            return []
        return [f"{low} to {high} of {data!r:.600}"]

    return Kind("mill", json_inputs(good), read)


@contextmanager
def kinds(folder: Path) -> Iterator[list[Kind]]:
    """Make every kind, with its files in `folder`, mills among them."""
    with mock.patch.dict(
        os.environ, {"MAGNETKIT_DATA_DIR": str(folder / "data")}
    ):
        get_settings.cache_clear()
        try:
            yield [
                magnets(folder),
                parts(folder),
                fields(folder),
                mills(folder),
            ]
        finally:
            get_settings.cache_clear()


def main(count: int, seed: int, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=place) as folder,
        kinds(Path(folder)) as table_kinds,
    ):
        for kind in table_kinds:
            row = {"kind": kind.name, **vars(run(kind, count, seed))}
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))

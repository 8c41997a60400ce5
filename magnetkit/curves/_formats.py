"""Demagnetization curves as files of field solvers.

FEMM and Elmer turn a magnet into a curve through the origin and a source: H = h(B) - H_c along the
magnet's axis, with h(B) the curve shifted by H_cB to the right (FEMM 4.2 manual, ``mi_addmaterial``
and ``mi_addbhpoint``; Elmer Models Manual, MagnetoDynamics2D, ``H-B Curve`` and ``Magnetization``).
Both take h of the size of B: beyond H_cB they mirror the curve and ignore H_cJ.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .._core._files import replacing
from .._core.errors import InputError
from .._core.units import MU_0, ZERO_CELSIUS, kelvin_text
from ..magnetism.demagnetization import Demagnetization

if TYPE_CHECKING:
    import pandas as pd


Form = Literal["csv", "femm", "elmer", "pyleecan"]
Kind = Literal["BH", "JH"]


@dataclass(frozen=True, eq=False, repr=False)
class Curve:
    """Demagnetization curves of one magnet at k temperatures.

    Attributes
    ----------
    name : str
        The recipe with its shell, the grade, or the candidate.
    bound : str
        ``low``, ``centre`` or ``high``: which end of the intervals of B_r and H_cJ.
    source : str
        Origin of the figures, as text.
    room_remanence_T : float
        B_r at 20 degrees C, T.
    density_kg_m3 : float
        NaN where nobody prints it.
    resistivity_uohm_m : float
        Micro-ohm metres, as makers of such magnets print it; NaN where none was found.
    curves : Demagnetization
        One magnet, k temperatures.
    beyond : tuple of str
        Why the curve of a temperature is extrapolated, length k; empty where it is not.
    """

    name: str
    bound: str
    source: str
    room_remanence_T: float
    density_kg_m3: float
    resistivity_uohm_m: float
    curves: Demagnetization
    beyond: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return name, bound, temperatures and source."""
        at = ", ".join(kelvin_text(float(k)) for k in self.curves.temperature)
        return f"<Curve of {self.name}, {self.bound}, at {at}: {self.source}>"

    def to_frame(self) -> "pd.DataFrame":
        """Return the points of the curves as one long table.

        Returns
        -------
        DataFrame
            As `magnetkit.magnetism.Demagnetization.to_frame`, and ``extrapolated``.
        """
        frame = self.curves.to_frame([self.name])
        outside = self.curves.temperature[np.array([bool(why) for why in self.beyond], bool)]
        return frame.assign(extrapolated=np.isin(frame["temperature_K"], outside))

    def text(self, form: Form = "csv", at: int = 0, kind: Kind = "BH", bare: bool = False) -> str:
        """Return the curve at one temperature as a field solver reads it.

        Parameters
        ----------
        form : {"csv", "femm", "elmer", "pyleecan"}
            Two columns for COMSOL, JMAG and Maxwell; or the material of FEMM, Elmer, pyleecan.
        at : int
            Which of the temperatures.
        kind : {"BH", "JH"}
            Which curve the two columns hold; the other forms take B(H).
        bare : bool
            Leave the comment out of the two columns.

        Returns
        -------
        str

        Raises
        ------
        InputError
            If the form is unknown, or the magnet has no curve at that temperature.
        """
        for name, given, known in (("form", form, Form), ("kind", kind, Kind)):
            if given not in (names := get_args(known)):
                raise InputError(f"{name} must be one of {', '.join(names)}, got {given!r}")
        if not 0 <= at < self.curves.temperature.size:
            raise InputError(f"the curve has {self.curves.temperature.size} temperatures, got {at}")
        if form == "csv":
            return _csv(self, at, kind, bare)
        return {"femm": _femm, "elmer": _elmer, "pyleecan": _pyleecan}[form](self, at)

    def write(
        self, path: str | Path, form: Form = "csv", kind: Kind = "BH", bare: bool = False
    ) -> list[Path]:
        """Write the curves, one file a temperature.

        Parameters
        ----------
        path : str or Path
            File to write; with several temperatures each is named in it, as ``n42sh-150C.csv``.
        form, kind, bare : optional
            As of `text`.

        Returns
        -------
        list of Path
            The files, length k.

        Raises
        ------
        InputError
            As `text`.
        """
        kelvin = self.curves.temperature
        texts = [self.text(form, at, kind, bare) for at in range(kelvin.size)]
        path = Path(path)
        files = [path.with_stem(f"{path.stem}-{k - ZERO_CELSIUS:.4g}C") for k in kelvin]
        if len(files) == 1:
            files = [path]
        for file, text in zip(files, texts, strict=True):
            with replacing(file) as temporary:
                temporary.write_text(text, encoding="utf-8")
        return files


def _header_lines(curve: Curve, at: int) -> list[str]:
    """Return the lines of the head of every file."""
    own = curve.curves
    celsius = own.temperature[at] - ZERO_CELSIUS
    end = {"low": "lower end", "centre": "centre", "high": "upper end"}[curve.bound]
    figures = {
        "B_r": f"{own.remanence[0, at]:.4f} T",
        "H_cB": f"{own.coercivity_b[0, at]:.0f} A/m",
        "H_cJ": f"{own.coercivity[0, at]:.0f} A/m",
        "H_k": f"{own.knee_field[0, at]:.0f} A/m (J = 0.9 B_r)",
        "mu_rec": f"{own.recoil[0, at]:.4g}",
    }
    warning = [f"EXTRAPOLATED: {curve.beyond[at]}"] if any(curve.beyond[at : at + 1]) else []
    return [
        *warning,
        f"{curve.name} at {celsius:.4g} C ({own.temperature[at]:.2f} K), {end}",
        *(f"{name} = {value}" for name, value in figures.items()),
        f"From: {curve.source}",
    ]


def _material_name(curve: Curve, at: int) -> str:
    """Return a name of the material that every program accepts."""
    plain = "".join(c if c.isalnum() or c in ".-+() " else "_" for c in curve.name)
    end = "" if curve.bound == "centre" else f" {curve.bound}"
    return f"{plain} {curve.curves.temperature[at] - ZERO_CELSIUS:.4g}C{end}"


def _csv(curve: Curve, at: int, kind: Kind, bare: bool) -> str:
    """Return two columns, H rising to zero: B(H) from -H_cB, J(H) from -H_cJ."""
    own = curve.curves
    field = own.field[0, at, ::-1]
    values = (own.induction if kind == "BH" else own.polarization)[0, at, ::-1]
    if kind == "BH":
        inside = field >= -own.coercivity_b[0, at]
        # Bisection leaves 1e-16 T of B at H_cB.
        field, values = field[inside], np.where(np.abs(values[inside]) < 1e-9, 0.0, values[inside])
    what = "magnetic flux density B (T)" if kind == "BH" else "polarization J (T)"
    head = [*_header_lines(curve, at), f"Columns: field H (A/m), {what}"]
    lines = [] if bare else [f"% {line}" for line in head]
    lines += [f"{h + 0.0:.8g},{b + 0.0:.8g}" for h, b in zip(field, values, strict=True)]
    return "\n".join(lines) + "\n"


def _shifted_curve(curve: Curve, at: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return B and H + H_cB from the origin on, both rising, with a point beyond remanence."""
    own = curve.curves
    h_cb = own.coercivity_b[0, at]
    inside = own.field[0, at] >= -h_cb
    h = own.field[0, at][inside][::-1] + h_cb
    b = own.induction[0, at][inside][::-1]
    b[0] = h[0] = 0.0
    # In the first quadrant the magnet follows its recoil line, which both programs prolong.
    return (
        np.append(b, own.remanence[0, at] + own.recoil[0, at] * MU_0 * h_cb),
        np.append(h, 2.0 * h_cb),
    )


def _femm(curve: Curve, at: int) -> str:
    """Return a Lua script that adds the material to the open problem of FEMM."""
    own = curve.curves
    name = _material_name(curve, at)
    mu, h_cb = own.recoil[0, at], own.coercivity_b[0, at]
    # MS/m; zero, an insulator in FEMM, where no maker prints it.
    conducts = 1.0 / curve.resistivity_uohm_m if np.isfinite(curve.resistivity_uohm_m) else 0.0
    head = [f"-- {line}" for line in _header_lines(curve, at)]
    head += [
        "-- Open the problem in FEMM 4.2, then File > Open Lua Script. SI units. The curve is",
        "-- shifted by H_cB as FEMM wants it; beyond B = 0 FEMM mirrors it: check that no part of",
        "-- the magnet comes there. The direction of magnetization is set at the block label.",
    ]
    figures = f"{mu:.6g}, {mu:.6g}, {h_cb:.8g}, 0, {conducts:.4g}, 0, 0, 1, 0, 0, 0"
    head.append(f'mi_addmaterial("{name}", {figures})')
    for b, h in zip(*_shifted_curve(curve, at), strict=True):
        head.append(f'mi_addbhpoint("{name}", {b:.8g}, {h:.8g})')
    return "\n".join(head) + "\n"


def _elmer(curve: Curve, at: int) -> str:
    """Return a Material section for Elmer's MagnetoDynamics2D."""
    h_cb, known = curve.curves.coercivity_b[0, at], np.isfinite(curve.resistivity_uohm_m)
    conducts = f"  Electric Conductivity = Real {1e6 / curve.resistivity_uohm_m:.6g}"
    lines = [
        *(f"! {line}" for line in _header_lines(curve, at)),
        "! For MagnetoDynamics2D: number the section, and turn Magnetization from x to the axis",
        "! of the magnet. Beyond B = 0 Elmer mirrors the curve: check that no part comes there.",
        "Material 1",
        f'  Name = "{_material_name(curve, at)}"',
        '  H-B Curve = Variable "dummy"',
        "    Real Monotone Cubic",
        *(f"      {b:.8g} {h:.8g}" for b, h in zip(*_shifted_curve(curve, at), strict=True)),
        "    End",
        *([conducts] if known else []),
        f"  Magnetization 1 = Real {h_cb:.8g}",
        "  Magnetization 2 = Real 0.0",
        "End",
    ]
    return "\n".join(lines) + "\n"


def _pyleecan(curve: Curve, at: int) -> str:
    """Return a material file of pyleecan, which draws magnets by B_r and recoil permeability.

    pyleecan takes Hc = Brm20 / (mu_0 mur_lin), both at 20 degrees C, and alpha_Br from there.
    """
    own = curve.curves
    celsius = own.temperature[at] - ZERO_CELSIUS
    room, hot, mu = curve.room_remanence_T, own.remanence[0, at], own.recoil[0, at]
    points = np.column_stack([own.field[0, at, ::-1], own.induction[0, at, ::-1]])
    name = _material_name(curve, at)
    alpha = (hot / room - 1.0) / (celsius - 20.0) if abs(celsius - 20.0) > 1e-6 else 0.0
    drawn = {"__class__": "ImportMatrixVal", "is_transpose": False, "value": points.tolist()}
    magnetic: dict[str, Any] = {"__class__": "MatMagnetics", "mur_lin": float(mu)}
    magnetic |= {"Brm20": float(room)}
    magnetic |= {"alpha_Br": float(alpha), "Hc": float(room / (MU_0 * mu)), "Wlam": 0}
    magnetic |= {"is_BH_extrapolate": False, "BH_curve": drawn}
    material: dict[str, Any] = {"__class__": "Material", "name": name}
    material |= {"desc": "; ".join(_header_lines(curve, at))}
    material |= {"is_isotropic": False, "path": f"{name}.json", "mag": magnetic}
    if np.isfinite(curve.density_kg_m3):
        material["struct"] = {"__class__": "MatStructural", "rho": float(curve.density_kg_m3)}
    if np.isfinite(curve.resistivity_uohm_m):
        rho = 1e-6 * curve.resistivity_uohm_m
        material["elec"] = {"__class__": "MatElectrical", "rho": rho, "alpha": 0.0}
    return json.dumps(material, indent=1, sort_keys=True) + "\n"

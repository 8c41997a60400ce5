"""Demagnetization curves as files of field solvers.

FEMM and Elmer turn a magnet into a curve through the origin and a source: H = h(B) - H_c along the
magnet's axis, with h(B) the curve shifted by H_cB to the right (FEMM 4.2 manual, ``mi_addmaterial``
and ``mi_addbhpoint``; Elmer Models Manual, MagnetoDynamics2D, ``H-B Curve`` and ``Magnetization``).
Both take h of the size of B: beyond H_cB they mirror the curve and ignore H_cJ.

Files of all temperatures: Maxwell's are the dictionary that pyaedt's ``import_materials_from_file``
takes, with B(H) to H_cJ at each reference temperature (Maxwell help, Temperature-Dependent B-H
Curves); COMSOL's the grid format of an interpolation function of H and T (COMSOL help, Grid Data
Format); Motor-CAD's a section of its solids database, whose keys are those that other readers of
such databases name. Neither Maxwell, COMSOL, JMAG nor Motor-CAD itself was at hand.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from .._core._files import replacing
from .._core._types import FloatArray
from .._core.errors import InputError
from .._core.units import MU_0, ZERO_CELSIUS, kelvin_text
from ..diffusion._shapes import AXES, Axis, Shape, read_shape
from ..magnetism.demagnetization import Demagnetization
from ..magnetism.measured_curve import MeasuredCurve
from ..magnetism.sintered import Duty

if TYPE_CHECKING:
    import pandas as pd


Form = Literal[
    "csv",
    "femm",
    "elmer",
    "pyleecan",
    "table",
    "comsol",
    "maxwell",
    "motorcad",
]
Kind = Literal["BH", "JH"]


WHOLE = ("table", "comsol", "maxwell", "motorcad")
"""Forms of which one file holds all temperatures."""
_OWN = "femm.lua elmer.sif pyleecan.json comsol.txt maxwell.json motorcad.mdb"
_FILES = {name.split(".")[0]: f"{name}.jinja" for name in _OWN.split()}


@dataclass(frozen=True, eq=False, repr=False)
class Curve:
    """Demagnetization curves of one magnet at k temperatures.

    Attributes
    ----------
    name : str
        The recipe with its shell, the grade, or the candidate.
    bound : str
        Which end of the intervals of B_r and H_cJ, as of `magnetkit.curve`.
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
    measured : tuple of MeasuredCurve
        Of a measured magnet its curve at each temperature, length k; empty otherwise.
    """

    name: str
    bound: str
    source: str
    room_remanence_T: float
    density_kg_m3: float
    resistivity_uohm_m: float
    curves: Demagnetization
    beyond: tuple[str, ...] = ()
    measured: tuple[MeasuredCurve, ...] = ()

    def __repr__(self) -> str:
        """Return name, bound, temperatures and source."""
        at = ", ".join(kelvin_text(float(k)) for k in self.curves.temperature)
        return f"<Curve of {self.name}, {self.bound}, at {at}: {self.source}>"

    def to_frame(self) -> "pd.DataFrame":
        """Return the points of the curves as one long table.

        Returns
        -------
        DataFrame
            One row a point, numbered from 0, those of a temperature together,
            in the order of the curve: ``candidate``, ``temperature_K``,
            ``field_kA_m`` (H, from 0 down to -H_cJ), ``polarization_T``,
            ``induction_T`` and ``extrapolated``, True at temperatures whose
            curve is; False at all of a measured magnet.
        """
        frame = self.curves.to_frame([self.name])
        outside = self.curves.temperature[np.array(self.beyond, bool)]
        return frame.assign(
            extrapolated=np.isin(frame["temperature_K"], outside)
        )

    def figures(self) -> "pd.DataFrame":
        """Return what is read from each curve; of a measured one from its points.

        Returns
        -------
        DataFrame
            One row a temperature, in the order of the curve, numbered from 0:
            ``candidate``, ``temperature_K``, ``remanence_T``,
            ``coercivity_b_kA_m``, ``coercivity_kA_m``, ``knee_field_kA_m``,
            ``squareness`` (H_k / H_cJ), ``max_energy_product_kJ_m3``,
            ``recoil_permeability``, ``load_line``, and there
            ``working_field_kA_m`` (the reverse field, positive),
            ``working_induction_T`` and the ``irreversible_loss_pct``
            (positive) at that load line, without outside field and hours:
            `magnetkit.curves.curve.use_limits` takes these. The working point
            is NaN where a measured curve ends before it.
        """
        import pandas as pd

        curves = self.curves
        b_r = curves.remanence[0]
        h_cj = curves.coercivity[0]
        h_k = curves.knee_field[0]
        recoil = curves.recoil[0]
        product = -curves.field[0] * curves.induction[0]
        figures = {
            "remanence_T": b_r,
            "coercivity_b_kA_m": 1e-3 * curves.coercivity_b[0],
            "coercivity_kA_m": 1e-3 * h_cj,
            "knee_field_kA_m": 1e-3 * h_k,
            "squareness": h_k / h_cj,
            "max_energy_product_kJ_m3": 1e-3 * product.max(axis=1),
            "recoil_permeability": recoil,
        }
        if self.measured:
            for name in figures:
                values = [getattr(one, name) for one in self.measured]
                figures[name] = np.array(values)
        figures |= {
            "load_line": np.full(b_r.shape, curves.load_line),
            "working_field_kA_m": -1e-3 * curves.working_field[0],
            "working_induction_T": curves.working_induction[0],
        }
        figures["irreversible_loss_pct"] = Duty(curves.load_line).loss(
            b_r, h_cj, h_k, recoil
        )
        head = {"candidate": self.name, "temperature_K": curves.temperature}
        return pd.DataFrame(head | figures)

    def text(
        self,
        form: Form = "csv",
        at: int = 0,
        kind: Kind = "BH",
        bare: bool = False,
    ) -> str:
        """Write the curve at one temperature as a field solver reads it.

        Parameters
        ----------
        form : {"csv", "femm", "elmer", "pyleecan", "table", "comsol", "maxwell", "motorcad"}
            "csv" is two columns, H (A/m, rising from -H_cB or -H_cJ to 0) and
            B or J (T), with commas between; "femm", "elmer" and "pyleecan" are
            the material of that program. The last four hold all temperatures:
            three columns, temperature (degrees C) first, for JMAG and others,
            a grid for COMSOL, pyaedt's dictionary for Maxwell, a section of
            Motor-CAD's solids database.
        at : int
            Number of the temperature, from 0, not negative. It must exist for every form, though
            those of all temperatures ignore it.
        kind : {"BH", "JH"}
            Which curve the columns of ``csv`` and ``table`` hold; the other forms take B(H).
        bare : bool
            Leave the comment, lines that begin with ``%``, the last of which
            names the columns, out of ``csv`` and ``table``; the other forms
            ignore it.

        Returns
        -------
        str
            Content of the file.

        Raises
        ------
        InputError
            If form or kind is unknown, or there is no such temperature.
        """
        _refuse_unknown("form", form, get_args(Form))
        _refuse_unknown("kind", kind, get_args(Kind))
        if not 0 <= at < self.curves.temperature.size:
            raise InputError(
                f"the curve has {self.curves.temperature.size} temperatures, got {at}"
            )
        if form in _FILES:
            return _render_template(self, form, at)
        return _csv(self, at if form == "csv" else None, kind, bare)

    def write(
        self,
        path: str | Path,
        form: Form = "csv",
        kind: Kind = "BH",
        bare: bool = False,
    ) -> list[Path]:
        """Write the curves, one file a temperature or one of all.

        Parameters
        ----------
        path : str or Path
            File to write, in a folder that exists. Its suffix is kept as it
            is, whatever the form. Of several files each is named by its
            temperature: ``n42sh.csv`` becomes ``n42sh-20C.csv`` and
            ``n42sh-150C.csv`` (22.5 degrees C: ``n42sh-22.5C.csv``), to four
            digits: of temperatures that agree to these the last stays. A
            single one has the name given. Old files are replaced.
        form, kind, bare : optional
            As of `text`. "table", "comsol", "maxwell" and "motorcad" make one file, the others one
            for each temperature.

        Returns
        -------
        list of Path
            The files, k of them or one, in the order of the temperatures.

        Raises
        ------
        InputError
            As `text`, and if a file cannot be written.
        """
        kelvin = self.curves.temperature[: 1 if form in WHOLE else None]
        texts = [self.text(form, at, kind, bare) for at in range(kelvin.size)]
        path = Path(path)
        files = []
        for celsius, text in zip(kelvin - ZERO_CELSIUS, texts, strict=True):
            file = path
            if len(texts) > 1:
                file = path.with_stem(f"{path.stem}-{celsius:.4g}C")
            with replacing(file) as temporary:
                temporary.write_text(text, encoding="utf-8")
            files.append(file)
        return files

    def to_magpylib(
        self, shape: str | Shape, along: Axis = "z", at: int = 0
    ) -> Any:
        """Return a magnet of magpylib with the polarization of one temperature.

        Its polarization is B_r, and its ``susceptibility`` the recoil permeability less 1 along the
        magnetization: with both ``apply_demag`` of magpylib-material-response finds the working
        point of each cell of an assembly. Without it the field is that of a magnet of B_r
        throughout.

        Parameters
        ----------
        shape : str or Shape
            As of `magnetkit.diffuse`: ``"40x15x5mm"``, ``"disc:20x5mm"``,
            ``"ring:40x20x5mm"`` (outer and inner diameter, height). The axis
            of a disc or ring is z.
        along : {"x", "y", "z"}
            Direction of magnetization, to the positive end of that axis.
        at : int
            Number of the temperature, from 0; IndexError beyond the last.

        Returns
        -------
        magpylib Cuboid, Cylinder or CylinderSegment
            Of a block, a disc or a ring, at the origin; lengths in m, polarization in T.
            ``susceptibility`` is a tuple of three numbers for x, y and z, 0 across `along`.

        Raises
        ------
        InputError
            If the shape or the direction cannot be read, or magpylib is missing.
        """
        try:
            import magpylib
        except ImportError:
            raise InputError(
                "needs magpylib: pip install 'magnetkit[magpylib]'"
            ) from None
        body = read_shape(shape)
        if along not in AXES:
            raise InputError(f"along must be x, y or z, got {along!r}")
        axis = np.eye(3)[AXES.index(along)]
        size = [1e-3 * length for length in body.size]
        kinds = magpylib.magnet
        kind = {"block": kinds.Cuboid, "disc": kinds.Cylinder}.get(
            body.kind, kinds.CylinderSegment
        )
        if body.kind == "ring":
            size = [0.5 * size[1], 0.5 * size[0], size[2], 0.0, 360.0]
        magnet = kind(
            dimension=size, polarization=self.curves.remanence[0, at] * axis
        )
        magnet.susceptibility = tuple((self.curves.recoil[0, at] - 1.0) * axis)
        return magnet


def _refuse_unknown(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Raise InputError if `value`, of the argument `name`, is none of `choices`.

    The message has `name`, all `choices`, a tuple of texts, and `value`. Case counts. Nothing is
    returned.
    """
    if value not in choices:
        raise InputError(
            f"{name} must be one of {', '.join(choices)}, got {value!r}"
        )


def _header_lines(curve: Curve, at: int) -> list[str]:
    """Write the head of a curve's file at one temperature: name, figures and source.

    Parameters
    ----------
    curve : Curve
        The curves of a magnet: ``name``, ``bound``, ``source``, ``beyond`` and ``curves`` count.
    at : int
        Number of the temperature, from 0.

    Returns
    -------
    list of str
        Lines without line ends or comment marks. The first is "EXTRAPOLATED: "
        and the reason if the curve is extrapolated. Then come seven: name with
        temperature (degrees C and K) and bound ("centre", "lower end", "upper
        end" or "guaranteed"); "B_r = 1.2345 T"; H_cB, H_cJ and H_k (A/m) and
        mu_rec in the same form; and last "From: " and the source.
    """
    curves = curve.curves
    celsius = curves.temperature[at] - ZERO_CELSIUS
    ends = {"low": "lower end", "high": "upper end"}
    end = ends.get(curve.bound, curve.bound)
    lines = [
        f"{curve.name} at {celsius:.4g} C ({curves.temperature[at]:.2f} K), {end}",
        f"B_r = {curves.remanence[0, at]:.4f} T",
        f"H_cB = {curves.coercivity_b[0, at]:.0f} A/m",
        f"H_cJ = {curves.coercivity[0, at]:.0f} A/m",
        f"H_k = {curves.knee_field[0, at]:.0f} A/m (J = 0.9 B_r)",
        f"mu_rec = {curves.recoil[0, at]:.4g}",
        f"From: {curve.source}",
    ]
    if any(curve.beyond[at : at + 1]):
        lines.insert(0, f"EXTRAPOLATED: {curve.beyond[at]}")
    return lines


def _joint_header_lines(curve: Curve) -> list[str]:
    """Write the head of a file of all temperatures: a line for each, then the source of `curve`.

    The result is a list of k + 1 texts without line ends or comment marks. A
    line of a temperature has what `_header_lines` gives but for the source,
    joined by "; ". The last is "From: " and the source.
    """
    lines = []
    for at in range(curve.curves.temperature.size):
        *figures, source = _header_lines(curve, at)
        lines.append("; ".join(figures))
    return [*lines, source]


def _name(curve: Curve, at: int | None = None) -> str:
    """Write a name of the material that every program accepts.

    Characters of the name of `curve` other than letters, digits, blanks and
    ``.-+()`` become ``_``. Letters of other alphabets stay. The temperature
    number `at`, from 0, follows in degrees C, such as " 150C" or " 22.5C",
    unless `at` is None; then the bound, such as " low", unless it is "centre".
    """
    plain = "".join(
        c if c.isalnum() or c in ".-+() " else "_" for c in curve.name
    )
    if at is not None:
        plain += f" {curve.curves.temperature[at] - ZERO_CELSIUS:.4g}C"
    if curve.bound != "centre":
        plain += f" {curve.bound}"
    return plain


def _points(curve: Curve, at: int, kind: Kind | None = None) -> FloatArray:
    """List the points of one curve, with H rising to zero.

    Parameters
    ----------
    curve : Curve
        The curves of a magnet.
    at : int
        Number of the temperature, from 0.
    kind : {"BH", "JH"}, optional
        "BH" is B(H) from -H_cB on, where B is 0, "JH" J(H) from -H_cJ on;
        without it B(H) from -H_cJ on.

    Returns
    -------
    ndarray of float64, shape (m, 2)
        H, A/m, zero or negative, and B or J, T; the last row is at H = 0. A new array.
    """
    curves = curve.curves
    field = curves.field[0, at, ::-1]
    values = curves.induction[0, at, ::-1]
    if kind == "JH":
        values = curves.polarization[0, at, ::-1]
    if kind == "BH":
        inside = field >= -curves.coercivity_b[0, at]
        # Bisection leaves 1e-16 T of B at H_cB.
        field = field[inside]
        values = np.where(np.abs(values[inside]) < 1e-9, 0.0, values[inside])
    return np.column_stack([field, values]) + 0.0


def _csv(curve: Curve, at: int | None, kind: Kind, bare: bool) -> str:
    """Write one or all curves as CSV.

    Parameters
    ----------
    curve : Curve
        The curves of a magnet.
    at : int or None
        Number of the temperature, from 0, for two columns, H (A/m) and B or J (T); None for three
        of all temperatures in their order, the first in degrees C.
    kind : {"BH", "JH"}
        B(H) or J(H).
    bare : bool
        Leave out the head, lines that begin with ``%``.

    Returns
    -------
    str
        Numbers with commas between, without a row of headings: the last line
        of the head names the columns. H rises to 0 at each temperature, B(H)
        from -H_cB and J(H) from -H_cJ on. Ends in a line end.
    """
    what = (
        "magnetic flux density B (T)" if kind == "BH" else "polarization J (T)"
    )
    columns = f"field H (A/m), {what}"
    rows = []
    if at is not None:
        head = _header_lines(curve, at)
        for h, b in _points(curve, at, kind):
            rows.append(f"{h:.8g},{b:.8g}")
    else:
        head = _joint_header_lines(curve)
        columns = f"temperature (C), {columns}"
        for k, celsius in enumerate(curve.curves.temperature - ZERO_CELSIUS):
            for h, b in _points(curve, k, kind):
                rows.append(f"{celsius:.6g},{h:.8g},{b:.8g}")
    if not bare:
        comment = [f"% {line}" for line in (*head, f"Columns: {columns}")]
        rows = comment + rows
    return "\n".join(rows) + "\n"


def _grid(curve: Curve) -> list[Any]:
    """Sample B over field and temperature for a solver.

    `curve` has the curves of k temperatures, in any order. The fields reach to the largest H_cB;
    beyond its own H_cJ a magnet is taken to have no J left.

    Returns
    -------
    list of three lists
        Fields (A/m, from minus the largest H_cB of all temperatures up to 0);
        temperatures (K, rising); and for each temperature a list of B (T,
        negative beyond H_cB) at the fields.
    """
    curves = curve.curves
    order = np.argsort(curves.temperature)
    # Closer than this they would be written alike.
    fields = np.unique(np.round(curves.field[0], 1))
    fields = fields[fields >= -curves.coercivity_b.max() - 0.1] + 0.0
    rows = []
    for at in order:
        field, polarization = _points(curve, at, "JH").T
        induction = np.interp(fields, field, polarization) + MU_0 * fields
        rows.append((induction + 0.0).tolist())
    return [fields.tolist(), curves.temperature[order].tolist(), rows]


def _render_template(curve: Curve, form: str, at: int) -> str:
    """Write a curve's file in a format by its template.

    Parameters
    ----------
    curve : Curve
        The curves of a magnet.
    form : {"femm", "elmer", "pyleecan", "comsol", "maxwell", "motorcad"}
        A key of `_FILES`; KeyError otherwise.
    at : int
        Number of the temperature, from 0, for formats that hold one; the
        others ignore it.

    Returns
    -------
    str
        Content of the file, with a line end; of a JSON format indented by one blank. NaN of density
        or resistivity is left to the template as None.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    curves = curve.curves
    records = []
    for k, kelvin in enumerate(curves.temperature):
        record = {
            "remanence": float(curves.remanence[0, k]),
            "recoil": float(curves.recoil[0, k]),
            "h_cb": float(curves.coercivity_b[0, k]),
            "h_cj": float(curves.coercivity[0, k]),
            "celsius": float(kelvin) - ZERO_CELSIUS,
            "name": _name(curve, k),
            "head": _header_lines(curve, k),
            "points": _points(curve, k).tolist(),
            "shifted": np.column_stack(_shifted_curve(curve, k)).tolist(),
        }
        records.append(record)
    values = {
        "one": records[at],
        "each": records,
        "head": _joint_header_lines(curve),
        "name": _name(curve),
        "rho": _without_nan(curve.resistivity_uohm_m),
        "density": _without_nan(curve.density_kg_m3),
        "room": curve.room_remanence_T,
        "mu_0": MU_0,
        "grid": lambda: _grid(curve),
    }
    loader = PackageLoader("magnetkit", "curves/templates")
    environment = Environment(
        loader=loader, undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.trim_blocks = True
    environment.filters["g"] = lambda value, digits: f"{value:.{digits}g}"
    text = environment.get_template(_FILES[form]).render(values)
    if ".json" in _FILES[form]:
        return json.dumps(json.loads(text), indent=1) + "\n"
    return text


def _without_nan(value: float) -> float | None:
    """Return `value`; None in place of NaN."""
    if np.isnan(value):
        return None
    return value


def _shifted_curve(curve: Curve, at: int) -> tuple[FloatArray, FloatArray]:
    """Shift the B(H) of one temperature so that it begins at the origin.

    Parameters
    ----------
    curve : Curve
        The curves of a magnet.
    at : int
        Number of the temperature, from 0.

    Returns
    -------
    induction : ndarray of float64, shape (m,)
        B, T, rising from 0. The last point lies beyond remanence, on the recoil line.
    field : ndarray of float64, shape (m,)
        H + H_cB, A/m, rising from 0; the last is 2 H_cB. Points beyond H_cB
        are left out, so that m depends on the temperature. New arrays.
    """
    curves = curve.curves
    h_cb = curves.coercivity_b[0, at]
    inside = curves.field[0, at] >= -h_cb
    h = curves.field[0, at][inside][::-1] + h_cb
    b = curves.induction[0, at][inside][::-1]
    b[0] = h[0] = 0.0
    # In the first quadrant the magnet follows its recoil line, which both programs prolong.
    return (
        np.append(
            b, curves.remanence[0, at] + curves.recoil[0, at] * MU_0 * h_cb
        ),
        np.append(h, 2.0 * h_cb),
    )

"""A grade, or a recipe of its producer, with heavy rare earth put in, as `magnetkit.replace` judges it.

What is guaranteed, and its errors, are those of a melt of the same producer, by one function.
"""

from dataclasses import dataclass
from dataclasses import replace as with_fields
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._constants import DEVIATIONS_90
from ..alloy.table import CompositionTable
from ..choose._beside import weight_text
from ..choose._candidates import GUARANTEED_KNEE, judge_melts
from ..choose._request import Request, incumbent_of_grade, with_makeup
from ..magnetism._evidence import DISTANCE
from ..magnetism._measured import COERCIVITY
from ..magnetism._stages import GUARANTEED
from ._local import (
    AMOUNTS,
    Magnet,
    added_wt_pct,
    alloyed_table,
    any_shell,
    count_magnets,
    shell_texts,
)

if TYPE_CHECKING:
    from ..magnetism.conditions import Conditions

_REMANENCE = "remanence_T"


@dataclass(frozen=True, eq=False)
class GradeMagnets:
    """The magnets of a grade's producer at each temperature.

    Attributes
    ----------
    grade : str
        What is in use, or what predictions rest on.
    table : CompositionTable
        The base alloy, one row.
    conditions : Conditions
    is_grade : bool
        Whether the magnet is the grade as sold; a recipe of its producer otherwise.
    """

    grade: str
    table: CompositionTable
    conditions: "Conditions"
    is_grade: bool

    def diffused(
        self, element: str, kelvin: float, most_wt_pct: float
    ) -> Magnet:
        """Build the `Magnet` of the base alloy with an element diffused in, by its content.

        Parameters
        ----------
        element : str
            Diffused element, "Tb" or "Dy".
        kelvin : float
            Temperature, K.
        most_wt_pct : float
            Largest content in use, % of mass.

        Returns
        -------
        Magnet
            At the contents `AMOUNTS`, 0 to 8 %, before the first that makes no magnet: ``amount``
            (%), ``remanence`` (T), ``coercivity`` (A/m) and ``squareness`` (H_k / H_cJ) have an
            entry for each. They are guaranteed values.

        Raises
        ------
        InputError
            If the alloy makes no magnet there.
        """
        shells = shell_texts(element)
        texts = [weight_text(self.table, 0)] * len(shells)
        return self._magnet(
            element, kelvin, texts, shells, AMOUNTS, most_wt_pct
        )

    def make_alloy(self, element: str, kelvin: float) -> Magnet:
        """Build the `Magnet` of the base alloy with part of its rare earth replaced, by its content.

        `element` replaces it, "Tb" or "Dy"; `kelvin` is the temperature, K. Contents are what is
        added to the alloy's own, % of mass, and have no limit. The `Magnet` has the fields that
        `diffused` names. InputError if the alloy makes no magnet there.
        """
        alloys = alloyed_table(self.table, element)
        texts = [weight_text(alloys, row) for row in range(len(alloys))]
        amounts = added_wt_pct(alloys, element)
        return self._magnet(
            element, kelvin, texts, [""] * len(texts), amounts, np.inf
        )

    def _magnet(
        self,
        element: str,
        kelvin: float,
        texts: list[str],
        shells: list[str],
        amounts: Any,
        most_wt_pct: float,
    ) -> Magnet:
        """Build the magnet of recipes with shells at one temperature, by its content.

        Parameters
        ----------
        element : str
            Diffused or alloyed element, such as "Tb".
        kelvin : float
            Temperature, K.
        texts, shells : list of str
            Recipes in wt.%, which the text does not name, such as
            "B1Fe69Nd30", and shells such as "Tb 0.4 wt%", one for each
            content; an empty text is no shell.
        amounts : ndarray
            Contents, %, rising from 0, one for each of `texts`.
        most_wt_pct : float
            Largest content in use, %.

        Returns
        -------
        Magnet
            Contents from the first that makes no magnet on are left out. ``sold`` is the magnet in
            use if the base is a grade, None if it is a recipe calibrated on one.

        Raises
        ------
        InputError
            If one of the first two contents makes no magnet.
        """
        frame = self._judge(kelvin, texts, shells)
        whole = frame.iloc[1:]
        end = count_magnets(whole, texts[0], element)
        sold_magnet = None
        if self.is_grade:
            # Nothing is put on it.
            sold_magnet = _make_magnet(
                frame.iloc[:1], element, np.zeros(1), np.inf
            )
        rows = whole.iloc[:end]
        return _make_magnet(
            rows, element, amounts[:end], most_wt_pct, sold_magnet
        )

    def _judge(
        self, kelvin: float, texts: list[str], shells: list[str]
    ) -> Any:
        """Judge recipes with shells as a replacement of the grade does, at `kelvin`, K.

        Parameters
        ----------
        kelvin : float
            Temperature, K.
        texts, shells : list of str
            Recipes in wt.%, which the text does not name, such as
            "B1Fe69Nd30", and their shells such as "Tb 0.4 wt%", one for one;
            an empty text is no shell.

        Returns
        -------
        pandas.DataFrame
            Columns of `judge_melts`, among them ``status``, ``remanence_guaranteed_T``,
            ``coercivity_guaranteed_kA_m`` and ``knee_guaranteed_kA_m``. It has 1 + len(texts) rows;
            the magnet in use is the first, then the recipes in their order. Process and calibration
            of the conditions do not count.
        """
        import pandas as pd

        conditions = with_fields(
            self.conditions,
            temperature=(kelvin,),
            process=None,
            calibration=None,
        )
        request = Request(conditions, on_duty=True)
        incumbent = with_makeup(
            incumbent_of_grade(self.grade, request), request
        )
        assert incumbent.makeup is not None
        own_recipe = incumbent.makeup.best
        frame = pd.DataFrame(
            {
                "composition": [own_recipe.text, *texts],
                "shell": [own_recipe.shell, *shells],
                "way": "diffused",
                "route": own_recipe.route,
            }
        )
        with any_shell():
            return judge_melts(incumbent, own_recipe, request, {}, frame).table


def _make_magnet(
    frame: Any,
    element: str,
    amounts: Any,
    most_wt_pct: float,
    sold: Magnet | None = None,
) -> Magnet:
    """Build the magnet that a table of judged recipes describes.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns of `judge_melts`, one row a content:
        ``remanence_guaranteed_T``, ``coercivity_guaranteed_kA_m``,
        ``knee_guaranteed_kA_m``, ``remanence_T`` and ``coercivity_kA_m`` with
        ``_lo`` and ``_hi``, ``temperature_K``, ``recoil``, ``density_kg_m3``
        and ``evidence_distance`` are required. B_r, H_cJ and knee of the
        result are the guaranteed values at the one temperature of the table.
    element : str
        The element whose content rises, such as "Tb".
    amounts : ndarray, one for each row
        Contents, wt.%, rising from 0.
    most_wt_pct : float
        Largest content, wt.%; infinity for none.
    sold : Magnet, optional
        The magnet before more is diffused into it.

    Returns
    -------
    Magnet
        ``shares_producer`` is True. ``remanence`` is in T, ``coercivity`` in
        A/m, and ``squareness`` is knee over H_cJ; ``recoil`` and ``density``
        (kg/m3) are those of the first row.
    """
    remanence = frame[GUARANTEED[_REMANENCE]].to_numpy(float)
    coercivity = 1e3 * frame[GUARANTEED[COERCIVITY]].to_numpy(float)
    knee = 1e3 * frame[GUARANTEED_KNEE].to_numpy(float)
    return Magnet(
        element=element,
        temperature_K=float(frame["temperature_K"].iloc[0]),
        amount=np.asarray(amounts, float),
        remanence=remanence,
        coercivity=coercivity,
        remanence_ends=_ends(remanence, frame, _REMANENCE),
        coercivity_ends=_ends(coercivity, frame, COERCIVITY),
        squareness=knee / coercivity,
        recoil=float(frame["recoil"].iloc[0]),
        density=float(frame["density_kg_m3"].iloc[0]),
        most_wt_pct=most_wt_pct,
        distance=frame[DISTANCE].to_numpy(float),
        shares_producer=True,
        sold=sold,
    )


def _ends(values: Any, frame: Any, quantity: str) -> Any:
    """Compute values a standard deviation lower, and higher, (2, m), in the unit of `values`, (m,).

    `frame` has m rows with the ends ``_lo`` and ``_hi``, of 90 %, of the column `quantity`, such as
    "remanence_T" for ``remanence_T_lo``. Their ratio is the interval of a ratio, the same on both
    sides.
    """
    whole = np.log(frame[f"{quantity}_hi"] / frame[f"{quantity}_lo"]).to_numpy(
        float
    )
    factor = np.exp(whole / (2.0 * DEVIATIONS_90))
    return np.array([values / factor, values * factor])

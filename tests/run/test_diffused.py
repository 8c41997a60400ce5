"""What is diffused into a grade, where only the element is known."""

import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.magnetism._composition_estimate import estimate_composition
from magnetkit.run._diffused import estimate_shell


@pytest.fixture(scope="module")
def own():
    """Give the likeliest recipe of N42SH that has something diffused in."""
    estimate = estimate_composition(mk.grades("N42SH").iloc[0])
    return next(recipe for recipe in estimate.recipes if recipe.shell)


def test_a_shell_of_the_element_is_kept(own):
    element = own.shell.split()[0]
    assert element in ("Tb", "Dy")
    assert estimate_shell("N42SH", element) == (own.text, own.shell)


def test_another_element_gives_the_same_coercivity(own):
    (element,) = {"Tb", "Dy"} - {own.shell.split()[0]}
    recipe, shell = estimate_shell("N42SH", element)
    assert recipe == own.text
    name, amount, unit = shell.split()
    assert (name, unit) == (element, "wt%")
    # In tenths of a per cent up to 1.5, as furnaces diffuse.
    amounts = [0.1 * k for k in range(1, 16)]
    texts = [f"{element} {one:.1f} wt%" for one in amounts]
    assert shell in texts
    alloys = mk.CompositionTable.from_strings([recipe] * 16, basis="weight")
    coercivity = mk.magnetism.sintered(
        alloys, "20C", shell=[own.shell, *texts]
    )["coercivity_kA_m"].to_numpy()
    gaps = abs(coercivity[1:] - coercivity[0])
    assert float(amount) == pytest.approx(amounts[gaps.argmin()])


def test_names_what_is_not_diffused():
    with pytest.raises(InputError, match="diffused must be Tb or Dy, got 'Ho"):
        estimate_shell("N42SH", "Ho")
    with pytest.raises(InputError, match="has anything diffused in; give"):
        estimate_shell("Recoma 35E", "Tb")

"""What is screened where nobody says what: today's magnet, then the space around it."""

import pytest

from magnetkit.applications import load
from magnetkit.errors import InputError
from magnetkit.ranking.judged import replace
from magnetkit.run.candidates import profile_space


@pytest.mark.parametrize("shell", ["Tb 0.5 wt%", None])
def test_todays_magnet_leads_with_its_own_shell(shell):
    profile = load("aviation-actuator")
    reference = profile.reference.model_copy(update={"shell": shell})
    first = profile_space(replace(profile, reference=reference)).leading[0]
    assert tuple(first) == (profile.reference.formula, shell or "")


def test_a_device_without_a_space_asks_for_candidates():
    with pytest.raises(InputError, match="give a candidate table"):
        profile_space(replace(load("aviation-actuator"), space=()))

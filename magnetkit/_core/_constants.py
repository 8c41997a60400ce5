"""Numbers that kernels and the package share; kernels import nothing heavier than this."""

# CODATA 2022 (https://physics.nist.gov/constants); checked against scipy.constants in the tests.
# Written out because importing scipy costs the command line 50 ms.
MU_0 = 1.25663706127e-6
"""Vacuum permeability, T m/A."""
K_B = 1.380649e-23
"""Boltzmann constant, J/K."""
MU_B = 9.2740100657e-24
"""Bohr magneton, J/T."""
N_A = 6.02214076e23
"""Avogadro constant, 1/mol."""
ZERO_CELSIUS = 273.15
"""0 degrees C in K."""
ROOM_K = 293.15
"""20 degrees C in K."""
DEVIATIONS_90 = 1.6448536269514722
"""Half of a 90 % interval of a normal distribution, in standard deviations."""

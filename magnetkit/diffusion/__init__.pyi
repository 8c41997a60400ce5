from ._local import demagnetization_history as demagnetization_history
from .diffuse import Diffusion as Diffusion
from .diffuse import diffuse as diffuse
from .diffuse import needed_by_temperature as needed_by_temperature

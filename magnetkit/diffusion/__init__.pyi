from ._local import flux_against as flux_against
from .diffuse import Diffusion as Diffusion
from .diffuse import diffuse as diffuse
from .diffuse import needed_by_temperature as needed_by_temperature

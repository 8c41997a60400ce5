from .answer import Diffusion as Diffusion
from .demagnetized import flux_against as flux_against
from .diffuse import diffuse as diffuse
from .temperatures import needed_by_temperature as needed_by_temperature

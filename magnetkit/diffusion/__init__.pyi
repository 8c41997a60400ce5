from .answer import Diffusion as Diffusion
from .diffuse import diffuse as diffuse

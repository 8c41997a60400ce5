from .crystals import on_crystals as on_crystals
from .printing import show as show
from .timing import run as run

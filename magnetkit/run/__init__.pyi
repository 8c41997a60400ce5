from .screen import ScreenResult as ScreenResult
from .screen import refined as refined
from .screen import screen as screen
from .suggestion import suggest as suggest

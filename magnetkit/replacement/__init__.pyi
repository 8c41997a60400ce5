from .makeup import Makeup as Makeup
from .makeup import makeup as makeup
from .replace import Replacement as Replacement
from .replace import replace as replace

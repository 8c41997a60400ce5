from .compensation import compensation as compensation
from .devices import bill as bill
from .devices import parts as parts
from .replace import Replacement as Replacement
from .replace import replace as replace

"""Intrinsic properties at temperature, and the magnet made of them."""

# Functions share the names of their modules: imported here, the name means the function.
from .comparators import comparators as comparators
from .compensation import compensate as compensate
from .demagnetization import demagnetization as demagnetization
from .export import write_material as write_material
from .intrinsic import evaluate as evaluate
from .intrinsic import intrinsic as intrinsic
from .intrinsic import transitions as transitions
from .process import Process as Process
from .process import assumption as assumption
from .shell import Shell as Shell
from .shell import with_shell as with_shell
from .sintered import sintered as sintered
from .sintered import sintered_at as sintered_at

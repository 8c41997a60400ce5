from . import applications as applications
from . import catalogue as catalogue
from . import columns as columns
from . import composition as composition
from . import elements as elements
from . import errors as errors
from . import features as features
from . import kernels as kernels
from . import magnetism as magnetism
from . import phases as phases
from . import plots as plots
from . import report as report
from . import screening as screening
from . import settings as settings
from . import supply as supply
from . import surrogates as surrogates
from . import units as units
from .catalogue import grades as grades
from .composition import CompositionTable as CompositionTable
from .composition import parse_composition as parse_composition
from .composition import substitutions as substitutions
from .screening import predict as predict
from .screening import screen as screen
from .surrogates import explain as explain
from .surrogates import suggest as suggest

__version__: str

from .energy import EnergyModel as EnergyModel
from .explanation import explain as explain
from .models import load as load
from .models import predict_all as predict_all
from .models import train as train
from .training_sets import TARGETS as TARGETS
from .training_sets import TrainingSet as TrainingSet
from .training_sets import training_set as training_set

from .conditions import Conditions as Conditions
from .predict import compare as compare
from .predict import predict as predict

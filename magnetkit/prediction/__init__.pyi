from .comparison import compare as compare
from .conditions import Conditions as Conditions
from .predict import predict as predict

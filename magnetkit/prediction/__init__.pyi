from .comparison import compare as compare
from .conditions import ConditionKeywords as ConditionKeywords
from .conditions import Conditions as Conditions
from .conditions import with_conditions as with_conditions
from .predict import predict as predict

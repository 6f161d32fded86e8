from keras_dl4.datasets.algorithmic import AssociativeRecallTask
from keras_dl4.datasets.algorithmic import CopyTask
from keras_dl4.datasets.algorithmic import DynamicNGramsTask
from keras_dl4.datasets.algorithmic import PrioritySortTask
from keras_dl4.datasets.algorithmic import RepeatCopyTask
from keras_dl4.datasets.algorithmic import SequenceTask
from keras_dl4.datasets.algorithmic import optimal_ngram_predictions

__all__ = [
    "AssociativeRecallTask",
    "CopyTask",
    "DynamicNGramsTask",
    "PrioritySortTask",
    "RepeatCopyTask",
    "SequenceTask",
    "optimal_ngram_predictions",
]

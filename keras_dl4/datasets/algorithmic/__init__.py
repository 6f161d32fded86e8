from keras_dl4.datasets.algorithmic.associative_recall import (
    AssociativeRecallTask,
)
from keras_dl4.datasets.algorithmic.copy import CopyTask
from keras_dl4.datasets.algorithmic.dynamic_ngrams import DynamicNGramsTask
from keras_dl4.datasets.algorithmic.dynamic_ngrams import (
    optimal_ngram_predictions,
)
from keras_dl4.datasets.algorithmic.priority_sort import PrioritySortTask
from keras_dl4.datasets.algorithmic.repeat_copy import RepeatCopyTask
from keras_dl4.datasets.algorithmic.sequence_task import SequenceTask

__all__ = [
    "AssociativeRecallTask",
    "CopyTask",
    "DynamicNGramsTask",
    "PrioritySortTask",
    "RepeatCopyTask",
    "SequenceTask",
    "optimal_ngram_predictions",
]

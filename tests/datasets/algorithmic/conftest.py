"""The tasks, one at a time."""

import pytest

from keras_dl4.datasets import AssociativeRecallTask
from keras_dl4.datasets import CopyTask
from keras_dl4.datasets import DynamicNGramsTask
from keras_dl4.datasets import PrioritySortTask
from keras_dl4.datasets import RepeatCopyTask

TASKS = [
    AssociativeRecallTask,
    CopyTask,
    DynamicNGramsTask,
    PrioritySortTask,
    RepeatCopyTask,
]


@pytest.fixture(params=TASKS, ids=lambda task: task.__name__)
def task_class(request):
    return request.param

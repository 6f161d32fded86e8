from keras_dl4.datasets.babi.generation import generate
from keras_dl4.datasets.babi.loading import load
from keras_dl4.datasets.babi.loading import read_directory
from keras_dl4.datasets.babi.story_dataset import StoryDataset
from keras_dl4.datasets.babi.story_questions import StoryQuestions
from keras_dl4.datasets.babi.tasks import TASK_NAMES
from keras_dl4.datasets.babi.text_format import format_questions
from keras_dl4.datasets.babi.text_format import parse
from keras_dl4.datasets.babi.text_format import read_file
from keras_dl4.datasets.babi.text_format import write_file

__all__ = [
    "TASK_NAMES",
    "StoryDataset",
    "StoryQuestions",
    "format_questions",
    "generate",
    "load",
    "parse",
    "read_directory",
    "read_file",
    "write_file",
]

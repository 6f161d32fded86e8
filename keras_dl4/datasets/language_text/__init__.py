from keras_dl4.datasets.language_text.generation import generate
from keras_dl4.datasets.language_text.loading import load
from keras_dl4.datasets.language_text.windows import word_streams
from keras_dl4.datasets.language_text.windows import word_windows
from keras_dl4.datasets.language_text.words import encode_words
from keras_dl4.datasets.language_text.words import make_vocabulary
from keras_dl4.datasets.language_text.words import split_words

__all__ = [
    "encode_words",
    "generate",
    "load",
    "make_vocabulary",
    "split_words",
    "word_streams",
    "word_windows",
]

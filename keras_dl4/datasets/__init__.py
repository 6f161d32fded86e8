from keras_dl4.datasets import babi
from keras_dl4.datasets import image_captions
from keras_dl4.datasets import language_text
from keras_dl4.datasets import shape_scenes
from keras_dl4.datasets.algorithmic import AssociativeRecallTask
from keras_dl4.datasets.algorithmic import CopyTask
from keras_dl4.datasets.algorithmic import DynamicNGramsTask
from keras_dl4.datasets.algorithmic import PrioritySortTask
from keras_dl4.datasets.algorithmic import RepeatCopyTask
from keras_dl4.datasets.algorithmic import SequenceTask
from keras_dl4.datasets.algorithmic import optimal_ngram_predictions
from keras_dl4.datasets.binarize import binarize
from keras_dl4.datasets.digits import load_digits
from keras_dl4.datasets.distorted_digits import AdditionDigits
from keras_dl4.datasets.distorted_digits import ClutteredDigits
from keras_dl4.datasets.distorted_digits import ColocalizationDigits
from keras_dl4.datasets.distorted_digits import DistortedDigits
from keras_dl4.datasets.distorted_digits import ElasticDigits
from keras_dl4.datasets.distorted_digits import ExtrudedDigits
from keras_dl4.datasets.distorted_digits import PlacedDigits
from keras_dl4.datasets.distorted_digits import ProjectedDigits
from keras_dl4.datasets.distorted_digits import RotatedDigits
from keras_dl4.datasets.distorted_digits import distort_digits
from keras_dl4.datasets.gaussian_mixture import GaussianMixture
from keras_dl4.datasets.rectangles import load_rectangles
from keras_dl4.datasets.shape_scenes import ShapeScenes
from keras_dl4.datasets.tag_structures import TagStructures
from keras_dl4.datasets.tfds_builders import register_tfds_builders

__all__ = [
    "AdditionDigits",
    "AssociativeRecallTask",
    "ClutteredDigits",
    "ColocalizationDigits",
    "CopyTask",
    "DistortedDigits",
    "DynamicNGramsTask",
    "ElasticDigits",
    "ExtrudedDigits",
    "GaussianMixture",
    "PlacedDigits",
    "PrioritySortTask",
    "ProjectedDigits",
    "RepeatCopyTask",
    "RotatedDigits",
    "SequenceTask",
    "ShapeScenes",
    "TagStructures",
    "babi",
    "binarize",
    "distort_digits",
    "image_captions",
    "language_text",
    "load_digits",
    "load_rectangles",
    "optimal_ngram_predictions",
    "register_tfds_builders",
    "shape_scenes",
]

from keras_dl4.datasets.distorted_digits.addition_digits import AdditionDigits
from keras_dl4.datasets.distorted_digits.cluttered_digits import ClutteredDigits
from keras_dl4.datasets.distorted_digits.colocalization_digits import (
    ColocalizationDigits,
)
from keras_dl4.datasets.distorted_digits.distort_digits import distort_digits
from keras_dl4.datasets.distorted_digits.distorted_digits import DistortedDigits
from keras_dl4.datasets.distorted_digits.elastic_digits import ElasticDigits
from keras_dl4.datasets.distorted_digits.extruded_digits import ExtrudedDigits
from keras_dl4.datasets.distorted_digits.placed_digits import PlacedDigits
from keras_dl4.datasets.distorted_digits.projected_digits import ProjectedDigits
from keras_dl4.datasets.distorted_digits.rotated_digits import RotatedDigits

__all__ = [
    "AdditionDigits",
    "ClutteredDigits",
    "ColocalizationDigits",
    "DistortedDigits",
    "ElasticDigits",
    "ExtrudedDigits",
    "PlacedDigits",
    "ProjectedDigits",
    "RotatedDigits",
    "distort_digits",
]

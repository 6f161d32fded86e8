"""Families of spatial transforms: parameters in, sampling grids out."""

from keras_dl4.transforms.affine import Affine
from keras_dl4.transforms.attention import Attention
from keras_dl4.transforms.dense_flow import DenseFlow
from keras_dl4.transforms.projective import Projective
from keras_dl4.transforms.rotation import Rotation
from keras_dl4.transforms.similarity import Similarity
from keras_dl4.transforms.thin_plate_spline import ThinPlateSpline
from keras_dl4.transforms.transform import Transform
from keras_dl4.transforms.transform import get
from keras_dl4.transforms.translation import Translation

__all__ = [
    "Affine",
    "Attention",
    "DenseFlow",
    "Projective",
    "Rotation",
    "Similarity",
    "ThinPlateSpline",
    "Transform",
    "Translation",
    "get",
]

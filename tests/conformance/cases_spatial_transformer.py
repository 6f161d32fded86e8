"""Spatial transformers, and the networks that tell them where to look.

Nothing starts from the identity: there, pixels are sampled at their centers,
where a gradient has two sides, and rounding decides between them.
"""

import keras
import numpy as np

from keras_dl4 import layers
from keras_dl4 import transforms
from tests.conformance.case import Case
from tests.conformance.case import normal

AFFINE = [0.83, 0.17, 0.11, -0.13, 0.91, -0.07]


def off_pixels(transform, number=None, seed=2):
    """Parameters of one or several transforms, near the identity."""
    start = transform.identity()
    lead = () if number is None else (number,)
    noise = np.random.default_rng(seed).normal(size=(*lead, start.size))
    return (start + 0.1 * noise).astype("float32").tolist()


def volumes_and_params():
    start = transforms.Affine(rank=3).identity()
    noise = np.random.default_rng(1).normal(size=(2, 4, start.size))
    params = (start + 0.1 * noise).astype("float32")
    return [normal(4, 2, 3, 4, 2)(), *params]


def affine_of_any_size():
    localization = keras.Sequential(
        [
            keras.layers.Conv2D(3, 2, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            layers.TransformRegressor("affine", AFFINE),
        ]
    )
    return layers.SpatialTransformer(
        "affine",
        localization,
        padding="border",
        align_corners=True,
        initial_params=AFFINE,
        bounded=0.5,
        param_scale=0.5,
        gradient_scale=0.5,
        return_params=True,
        return_grid=True,
    )


def learned_thin_plate_spline():
    transform = transforms.ThinPlateSpline((3, 2), learn_target=True)
    return layers.SpatialTransformer(
        transform,
        "fcn",
        (4, 3),
        padding=0.5,
        initial_params=off_pixels(transform),
        antialias=2,
    )


def composed_affine_of_volumes():
    return layers.SpatialTransformer(
        transforms.Affine(rank=3), None, padding="reflection"
    )


def parallel_projective():
    transform = transforms.Projective()
    return layers.ParallelSpatialTransformer(
        2,
        transform,
        ["fcn", "fcn"],
        (3, 4),
        merge="concatenate",
        initial_params=off_pixels(transform, 2),
        return_params=True,
        data_format="channels_first",
    )


IMAGES = normal(4, 6, 5, 2)

SPATIAL_TRANSFORMER_CASES = [
    Case(
        "LocalizationNetwork",
        "layer",
        lambda: layers.LocalizationNetwork("cnn", "channels_first"),
        normal(4, 2, 6, 5),
        (None, 20),
    ),
    Case(
        "TransformRegressor",
        "layer",
        lambda: layers.TransformRegressor("affine", [AFFINE, AFFINE[::-1]]),
        normal(4, 5),
        (None, 2, 6),
        pinned_float32=True,
    ),
    Case(
        "SpatialTransformer",
        "layer",
        affine_of_any_size,
        IMAGES,
        ((None, None, None, 2), (None, 6), (None, None, None, 2)),
        dynamic_axes=(1, 2),
    ),
    Case(
        "SpatialTransformer/learned_thin_plate_spline",
        "layer",
        learned_thin_plate_spline,
        IMAGES,
        (None, 4, 3, 2),
    ),
    Case(
        "SpatialTransformer/fed_parameters",
        "layer",
        composed_affine_of_volumes,
        volumes_and_params,
        (None, None, None, None, 2),
        dynamic_axes={"0": (1, 2, 3)},
    ),
    Case(
        "ParallelSpatialTransformer",
        "layer",
        parallel_projective,
        normal(4, 3, 6, 5),
        ((None, 6, 3, 4), (None, 2, 8)),
    ),
]

"""Bad input ends in an error that says what to do."""

import keras
import numpy as np
import pytest

from keras_dl4 import transforms
from keras_dl4.layers import SpatialTransformer

IMAGES = np.ones((2, 28, 28, 1), "float32")
PARAMS = np.tile(np.eye(2, 3, dtype="float32").reshape(1, 6), (2, 1))


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"transform": "afine"}, "'?affine'?.*'?thin_plate_spline'?"),
        ({"localization": "rnn"}, r"\('cnn', 'fcn'\), a Keras layer.*'rnn'"),
        ({"localization": 6}, "localization=6"),
        ({"localization": ["cnn"]}, "ParallelSpatialTransformer"),
        ({"interpolation": "cubic"}, "'bilinear', 'nearest', 'bicubic'.*cubic"),
        ({"padding": "wrap"}, "'zeros', 'border', 'reflection'.*'wrap'"),
        ({"padding": True}, "padding=True"),
        ({"padding": float("nan")}, "padding=nan"),
        ({"padding": np.zeros(2)}, "padding=array"),
        ({"localization": np.zeros(2)}, "localization=array"),
        ({"align_corners": "no"}, "`align_corners` must be True or False.*no"),
        ({"return_params": 1}, "`return_params` must be True or False.*1"),
        ({"return_grid": None}, "`return_grid` must be True or False.*None"),
        ({"initial_params": "tiled"}, r"shape \(6,\) for Affine.*tiled"),
        ({"initial_params": [[1.0], [1.0, 2.0]]}, r"shape \(6,\) for Affine"),
        ({"data_format": "NHWC"}, "'channels_first', 'channels_last'.*'NHWC'"),
        ({"output_size": 28}, r"\(height, width\), 2 ints.*output_size=28"),
        ({"output_size": (28,)}, r"\(height, width\)"),
        ({"output_size": (28, 0)}, r"ints >= 1.*\(28, 0\)"),
        ({"output_size": (28, 28.0)}, r"\(28, 28.0\)"),
        ({"bounded": 0.0}, "`bounded` must be None or a float > 0.*0.0"),
        ({"bounded": True}, "bounded=True"),
        ({"param_scale": -1.0}, "`param_scale` must be a float > 0.*-1.0"),
        ({"gradient_scale": -0.1}, "`gradient_scale` must be a float >= 0"),
        ({"antialias": 1.5}, "`antialias` must be None or an int >= 1.*1.5"),
        ({"initial_params": [1.0]}, r"shape \(6,\) for Affine.*\[1.0\]"),
        ({"initial_params": np.ones((2, 6))}, r"shape \(6,\) for Affine"),
        (
            {
                "interpolation": "bicubic",
                "transform": transforms.Affine(rank=3),
            },
            "bicubic.*rank 3.*'bilinear'",
        ),
    ],
)
def test_wrong_arguments_raise(kwargs, message):
    with pytest.raises(ValueError, match=message):
        SpatialTransformer(**kwargs)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.ones((2, 28, 28), "float32"), r"\(batch, height, width, channels"),
        (np.ones((2, 4, 28, 28, 1), "float32"), "rank 2.*another `rank`"),
        (np.ones((2, 28, 28, 1), "uint8"), "floats.*'uint8'.*Rescaling"),
        (keras.KerasTensor((None, 28, 28, None)), "number of channels"),
        (keras.KerasTensor((None, 28, 28, 1), "int32"), "floats.*'int32'"),
        ([IMAGES], "1 inputs.*without a list"),
        ([IMAGES, PARAMS[:, :4]], r"Affine expects 6.*have 4 \(shape \(2, 4\)"),
        ([IMAGES, PARAMS, PARAMS[0]], r"Affine expects 6.*\(shape \(6,\)"),
    ],
)
def test_wrong_inputs_raise(images, message):
    with pytest.raises(ValueError, match=message):
        SpatialTransformer("affine")(images)


@pytest.mark.parametrize("wrong", [(None, 9, 3), [(None, 9, 9, 3), (None, 4)]])
def test_wrong_shapes_have_no_output_shape(wrong):
    with pytest.raises(ValueError, match="Received|have 4"):
        SpatialTransformer("affine").compute_output_shape(wrong)


@pytest.mark.parametrize("wrong", [IMAGES[..., 0], IMAGES.astype("int32")])
def test_wrong_inputs_of_a_built_layer_raise(wrong):
    layer = SpatialTransformer("affine", "fcn")
    layer(IMAGES)
    with pytest.raises(ValueError, match="Received"):
        layer(wrong)


def test_images_of_channels_first_are_not_taken_for_others():
    layer = SpatialTransformer("affine", "fcn", data_format="channels_first")
    message = "channels, height, width.*3, 9"
    with pytest.raises(ValueError, match=message):
        layer(np.ones((2, 3, 9), "float32"))


def test_localization_of_another_width_raises_and_says_how_to_end_it():
    network = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])
    message = (
        r"Affine expects 6 parameters.*localization network returned 10.*"
        "End it with `keras_dl4.layers.TransformRegressor`.*6 units"
    )
    with pytest.raises(ValueError, match=message):
        SpatialTransformer("affine", network)(IMAGES)


def test_images_alone_raise_where_parameters_are_to_be_fed():
    with pytest.raises(ValueError, match=r"takes \[images, params\]"):
        SpatialTransformer("affine", localization=None)(IMAGES)
    built_with_parameters = SpatialTransformer("affine")
    built_with_parameters([IMAGES, PARAMS])
    with pytest.raises(ValueError, match="images alone"):
        built_with_parameters(IMAGES)


@pytest.mark.parametrize(
    "kwargs",
    [
        {"bounded": 0.5},
        {"param_scale": 0.1},
        {"gradient_scale": 0.1},
        {"localization": keras.layers.Dense(6)},
    ],
)
def test_options_without_effect_on_fed_parameters_raise(kwargs):
    with pytest.raises(ValueError, match=f"used as they are.*{[*kwargs][0]}"):
        SpatialTransformer("affine", **kwargs)([IMAGES, PARAMS])


def test_unknown_size_without_global_pooling_raises():
    with pytest.raises(ValueError, match="fixed size.*global pooling"):
        SpatialTransformer("affine")(keras.Input((None, None, 1)))


def test_transform_that_cannot_be_composed_raises():
    layer = SpatialTransformer("thin_plate_spline", localization=None)
    start = transforms.ThinPlateSpline().identity()[None]
    params = np.tile(start, (2, 1)).astype("float32")
    with pytest.raises(ValueError, match="not closed under.*composition"):
        layer([IMAGES, params, params])

"""What the arguments and inputs of spatial transformers have to be."""

import math
import numbers

import keras

from keras_dl4.layers.localization import ARCHITECTURES
from keras_dl4.ops.grid_sample import PADDINGS
from keras_dl4.ops.grid_sample import is_padding

_INTERPOLATIONS = ("bilinear", "nearest", "bicubic")


def _is_real(value):
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return is_number and math.isfinite(value)


def _is_size(value):
    is_int = isinstance(value, numbers.Integral) and value is not True
    return is_int and value >= 1


# Argument: whether a value is right, and what it has to be.
_RANGES = {
    "bounded": (
        lambda value: value is None or (_is_real(value) and value > 0),
        "None or a float > 0",
    ),
    "param_scale": (
        lambda value: _is_real(value) and value > 0,
        "a float > 0",
    ),
    "gradient_scale": (
        lambda value: _is_real(value) and value >= 0,
        "a float >= 0",
    ),
    "antialias": (
        lambda value: value is None or _is_size(value),
        "None or an int >= 1",
    ),
}


def check_arguments(layer, lead):
    """Checks the attributes of a new spatial transformer.

    Args:
        layer: The layer.
        lead: Tuple, `(number of warps,)`, or `()` for one without an axis.

    Raises:
        ValueError: If one of them is of another kind or out of range.
    """
    _check_sampling(layer)
    _check_localization(layer.localization, lead)
    rank, size = layer.transform.rank, layer.output_size
    is_sequence = isinstance(size, list | tuple)
    if size is not None and not (
        is_sequence and len(size) == rank and all(map(_is_size, size))
    ):
        axes = "(height, width)" if rank == 2 else "(depth, height, width)"
        raise ValueError(
            f"`output_size` must be {axes}, {rank} ints >= 1, or None for the "
            f"size of the input. Received: output_size={size!r}."
        )
    for name, (is_right, expected) in _RANGES.items():
        value = getattr(layer, name)
        if not is_right(value):
            raise ValueError(
                f"`{name}` must be {expected}. Received: {name}={value!r}."
            )


def _check_sampling(layer):
    if layer.interpolation not in _INTERPOLATIONS:
        raise ValueError(
            f"`interpolation` must be one of {_INTERPOLATIONS}. "
            f"Received: interpolation={layer.interpolation!r}."
        )
    if layer.interpolation == "bicubic" and layer.transform.rank == 3:
        raise ValueError(
            "There is no bicubic interpolation of volumes. Received: "
            "interpolation='bicubic' with a transform of rank 3. Use "
            "'bilinear'."
        )
    if not is_padding(layer.padding):
        raise ValueError(
            f"`padding` must be one of {PADDINGS}, or a float to fill with. "
            f"Received: padding={layer.padding!r}."
        )
    for name in ("align_corners", "return_params", "return_grid"):
        value = getattr(layer, name)
        if not isinstance(value, bool):
            raise ValueError(
                f"`{name}` must be True or False. Received: {name}={value!r}."
            )


def _check_localization(localization, lead):
    is_list = isinstance(localization, list | tuple)
    for network in localization if is_list else [localization]:
        is_known = isinstance(network, keras.layers.Layer | None) or (
            isinstance(network, str) and network in ARCHITECTURES
        )
        if not is_known:
            raise ValueError(
                f"`localization` must be one of {ARCHITECTURES}, a Keras layer "
                "from images to parameters, or None if parameters are fed in. "
                f"Received: localization={network!r}."
            )
    if is_list and ((len(localization),) != lead or None in localization):
        number = lead[0] if lead else "no"
        raise ValueError(
            "A list of localization networks has one for each transform of a "
            "`ParallelSpatialTransformer`. Received: "
            f"{len(localization)} networks, {number} parallel transforms. "
            "Give as many, or a single one."
        )


def split(inputs):
    """Splits what a layer is called with, tensors or their shapes.

    Args:
        inputs: Images, or a list of images and one or more sets of
            parameters.

    Returns:
        Tuple of the images and the list of parameters.

    Raises:
        ValueError: If it is a list of nothing but images.
    """
    is_list = isinstance(inputs, list | tuple)
    # The shape of a single input is a tuple, too.
    if not is_list or all(n is None or isinstance(n, int) for n in inputs):
        return inputs, []
    if len(inputs) < 2:
        raise ValueError(
            "A list of inputs is [images, params], or with several params to "
            f"compose. Received: {len(inputs)} inputs. Give the images alone, "
            "without a list."
        )
    return inputs[0], list(inputs[1:])


def check_images_shape(shape, transform, data_format):
    """Checks the shape of images.

    Args:
        shape: Tuple, the shape.
        transform: The transform.
        data_format: `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: If they are of another rank, or without known channels.
    """
    axes = ["height", "width"] if transform.rank == 2 else []
    axes = axes or ["depth", "height", "width"]
    channels_axis = 1 if data_format == "channels_first" else -1
    axes.insert(0 if channels_axis == 1 else len(axes), "channels")
    if len(shape) != transform.rank + 2:
        raise ValueError(
            f"A {type(transform).__name__} of rank {transform.rank} expects "
            f"images of shape (batch, {', '.join(axes)}). Received: shape "
            f"{tuple(shape)}. Add the missing axis with `keras.ops.expand_dims`"
            ", or give the transform another `rank`."
        )
    if shape[channels_axis] is None:
        raise ValueError(
            "The number of channels must be known. Received: images of shape "
            f"{tuple(shape)}, with {data_format!r}. Give it in `keras.Input`, "
            "or set another `data_format`."
        )


def check_images_dtype(dtype):
    """Checks the dtype of images.

    Args:
        dtype: The dtype.

    Raises:
        ValueError: If it is not a float.
    """
    if not keras.backend.is_float_dtype(dtype):
        raise ValueError(
            "Images must be floats to be interpolated. Received: dtype="
            f"{keras.backend.standardize_dtype(dtype)!r}. Convert them with "
            "`keras.ops.cast(images, 'float32')` or `keras.layers.Rescaling`."
        )


def check_params_shape(shape, transform, lead, subject):
    """Checks the shape of parameters.

    Args:
        shape: Tuple, the shape.
        transform: The transform.
        lead: Tuple, the axes between the batch and the parameters.
        subject: String, who gave them, to begin what is reported.

    Raises:
        ValueError: If the shape is another.
    """
    width = transform.num_params
    flat = math.prod((*lead, width))
    if tuple(shape[1:]) in ((*lead, width), (flat,)):
        return
    name = type(transform).__name__
    number = f"{lead[0]} times {width}" if lead else f"{width}"
    last = shape[-1] if len(shape) > 1 else "no axis"
    raise ValueError(
        f"{name} expects {number} parameters an image, shape (batch, "
        f"{', '.join(map(str, (*lead, width)))}); {subject} {last} (shape "
        f"{tuple(shape)}). End it with `keras_dl4.layers.TransformRegressor`, "
        f"or with a dense layer of {flat} units."
    )


def check_is_built_for(networks, fed):
    """Checks that a built layer can do what it is called for.

    Args:
        networks: List of the localization networks that were built.
        fed: List of the parameters that are fed.

    Raises:
        ValueError: If there are neither.
    """
    if not networks and not fed:
        raise ValueError(
            "A spatial transformer without a localization network takes "
            "[images, params]. Received: images alone. Feed parameters, or "
            "make a new layer with a `localization` and call it with images."
        )


def check_only_fed(layer):
    """Refuses what would have no effect on parameters that are fed.

    Args:
        layer: The layer.

    Raises:
        ValueError: If anything for a localization network is set.
    """
    unused = {
        name: getattr(layer, name)
        for name, default in (
            ("bounded", None),
            ("param_scale", 1.0),
            ("gradient_scale", 1.0),
        )
        if getattr(layer, name) != default
    }
    if not isinstance(layer.localization, str | type(None)):
        unused["localization"] = layer.localization
    if unused:
        raise ValueError(
            "Parameters that are fed in are used as they are. Received: "
            f"[images, params], and for a localization network {unused}. "
            "Leave that out, or call the layer with images alone."
        )

"""What several models share is still shared in a `.keras` file.

Keras marks a layer in the config of a model when it meets the layer for the
second time. By then a nested model has copied its config, and the mark is lost
(https://github.com/keras-team/keras/issues/10898): the layer is loaded twice.
A test tells when Keras no longer needs this.
"""

import types

from keras.src.backend.common import global_state  # noqa: TID251


def keep_shared(layer):
    """Lets `.keras` files keep that several models use `layer`.

    Args:
        layer: `keras.layers.Layer`; saving it asks for its build config.
    """
    layer.get_build_config = types.MethodType(_build_config, layer)


def _build_config(layer):
    """The build config, and a sign for Keras that it has seen the layer."""
    configs = global_state.get_global_attribute(
        "shared_objects/id_to_config_map"
    )
    if configs is not None:  # Otherwise no file is being written.
        configs.setdefault(id(layer), {})
    return type(layer).get_build_config(layer)

"""What a Neural Turing Machine asks of its controller, a cell or a layer."""

import inspect

import keras
from keras import ops
from keras import tree


def make_controller(controller, units, dtype_policy):
    """Gives the Keras cell or layer that a controller argument stands for.

    Args:
        controller: `"lstm"`, `"dense"`, or a Keras cell or layer.
        units: Positive int, width of an `"lstm"` or `"dense"` controller.
        dtype_policy: Dtype policy of an `"lstm"` or `"dense"` controller.

    Returns:
        `keras.layers.Layer`.

    Raises:
        ValueError: If `controller` is none of these, or not float32.
    """
    if controller == "lstm":
        return keras.layers.LSTMCell(units, dtype=dtype_policy, name="lstm")
    if controller == "dense":
        return keras.layers.Dense(
            units, activation="tanh", dtype=dtype_policy, name="dense"
        )
    is_layer = isinstance(controller, keras.layers.Layer)
    if not is_layer or isinstance(controller, keras.layers.RNN):
        raise ValueError(
            "`controller` must be 'lstm', 'dense', or a Keras cell or layer "
            f"of one step. Received: controller={controller!r}. Give an "
            "`LSTMCell` in place of an `LSTM`."
        )
    check_float32(controller)
    return controller


def check_float32(layer):
    """Refuses a layer of another dtype.

    Args:
        layer: `keras.layers.Layer`.

    Raises:
        ValueError: If it, or a layer inside it, does not compute in float32.
    """
    if layer.compute_dtype != "float32":
        raise ValueError(
            "A Neural Turing Machine and its controller compute in float32. "
            f"Received: dtype={layer.dtype_policy.name!r} of {layer.name!r}. "
            "Give a controller dtype='float32', and the machine no dtype; a "
            "mixed precision policy may stay set for the other layers."
        )
    for name in ("layers", "cells"):
        for part in getattr(layer, name, ()):
            check_float32(part)


class ControllerAdapter:
    """A Keras cell, or a layer, behind one interface with flat states.

    Args:
        layer: The Keras cell or layer.
    """

    def __init__(self, layer):
        self.layer = layer
        self.is_cell = hasattr(layer, "state_size")
        self._has_masks = False
        parameters = inspect.signature(layer.call).parameters
        self._takes_training = "training" in parameters

    @property
    def state_sizes(self):
        """Flat list of the last axes of the states; empty for a layer."""
        return tree.flatten(self.layer.state_size) if self.is_cell else []

    def build(self, input_shape):
        """Builds the layer.

        Args:
            input_shape: Tuple `(batch, input_dim)`.

        Returns:
            Int, the width of the output.
        """
        if not self.layer.built:
            self.layer.build(input_shape)
        if not self.is_cell:
            return self.layer.compute_output_shape(input_shape)[-1]
        return getattr(self.layer, "output_size", None) or self.state_sizes[0]

    def get_initial_state(self, batch_size):
        """Gives the flat list of states that the cell itself starts from.

        Args:
            batch_size: Int or scalar tensor.

        Returns:
            List of tensors `(batch_size, size)`.
        """
        if not self.is_cell:
            return []
        return tree.flatten(self.layer.get_initial_state(batch_size=batch_size))

    def __call__(self, inputs, states, training):
        drops = any(
            cell.dropout or cell.recurrent_dropout
            for cell in self._dropout_cells
        )
        if training and drops and not self._has_masks:
            raise ValueError(
                "A controller with dropout draws its masks before the first "
                f"step. Received: controller={self.layer.name!r} in a bare "
                "`NTMCell`. Use `keras_dl4.layers.NTM`, which does that."
            )
        kwargs = {}
        if self._takes_training:
            kwargs["training"] = training
        if not self.is_cell:
            return self.layer(inputs, **kwargs), []
        structure = self.layer.state_size
        if not tree.is_nested(structure):
            structure = [structure]
        outputs, states = self.layer(
            inputs, tree.pack_sequence_as(structure, states), **kwargs
        )
        return outputs, tree.flatten(states)

    @property
    def _dropout_cells(self):
        """Cells that use one dropout mask for all steps."""
        cells = getattr(self.layer, "cells", [self.layer])
        return [cell for cell in cells if hasattr(cell, "get_dropout_mask")]

    @property
    def only_reads_variables(self):
        """Whether a step assigns to no variable, such as a random seed."""
        mask_seeds = [cell.seed_generator.state for cell in self._dropout_cells]
        return all(
            variable.trainable or any(variable is seed for seed in mask_seeds)
            for variable in self.layer.variables
        )

    def prepare_dropout(self, batch_size):
        """Draws the dropout masks, once for all steps.

        Args:
            batch_size: Int or scalar tensor.
        """
        for cell in self._dropout_cells:
            input_dim = cell.kernel.shape[0]
            cell.get_dropout_mask(ops.ones((batch_size, input_dim)))
            cell.get_recurrent_dropout_mask(ops.ones((batch_size, cell.units)))
        self._has_masks = True

    def reset_dropout(self):
        """Drops the masks, so that the next batch draws new ones."""
        for cell in self._dropout_cells:
            cell.reset_dropout_mask()
            cell.reset_recurrent_dropout_mask()
        self._has_masks = False

"""The optimizers of several players, in one that Keras knows how to keep."""

import keras


@keras.saving.register_keras_serializable(package="keras_dl4")
class CompositeOptimizer(keras.optimizers.Optimizer):
    """Several optimizers, each for variables of its own, as `model.optimizer`.

    Keras saves, restores and hands to JAX the one optimizer of a model; an
    optimizer in another attribute of the model loses its state without a word.
    This one owns the others. It updates nothing itself: a training step
    applies each of `optimizers` and then calls `count_step`. Callbacks that
    change learning rates change those of all; `learning_rate` can be set, for
    all, but not read.

    Args:
        optimizers: List of `keras.optimizers.Optimizer`, all different.
        name: String. Defaults to `"composite_optimizer"`.

    Raises:
        ValueError: If an optimizer is given twice, or it is to be built for
            other than one list of variables for each.
        AttributeError: If `learning_rate` is read.
    """

    def __init__(self, optimizers, name="composite_optimizer"):
        super().__init__(learning_rate=0.0, name=name)
        optimizers = list(optimizers)
        if len({id(each) for each in optimizers}) < len(optimizers):
            raise ValueError(
                "Each player needs an optimizer of its own, which keeps state "
                f"for its variables. Received: {optimizers}, one of them "
                "twice. Make a second one with the same arguments."
            )
        self.optimizers = optimizers
        self._places = {}

    def build(self, variables):
        """Builds each optimizer, unless they are built.

        Args:
            variables: List of lists of variables, one for each optimizer.
        """
        if self.built:
            return
        if len(variables) != len(self.optimizers) or not all(
            isinstance(group, list | tuple) for group in variables
        ):
            raise ValueError(
                "Expected one list of variables for each of "
                f"{len(self.optimizers)} optimizers. Received: {variables}. "
                "The `compile` of the model does it."
            )
        # Places alone, since Keras takes variables in attributes for its own.
        for index, optimizer in enumerate(self.optimizers):
            optimizer.build(list(variables[index]))
            for place, variable in enumerate(variables[index]):
                self._places[id(variable)] = index, place
        super().build([variable for group in variables for variable in group])

    def count_step(self):
        """Adds 1 to `iterations`, the number of training steps."""
        self.iterations.assign_add(1)

    @property
    def learning_rate(self):
        raise AttributeError(
            "Optimizers of several players may have several learning rates. "
            "Received: a question for one. Read `learning_rate` of each of "
            "`optimizers`."
        )

    @learning_rate.setter
    def learning_rate(self, learning_rate):
        for optimizer in self.optimizers:
            optimizer.learning_rate = learning_rate

    @property
    def variables(self):
        return [
            *super().variables,
            *(v for optimizer in self.optimizers for v in optimizer.variables),
        ]

    def finalize_variable_values(self, var_list):
        """Keras calls it at the end of `fit`, for moving averages."""
        for index, optimizer in enumerate(self.optimizers):
            group = [v for v in var_list if self._places[id(v)][0] == index]
            group.sort(key=lambda variable: self._places[id(variable)])
            optimizer.finalize_variable_values(group)

    # Keras saves the optimizers inside as well, under their own names.

    def save_own_variables(self, store):
        """Saves the number of steps alone."""
        store["iterations"] = keras.ops.convert_to_numpy(self.iterations)

    def load_own_variables(self, store):
        """Loads the number of steps alone."""
        self.iterations.assign(store["iterations"])

    def get_config(self):
        return {
            "optimizers": [
                keras.saving.serialize_keras_object(optimizer)
                for optimizer in self.optimizers
            ],
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes the optimizer that has this config."""
        optimizers = [
            keras.saving.deserialize_keras_object(each, custom_objects)
            for each in config["optimizers"]
        ]
        return cls(optimizers, config["name"])

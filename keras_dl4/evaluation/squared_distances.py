"""Distances between all pairs of two sets, by a matrix product."""

import numpy as np

from keras_dl4.evaluation.batches import as_examples


class SquaredDistances:
    """Squared Euclidean distances of examples to the rows of one set.

    Args:
        name: String, what the caller calls the set.
        others: Array or tensor of shape `(num_others, ...)`, flattened if
            need be.

    Raises:
        ValueError: If a set is empty or not finite, or examples have another
            size than the set.

    Example:

    >>> from keras_dl4.evaluation.squared_distances import SquaredDistances
    >>> SquaredDistances("others", [[0.0], [3.0]])([[1.0]]).round(3)
    array([[1., 4.]])
    """

    def __init__(self, name, others):
        others = as_examples(name, others)
        others = others.reshape(len(others), -1)
        self.name = name
        # Smaller numbers lose less when a product is taken off their squares.
        self._center = others.mean(axis=0, dtype="float64")
        self._others, self._squares = self._centered(others)
        self.num_others, self.size = others.shape

    def as_rows(self, examples):
        """Float32 matrix of examples, as large as those of the set.

        Args:
            examples: Array or tensor of shape `(num_examples, ...)`.

        Raises:
            ValueError: If they are not finite, or have another size.
        """
        examples = as_examples("examples", examples)
        examples = examples.reshape(len(examples), -1)
        if examples.shape[1] != self.size:
            raise ValueError(
                f"Examples must be as large as {self.name}, {self.size} "
                f"numbers. Received: {examples.shape[1]} numbers each. Bring "
                "both to one shape and range."
            )
        return examples

    def __call__(self, examples):
        examples, squares = self._centered(self.as_rows(examples))
        distances = (examples @ self._others.T).astype("float64")
        distances *= -2.0
        distances += squares[:, np.newaxis]
        distances += self._squares
        return np.maximum(distances, 0.0, out=distances)

    def _centered(self, values):
        """The values around the center, float32, and their squared norms."""
        values = (values - self._center).astype("float32")
        return values, np.square(values, dtype="float64").sum(axis=1)

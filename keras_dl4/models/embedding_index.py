"""Vectors that are searched for the nearest ones."""

import numpy as np
from keras import ops


class EmbeddingIndex:
    """Vectors, of any length, in the order in which they were given.

    Args:
        vectors: Array `(number, dim)`.
    """

    def __init__(self, vectors):
        self.vectors = np.asarray(vectors, "float32")

    def nearest(self, queries, k, excluded=None):
        """The nearest vectors by scalar product; the first of equal ones.

        Args:
            queries: Array or tensor `(num_queries, dim)`.
            k: Positive int; fewer are returned where there are fewer.
            excluded: Int, a place that is no answer, or `None`. Defaults to
                `None`.

        Returns:
            `(places, scores)`, arrays `(num_queries, k)`, int64 and float32,
            best first.

        Raises:
            ValueError: If `k` is no positive int.
        """
        if not isinstance(k, int) or isinstance(k, bool) or k < 1:
            raise ValueError(
                f"`k` must be a positive int. Received: k={k!r}. It is the "
                "number of answers."
            )
        queries = np.asarray(ops.convert_to_numpy(queries), "float32")
        scores = queries @ self.vectors.T
        number = len(self.vectors)
        if excluded is not None:
            scores[:, excluded] = -np.inf
            number -= 1
        places = np.argsort(-scores, axis=1, kind="stable")[:, : min(k, number)]
        return places, np.take_along_axis(scores, places, axis=1)

"""Random numbers are those of Keras."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4 import backend

DRAWS = {
    "normal": (backend.random_normal, keras.random.normal),
    "uniform": (backend.random_uniform, keras.random.uniform),
}
# Also beyond what an int32 holds.
SEEDS = (0, 3, 2**31 + 5)


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_are_those_of_keras(name, seed):
    ours, keras_draw = DRAWS[name]
    generators = [keras.random.SeedGenerator(seed) for _ in range(2)]
    for shape in ((4, 3), (7,)):
        drawn = ours(shape, generators[0])
        assert keras.backend.standardize_dtype(drawn.dtype) == "float32"
        expected = keras_draw(shape, dtype="float32", seed=generators[1])
        np.testing.assert_array_equal(
            ops.convert_to_numpy(drawn), ops.convert_to_numpy(expected)
        )


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="compiles by tf.function"
)
@pytest.mark.parametrize("name", DRAWS)
def test_numbers_are_those_of_keras_under_xla(name):
    import tensorflow as tf

    ours, keras_draw = DRAWS[name]
    generators = [keras.random.SeedGenerator(5) for _ in range(2)]

    @tf.function(jit_compile=True)
    def draw():
        return ours((40, 3), generators[0]), keras_draw(
            (40, 3), dtype="float32", seed=generators[1]
        )

    for _ in range(2):
        drawn, expected = (each.numpy() for each in draw())
        np.testing.assert_allclose(drawn, expected, rtol=1e-5, atol=1e-6)

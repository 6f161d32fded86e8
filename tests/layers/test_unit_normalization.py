import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import UnitNormalization


def test_layer_normalizes_along_its_axis(rng):
    x = rng.normal(size=(3, 4, 5)).astype("float32")
    found = ops.convert_to_numpy(UnitNormalization(axis=1)(x))
    np.testing.assert_allclose((found**2).sum(1), 1.0, rtol=1e-5)


@pytest.mark.parametrize("epsilon", [0.0, -1e-6, float("nan"), 1.0])
def test_bad_epsilon_raises(epsilon):
    with pytest.raises(ValueError, match="`epsilon` must be .* Take the"):
        UnitNormalization(epsilon=epsilon)

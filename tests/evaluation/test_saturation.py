import numpy as np
import pytest
from keras import ops

from keras_dl4.evaluation import saturation


def test_saturation_counts_both_ends():
    # The ends of the middle are not saturated themselves.
    rates = np.array([[0.0, 0.04, 0.05, 0.3], [0.5, 0.95, 0.96, 1.0]])
    assert saturation(ops.convert_to_tensor(rates)) == 4 / 8
    assert saturation(rates, low=0.4, high=0.6) == 7 / 8
    assert isinstance(saturation(rates), float)


def test_tanh_counts_as_the_sigmoid_that_it_is(rng):
    x = rng.normal(scale=3.0, size=(50, 4))
    sigmoid = 1 / (1 + np.exp(-2 * x))
    found = saturation(np.tanh(x), activation_range=(-1.0, 1.0))
    assert 0.0 < found < 1.0
    assert found == saturation(sigmoid)


def test_bad_activations_or_ranges_raise():
    with pytest.raises(ValueError, match="from -1.0 to 0.0. Pass the range"):
        saturation([[-1.0, 0.0]])
    with pytest.raises(ValueError, match="to 1.5. Pass the range"):
        saturation([[0.0, 1.5]])
    with pytest.raises(ValueError, match="must increase"):
        saturation([[0.5]], activation_range=(1.0, 0.0))
    with pytest.raises(ValueError, match="must increase"):
        saturation([[0.5]], low=0.9, high=0.1)
    with pytest.raises(ValueError, match="`activations` must be finite"):
        saturation([[np.nan]])

import numpy as np
import pytest
from keras import ops

from keras_dl4.evaluation import active_units


def test_units_with_variance_above_the_threshold_are_active():
    # Means of -a and a have the variance a^2.
    scales = np.array([0.0, 0.09, 0.11, 3.0])
    means = 7.0 + np.array([[-1.0], [1.0]] * 5) * scales
    found = active_units(means)
    assert found.dtype == bool
    assert found.tolist() == [False, False, True, True]
    found = active_units(ops.convert_to_tensor(means), threshold=1.0)
    assert found.sum() == 1


def test_bad_means_or_thresholds_raise():
    for shape in ((1, 4), (3, 4, 5)):
        with pytest.raises(ValueError, match="`means` must have the shape"):
            active_units(np.ones(shape))
    with pytest.raises(ValueError, match="`means` must be finite"):
        active_units([[1.0], [np.inf]])
    with pytest.raises(ValueError, match="threshold=-1"):
        active_units(np.ones((2, 2)), -1)

"""A mean that keeps the gradient of one device on several."""

import keras
import numpy as np
import pytest

from keras_dl4.ops.batch_mean import batch_mean
from keras_dl4.ops.batch_mean import example_weights


def test_on_one_device_it_is_the_mean(rng):
    values = rng.normal(size=7).astype("float32")
    np.testing.assert_allclose(batch_mean(values), values.mean(), rtol=1e-5)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="it is about tf.distribute"
)
def test_means_of_replicas_add_up_to_the_mean_of_the_batch(strategy, rng):
    import tensorflow as tf

    values = rng.normal(size=8).astype("float32")
    shares = strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant(
            np.split(values, 2)[context.replica_id_in_sync_group]
        )
    )
    means = strategy.run(batch_mean, args=(shares,))
    total = sum(map(float, strategy.experimental_local_results(means)))
    np.testing.assert_allclose(total, values.mean(), rtol=1e-5)


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
def test_weights_are_one_an_example(shape):
    weights = example_weights(np.arange(3.0).reshape(shape))
    np.testing.assert_array_equal(weights, [0.0, 1.0, 2.0])
    assert example_weights(None) == 1.0


def test_weights_of_components_are_refused():
    with pytest.raises(ValueError, match=r"for each example.*\(3, 2\)"):
        example_weights(np.ones((3, 2)))

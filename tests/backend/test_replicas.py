"""What replicas know of each other."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.backend import all_gather
from keras_dl4.backend import all_reduce_mean
from keras_dl4.backend import all_reduce_sum
from keras_dl4.backend import replica_index

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="it is about tf.distribute"
)
REDUCTIONS = {
    "sum": (all_reduce_sum, np.sum),
    "mean": (all_reduce_mean, np.mean),
}


def on_replicas(strategy, function, per_replica, in_graph):
    """Results of `function(x)` on each replica, for its own `x`."""
    import tensorflow as tf

    values = strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant(
            per_replica[context.replica_id_in_sync_group]
        )
    )

    def run(values):
        return strategy.run(function, args=(values,))

    results = (tf.function(run) if in_graph else run)(values)
    return tf.nest.map_structure(
        lambda result: [
            r.numpy() for r in strategy.experimental_local_results(result)
        ],
        results,
    )


@pytest.mark.parametrize("name", REDUCTIONS)
def test_one_replica_has_index_zero_and_its_own_value(name, gradient_of):
    reduce, _ = REDUCTIONS[name]
    assert keras.backend.standardize_dtype(replica_index().dtype) == "int32"
    assert int(replica_index()) == 0
    np.testing.assert_array_equal(reduce([1.0, 5.0]), [1.0, 5.0])
    gradient = gradient_of(
        lambda x: ops.sum(ops.square(reduce(x))), at=np.float32([1.0, 5.0])
    )
    np.testing.assert_array_equal(gradient, [2.0, 10.0])


@needs_tensorflow
@pytest.mark.parametrize("in_graph", [False, True])
def test_each_replica_has_its_index(strategy, in_graph):
    found = on_replicas(
        strategy, lambda _: replica_index(), [0.0, 0.0], in_graph
    )
    assert [int(index) for index in found] == [0, 1]


@needs_tensorflow
def test_building_within_the_scope_is_on_no_replica(strategy):
    with strategy.scope():
        assert int(replica_index()) == 0
        assert float(all_reduce_sum(3.0)) == 3.0


@needs_tensorflow
@pytest.mark.parametrize("in_graph", [False, True])
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reduction_and_gradient_are_over_all_replicas(strategy, name, in_graph):
    """The loss is the mean over replicas of `replica weight * reduced^2`."""
    import tensorflow as tf

    reduce, expected = REDUCTIONS[name]

    def value_and_gradient(x):
        weight = tf.cast(replica_index() + 1, "float32")
        with tf.GradientTape() as tape:
            tape.watch(x)
            reduced = reduce(x)
            loss = weight * reduced**2 / strategy.num_replicas_in_sync
        return reduced, tape.gradient(loss, x)

    per_replica = np.float32([3.0, -7.0])
    reduced, gradients = on_replicas(
        strategy, value_and_gradient, per_replica, in_graph
    )
    total = expected(per_replica)
    np.testing.assert_array_equal(reduced, [total] * 2)
    # Of (1 + 2) / 2 * total^2, to either share.
    to_share = 1.0 if name == "sum" else 0.5
    np.testing.assert_allclose(gradients, [3.0 * total * to_share] * 2)


def test_one_replica_gathers_its_own_value():
    np.testing.assert_array_equal(all_gather([1.0, 5.0]), [1.0, 5.0])


@needs_tensorflow
@pytest.mark.parametrize("in_graph", [False, True])
@pytest.mark.parametrize("sizes", [(2, 2), (1, 3)])
def test_gathering_joins_values_and_sends_gradients_back(
    strategy, sizes, in_graph
):
    """The loss is the mean over replicas of `replica weight * sum x^2`."""
    import tensorflow as tf

    def value_and_gradient(rows):
        x = tf.range(rows, dtype="float32")[:, None] + 10.0 * tf.cast(
            replica_index() + 1, "float32"
        )
        weight = tf.cast(replica_index() + 1, "float32")
        with tf.GradientTape() as tape:
            tape.watch(x)
            gathered = all_gather(x)
            places = tf.range(1.0, 5.0)[:, None]
            loss = weight * tf.reduce_sum(places * gathered**2) / 2.0
        return gathered, tape.gradient(loss, x)

    gathered, gradients = on_replicas(
        strategy, value_and_gradient, np.int32(sizes), in_graph
    )
    x = np.concatenate(
        [i * 10.0 + np.arange(n) for i, n in enumerate(sizes, 1)]
    )
    np.testing.assert_array_equal(gathered, [x[:, None]] * 2)
    # Of (1 + 2) / 2 * sum of place * x^2.
    np.testing.assert_allclose(
        np.concatenate(gradients)[:, 0], 3.0 * np.arange(1, 5) * x
    )


class RateLoss(keras.layers.Layer):
    """Adds the mean over replicas as its loss."""

    def __init__(self, reduce):
        super().__init__()
        self.reduce = reduce
        self.built = True

    def call(self, inputs):
        self.add_loss(self.reduce(ops.mean(inputs)))
        return inputs


def losses_on_replicas(strategy, reduce):
    """Losses of a model of three layers, the outer ones without replicas."""
    model = keras.Sequential(
        [
            keras.Input((1,)),
            RateLoss(lambda x: 10.0 * x),
            RateLoss(reduce),
            RateLoss(lambda x: 100.0 * x),
        ]
    )

    def losses_of(x):
        model(x)
        return ops.stack(model.losses)

    return on_replicas(
        strategy, losses_of, np.float32([[[1.0]], [[3.0]]]), in_graph=True
    )


@needs_tensorflow
def test_losses_of_a_layer_are_those_of_the_replica(strategy):
    first, second = losses_on_replicas(strategy, all_reduce_mean)
    np.testing.assert_allclose(first, [10.0, 2.0, 100.0])
    np.testing.assert_allclose(second, [30.0, 2.0, 300.0])


@needs_tensorflow
def test_keras_still_mixes_the_losses_of_replicas(strategy):
    """Else `_losses_of_this_replica` is no longer needed."""
    import tensorflow as tf

    def reduce(x):
        context = tf.distribute.get_replica_context()
        return context and context.all_reduce(tf.distribute.ReduceOp.MEAN, x)

    first, second = losses_on_replicas(strategy, reduce)
    assert sorted(map(len, (first, second))) != [3, 3] or first[0] != 10.0

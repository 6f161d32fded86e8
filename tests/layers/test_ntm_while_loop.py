"""Weights are read once before TensorFlow's loop over time, not inside it.

A variable that is read inside is an intermediate result of every step, which
the gradient keeps for all of them: that once cost half of the speed.
"""

import keras
import numpy as np
import pytest

from keras_dl4.layers import NTM
from keras_dl4.layers import NTMCell

# No two sizes alike, so that a shape tells what a tensor is.
BATCH_SIZE, STEPS, DIM = 4, 5, 3
SIZES = {"controller_units": 11, "memory_size": 13, "word_dim": 7}

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="TensorFlow's while loop"
)


def training_graph(layer):
    import tensorflow as tf

    layer.build((BATCH_SIZE, STEPS, DIM))

    @tf.function
    def gradients(x):
        with tf.GradientTape() as tape:
            total = keras.ops.sum(layer(x))
        variables = [w.value for w in layer.trainable_weights]
        return tape.gradient(total, variables)

    x = tf.zeros((BATCH_SIZE, STEPS, DIM))
    return gradients.get_concrete_function(x).graph.as_graph_def()


def loop_bodies(graph):
    """Nodes of the loops over time, forwards and backwards, by loop."""
    functions = {f.signature.name: f for f in graph.library.function}
    loops = [node for node in graph.node if node.op.endswith("While")]
    return [functions[loop.attr["body"].func.name].node_def for loop in loops]


def stacked_shapes(graph):
    """Shapes of what the gradient keeps of each step."""
    from tensorflow import make_ndarray

    constants = {node.name: node for node in graph.node if node.op == "Const"}
    return {
        tuple(make_ndarray(constants[node.input[0]].attr["value"].tensor))
        for node in graph.node
        if node.op == "EmptyTensorList"
    }


def weight_shapes(layer):
    return {tuple(weight.shape) for weight in layer.weights}


def reads_inside(graph):
    return [
        node.name
        for body in loop_bodies(graph)
        for node in body
        if node.op == "ReadVariableOp"
    ]


CONTROLLERS = {
    "lstm": lambda: "lstm",
    "dense": lambda: "dense",
    "dropout": lambda: keras.layers.GRUCell(11, dropout=0.5),
}


@pytest.mark.parametrize("name", CONTROLLERS)
def test_no_weight_is_read_or_stacked_inside_the_loop(name):
    layer = NTM(5, CONTROLLERS[name](), **SIZES)
    graph = training_graph(layer)
    assert len(loop_bodies(graph)) == 2
    assert reads_inside(graph) == []
    stacked = stacked_shapes(graph)
    assert (BATCH_SIZE, 13, 7) in stacked, "the memory of each step"
    assert not stacked & weight_shapes(layer)


def test_a_plain_recurrence_reads_and_stacks_them():
    """What the test above looks for is there where nothing prevents it."""
    layer = keras.layers.RNN(NTMCell(5, **SIZES))
    graph = training_graph(layer)
    assert len(reads_inside(graph)) >= 5
    kernel = tuple(layer.cell.head_projection.kernel.shape)
    assert kernel in stacked_shapes(graph) & weight_shapes(layer)


def test_weights_are_read_anew_in_each_call(rng):
    import tensorflow as tf

    layer = NTM(5, **SIZES)
    layer.build((BATCH_SIZE, STEPS, DIM))
    x = rng.normal(size=(BATCH_SIZE, STEPS, DIM)).astype("float32")
    run = tf.function(layer)
    run(x)
    for weight in layer.trainable_weights:
        weight.assign(rng.normal(size=weight.shape))
    np.testing.assert_allclose(run(x), layer(x), rtol=1e-4, atol=1e-4)

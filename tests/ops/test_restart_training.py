"""Steps of several restarts at once, against each of them alone."""

import functools

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.backend import compiled_loop
from keras_dl4.ops.end_to_end_memory import EndToEndMemory
from keras_dl4.ops.restart_training import clip_each_table
from keras_dl4.ops.restart_training import judge_batch
from keras_dl4.ops.restart_training import mean_log_probability
from keras_dl4.ops.restart_training import train_on_batch
from keras_dl4.ops.sentence_encoding import blank_draws

WORDS, DIM, HOPS, MEMORIES, RESTARTS = 9, 3, 2, 6, 3
ARCHITECTURES = {
    "adjacent": {},
    "layerwise": {"weight_tying": "layerwise", "nonlinearity": "relu"},
    "masked bag": {"sentence_encoding": "bow", "mask_empty": True},
}


def architecture(num_restarts=RESTARTS, **options):
    return EndToEndMemory(
        WORDS, DIM, HOPS, MEMORIES, num_restarts=num_restarts, **options
    )


def tensors(structure):
    return keras.tree.map_structure(ops.convert_to_tensor, structure)


def arrays(structure):
    return keras.tree.map_structure(ops.convert_to_numpy, structure)


def normal_weights(rng, networks, scale=0.5):
    return {
        name: rng.normal(0.0, scale, shape).astype("float32")
        for name, shape in networks.weight_shapes.items()
    }


def one_restart(weights, restart):
    """The weights of a single network, cut out of those of all."""
    alone = {}
    for name, values in weights.items():
        if name == "transition":
            alone[name] = values[restart : restart + 1]
        else:
            apart = values.reshape(len(values), -1, RESTARTS, DIM)
            alone[name] = apart[:, :, restart].reshape(len(values), -1)
    return alone


def questions(rng, count=12):
    made = {
        "story": rng.integers(1, WORDS, (count, MEMORIES, 4)),
        "question": rng.integers(1, WORDS, (count, 3)),
        "answer": rng.integers(2, WORDS, (count,)),
    }
    for number, length in enumerate(rng.integers(1, MEMORIES + 1, count)):
        made["story"][number, length:] = 0
    return {name: values.astype("int32") for name, values in made.items()}


def numpy_clip(gradient, largest):
    """Table by table; `gradient` is of one network."""
    clipped = gradient.copy()
    width = DIM if gradient.ndim == 2 else gradient.shape[-1]
    for start in range(0, gradient.shape[-1], width):
        part = gradient[..., start : start + width]
        norm = np.sqrt(np.sum(part.astype("float64") ** 2))
        if norm > largest:
            clipped[..., start : start + width] = part * (largest / norm)
    return clipped


def numpy_cross_entropy(logits, answer):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    total = np.log(np.exp(shifted).sum(axis=-1))
    return total - shifted[np.arange(len(answer)), answer]


@pytest.mark.parametrize("largest", [0.4, 100.0])
@pytest.mark.parametrize("tying", ["adjacent", "layerwise"])
def test_each_table_of_each_restart_is_clipped_alone(rng, tying, largest):
    networks = architecture(weight_tying=tying)
    gradients = normal_weights(rng, networks, scale=0.1)
    gradients["words"][:, :DIM] *= 50.0
    clipped = {
        name: ops.convert_to_numpy(
            clip_each_table(networks, ops.convert_to_tensor(each), largest)
        )
        for name, each in gradients.items()
    }
    for restart in range(RESTARTS):
        before = one_restart(gradients, restart)
        for name, found in one_restart(clipped, restart).items():
            np.testing.assert_allclose(
                found, numpy_clip(before[name], largest), rtol=1e-5
            )


def test_gradient_of_zero_stays_zero():
    networks = architecture()
    zeros = ops.zeros(networks.weight_shapes["words"])
    clipped = clip_each_table(networks, zeros, 40.0)
    np.testing.assert_array_equal(ops.convert_to_numpy(clipped), 0.0)


@functools.cache
def compiled_training(name):
    """The networks and their loop, which is the same for a linear start."""
    networks = architecture(**ARCHITECTURES[name])
    step = functools.partial(train_on_batch, networks, 0.0)
    return networks, compiled_loop(step)


def summed_loss(network, weights, data, chosen, linear):
    """Of one network over a batch, by the loss of Keras."""
    logits, _ = network(
        weights,
        data["story"][chosen],
        data["question"][chosen],
        linear=linear,
    )
    losses = keras.losses.sparse_categorical_crossentropy(
        data["answer"][chosen], logits[:, 0], from_logits=True
    )
    return ops.sum(losses)


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_steps_are_those_of_each_restart_alone(rng, gradient_of, name, linear):
    networks, run = compiled_training(name)
    alone = architecture(1, **ARCHITECTURES[name])
    weights, data = normal_weights(rng, networks), questions(rng)
    order = rng.integers(12, size=(2, 5)).astype("int32")
    rate, largest = np.float32(0.05), np.float32(1.5)
    fed = {
        "questions": data,
        "order": order,
        "rate": rate,
        "clip": largest,
        "linear": np.bool_(linear),
    }
    state = tensors((weights, np.zeros(RESTARTS, "float32")))
    after, total = arrays(run(2, state, tensors(fed)))

    for restart in range(RESTARTS):
        single, sums = one_restart(weights, restart), 0.0
        for chosen in order:
            sums += float(summed_loss(alone, single, data, chosen, linear))
            gradients = {
                key: gradient_of(
                    lambda x, key=key, single=single, chosen=chosen: (
                        summed_loss(
                            alone, single | {key: x}, data, chosen, linear
                        )
                    ),
                    at=single[key],
                )
                for key in single
            }
            single = {
                key: value - rate * numpy_clip(gradients[key], largest)
                for key, value in single.items()
            }
        for key, found in one_restart(after, restart).items():
            np.testing.assert_allclose(found, single[key], atol=1e-5)
        np.testing.assert_allclose(total[restart], sums, rtol=1e-4)


def test_noise_moves_older_sentences_only_in_training(rng):
    """Draws without a blank change nothing; draws with one do."""
    networks = architecture()
    weights, data = normal_weights(rng, networks), questions(rng)
    shape = 1, 5, blank_draws(MEMORIES, 0.1)
    fed = {
        "questions": data,
        "order": rng.integers(12, size=(1, 5)).astype("int32"),
        "rate": np.float32(0.1),
        "clip": np.float32(40.0),
        "linear": np.bool_(False),
    }

    def losses(noise_rate, **draws):
        state = tensors((weights, np.zeros(RESTARTS, "float32")))
        data = tensors(fed | draws)
        return arrays(train_on_batch(networks, noise_rate, 0, state, data)[1])

    without = losses(0.0)
    none = losses(0.1, draws=np.zeros(shape, "float32"))
    some = losses(0.1, draws=np.full(shape, 0.999, "float32") * [1, 0])
    np.testing.assert_allclose(none, without, rtol=1e-6)
    assert np.all(abs(some - without) > 1e-4)


def test_judged_batches_count_what_is_not_padding(rng):
    networks = architecture()
    weights, data = normal_weights(rng, networks, 1.0), questions(rng)
    order = np.int32([[0, 1, 2, 3, 4], [5, 6, 0, 0, 0], [7, 7, 7, 7, 7]])
    counts = np.float32([[1] * 5, [1, 1, 0, 0, 0], [0] * 5])
    zeros = np.zeros(RESTARTS, "float32")
    sums = {
        "loss": zeros,
        "wrong": zeros,
        "ensemble_wrong": np.zeros(1, "float32"),
    }
    fed = {
        "weights": weights,
        "questions": data,
        "linear": np.bool_(False),
        "order": order,
        "counts": counts,
    }
    run = compiled_loop(functools.partial(judge_batch, networks))
    found = arrays(run(3, tensors(sums), tensors(fed)))

    counted, answer = slice(0, 7), data["answer"][:7]
    probabilities = 0.0
    for restart in range(RESTARTS):
        logits, _ = architecture(1)(
            one_restart(weights, restart),
            data["story"][counted],
            data["question"][counted],
        )
        logits = ops.convert_to_numpy(logits)[:, 0]
        np.testing.assert_allclose(
            found["loss"][restart],
            numpy_cross_entropy(logits, answer).sum(),
            rtol=1e-5,
        )
        wrong = np.sum(logits.argmax(axis=-1) != answer)
        assert found["wrong"][restart] == wrong
        exponentials = np.exp(logits)
        probabilities += exponentials / exponentials.sum(-1, keepdims=True)
    wrong = np.sum(probabilities.argmax(axis=-1) != answer)
    assert found["ensemble_wrong"] == [wrong]


def test_ensemble_averages_probabilities():
    logits = np.log(np.float32([[[0.9, 0.1], [0.3, 0.7]]])) + 5.0
    found = ops.exp(mean_log_probability(ops.convert_to_tensor(logits)))
    np.testing.assert_allclose(found, [[0.6, 0.4]], rtol=1e-5)


def test_ensemble_leaves_out_what_diverged():
    logits = np.log(np.float32([[[0.9, 0.1], [0.3, 0.7], [0.5, 0.5]]]))
    logits[0, 2, 0] = np.nan
    found = ops.exp(mean_log_probability(ops.convert_to_tensor(logits)))
    np.testing.assert_allclose(found, [[0.6, 0.4]], rtol=1e-5)

"""Bits per sequence, against NumPy and Keras' own loss."""

import math

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.metrics import BitsPerSequence
from keras_dl4.metrics import WrongBitsPerSequence

BATCH, TIME, CHANNELS = 6, 5, 3


@pytest.fixture
def data():
    """Targets, logits and weights; sequences of different lengths."""
    rng = np.random.default_rng(0)
    y_true = rng.integers(0, 2, (BATCH, TIME, CHANNELS)).astype("float32")
    logits = rng.normal(0, 4, (BATCH, TIME, CHANNELS)).astype("float32")
    lengths = np.array([5, 1, 3, 2, 4, 5])
    weights = (np.arange(TIME) < lengths[:, None]).astype("float32")
    return y_true, logits, weights


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits.astype("float64")))


def bits_reference(y_true, probability, weights):
    """Code length of each bit, one at a time: -log2 of what it was given."""
    per_sequence = []
    for targets, predicted, step_weights in zip(
        y_true, probability, weights, strict=True
    ):
        bits = 0.0
        for t, weight in enumerate(step_weights):
            for bit, p in zip(targets[t], predicted[t], strict=True):
                bits -= weight * math.log2(p if bit == 1 else 1 - p)
        per_sequence.append(bits)
    return float(np.mean(per_sequence))


def wrong_bits_reference(y_true, probability, weights):
    wrong = np.abs(y_true - np.round(probability)).sum(-1)
    return float((wrong * weights).sum(1).mean())


def metrics_and_references():
    return pytest.mark.parametrize(
        "metric_class, reference",
        [
            (BitsPerSequence, bits_reference),
            (WrongBitsPerSequence, wrong_bits_reference),
        ],
    )


@metrics_and_references()
def test_logits_match_reference(data, metric_class, reference):
    y_true, logits, weights = data
    expected = reference(y_true, sigmoid(logits), weights)
    value = float(metric_class()(y_true, logits, weights))
    assert value == pytest.approx(expected, rel=1e-5)


@metrics_and_references()
def test_probabilities_match_reference(data, metric_class, reference):
    y_true, logits, weights = data
    probability = sigmoid(logits)
    expected = reference(y_true, probability, weights)
    metric = metric_class(from_logits=False)
    assert float(metric(y_true, probability, weights)) == pytest.approx(
        expected, rel=1e-5
    )


@pytest.mark.parametrize("from_logits", [True, False])
def test_bits_match_keras_binary_crossentropy(data, from_logits):
    y_true, logits, _ = data
    y_pred = logits if from_logits else sigmoid(logits).astype("float32")
    mean_nats = keras.losses.BinaryCrossentropy(from_logits=from_logits)(
        y_true, y_pred
    )
    expected = float(mean_nats) / math.log(2) * TIME * CHANNELS
    value = float(BitsPerSequence(from_logits)(y_true, y_pred))
    assert value == pytest.approx(expected, rel=1e-5)


def test_soft_targets_give_their_cross_entropy():
    p = 0.25
    entropy = -p * math.log2(p) - (1 - p) * math.log2(1 - p)
    y_true = np.full((1, 1, 1), p)
    logit = np.full((1, 1, 1), math.log(p / (1 - p)))
    assert float(BitsPerSequence()(y_true, logit)) == pytest.approx(entropy)


@metrics_and_references()
def test_result_does_not_depend_on_the_batches(data, metric_class, reference):
    y_true, logits, weights = data
    metric = metric_class()
    for part in (slice(0, 1), slice(1, 2), slice(2, 6)):
        metric.update_state(y_true[part], logits[part], weights[part])
    expected = reference(y_true, sigmoid(logits), weights)
    assert float(metric.result()) == pytest.approx(expected, rel=1e-5)


@metrics_and_references()
def test_padding_does_not_change_the_result(data, metric_class, reference):
    y_true, logits, weights = data
    expected = float(metric_class()(y_true, logits, weights))
    garbage = np.full((BATCH, 4, CHANNELS), np.nan, "float32")
    garbage[:, 0] = np.inf
    padded = float(
        metric_class()(
            np.concatenate([y_true, garbage], 1),
            np.concatenate([logits, garbage], 1),
            np.concatenate([weights, np.zeros((BATCH, 4))], 1),
        )
    )
    assert padded == expected


@metrics_and_references()
def test_empty_sequence_is_not_counted(data, metric_class, reference):
    y_true, logits, weights = data
    expected = float(metric_class()(y_true, logits, weights))
    metric = metric_class()
    metric.update_state(y_true, logits, weights)
    metric.update_state(y_true[:2], logits[:2], np.zeros((2, TIME)))
    assert float(metric.result()) == expected


@metrics_and_references()
def test_weight_per_sequence_is_spread_over_its_steps(
    data, metric_class, reference
):
    y_true, logits, _ = data
    per_sequence = np.array([1.0, 0.5, 0.0, 2.0, 1.0, 1.0])
    per_step = np.repeat(per_sequence[:, None], TIME, axis=1)
    value = float(metric_class()(y_true, logits, per_sequence))
    assert value == float(metric_class()(y_true, logits, per_step))
    kept = per_sequence > 0
    expected = reference(y_true[kept], sigmoid(logits[kept]), per_step[kept])
    assert value == pytest.approx(expected, rel=1e-5)


@metrics_and_references()
def test_mask_counts_like_weights(data, metric_class, reference):
    y_true, logits, weights = data
    # The layer marks steps whose features are all 0; its output has the mask.
    masked = keras.layers.Masking()(
        ops.convert_to_tensor(logits * weights[..., None])
    )
    expected = reference(y_true, sigmoid(logits), weights)
    value = float(metric_class()(y_true, masked))
    assert value == pytest.approx(expected, rel=1e-5)
    half = float(metric_class()(y_true, masked, np.full(BATCH, 0.5)))
    assert half == pytest.approx(expected / 2, rel=1e-5)


def test_nan_prediction_shows_where_it_counts():
    y_true = np.zeros((1, 2, 1))
    y_pred = np.array([[[np.nan], [-1.0]]])
    assert math.isnan(BitsPerSequence()(y_true, y_pred))
    assert float(WrongBitsPerSequence()(y_true, y_pred)) == 1.0
    assert float(WrongBitsPerSequence()(1 - y_true, y_pred)) == 2.0


@pytest.mark.parametrize("logit", [1e4, -1e4, 1e30, 20.0])
def test_bits_are_exact_for_large_logits(logit):
    y_pred = np.full((1, 1, 1), logit, "float32")
    right = np.full((1, 1, 1), float(logit > 0))
    bits_if_right = float(BitsPerSequence()(right, y_pred))
    bits_if_wrong = float(BitsPerSequence()(1 - right, y_pred))
    tail = math.log1p(math.exp(-abs(logit))) / math.log(2)
    assert bits_if_right == pytest.approx(tail, rel=1e-5)
    assert bits_if_wrong == pytest.approx(abs(logit) / math.log(2), rel=1e-5)


def test_certain_and_wrong_probability_costs_a_finite_number_of_bits():
    one, zero = np.ones((1, 1, 1)), np.zeros((1, 1, 1))
    metric = BitsPerSequence(from_logits=False)
    expected = -math.log2(keras.config.epsilon())
    assert float(metric(one, zero)) == pytest.approx(expected, rel=1e-5)


def test_threshold_is_strict():
    one, zero = np.ones((1, 1, 1)), np.zeros((1, 1, 1))
    assert float(WrongBitsPerSequence()(zero, zero)) == 0.0
    assert float(WrongBitsPerSequence()(one, zero)) == 1.0
    half = np.full((1, 1, 1), 0.5)
    assert float(WrongBitsPerSequence(from_logits=False)(one, half)) == 1.0


@metrics_and_references()
def test_sums_are_float32_under_a_half_precision_dtype(metric_class, reference):
    metric = metric_class(dtype="float16")
    y_true = np.ones((64, 100, 20), "float16")  # 128,000 bits > 65,504
    y_pred = ops.cast(-np.ones((64, 100, 20)), "float16")
    for _ in range(3):
        metric.update_state(y_true, y_pred)
    weights = np.ones((1, 100))
    expected = reference(y_true[:1], sigmoid(-y_true[:1]), weights)
    assert float(metric.result()) == pytest.approx(expected, rel=1e-4)
    assert metric.dtype == "float16"


@metrics_and_references()
def test_result_is_zero_before_the_first_batch_and_after_a_reset(
    data, metric_class, reference
):
    metric = metric_class()
    assert float(metric.result()) == 0.0
    assert float(metric(*data)) > 0.0
    metric.reset_state()
    assert float(metric.result()) == 0.0


@metrics_and_references()
def test_config_round_trip(metric_class, reference):
    metric = metric_class(from_logits=False, name="bits", dtype="float16")
    config = keras.saving.serialize_keras_object(metric)
    restored = keras.saving.deserialize_keras_object(config)
    assert type(restored) is metric_class
    assert restored.get_config() == metric.get_config()
    assert restored.from_logits is False
    assert restored.name == "bits"


@pytest.mark.parametrize("jit_compile", [False, True])
def test_weighted_metrics_of_a_compiled_model(data, jit_compile):
    y_true, logits, weights = data
    model = keras.Sequential(
        [keras.Input((None, CHANNELS)), keras.layers.Identity()]
    )
    model.compile(
        loss="mse",
        weighted_metrics=[BitsPerSequence(), WrongBitsPerSequence()],
        jit_compile=jit_compile,
    )
    logs = model.evaluate(
        logits, y_true, sample_weight=weights, batch_size=4,
        return_dict=True, verbose=0,
    )  # fmt: skip
    probability = sigmoid(logits)
    assert logs["bits_per_sequence"] == pytest.approx(
        bits_reference(y_true, probability, weights), rel=1e-5
    )
    assert logs["wrong_bits_per_sequence"] == pytest.approx(
        wrong_bits_reference(y_true, probability, weights), rel=1e-5
    )


def test_metrics_come_back_with_a_saved_model(data, tmp_path):
    y_true, logits, weights = data
    model = keras.Sequential(
        [keras.Input((None, CHANNELS)), keras.layers.Dense(CHANNELS)]
    )
    model.compile(loss="mse", weighted_metrics=[WrongBitsPerSequence()])
    arguments = {"sample_weight": weights, "verbose": 0}
    model.fit(logits, y_true, **arguments)
    before = model.evaluate(logits, y_true, **arguments)
    model.save(tmp_path / "model.keras")
    restored = keras.saving.load_model(tmp_path / "model.keras")
    assert restored.evaluate(logits, y_true, **arguments) == before


@metrics_and_references()
def test_replicas_add_up(metric_class, reference):
    # What a distribution strategy does with the variables of each replica.
    aggregations = {v.aggregation for v in metric_class().variables}
    assert aggregations == {"sum"}


@metrics_and_references()
@pytest.mark.parametrize(
    "y_true_shape, y_pred_shape",
    [
        ((4, 3), (4, 3)),
        ((4, 3, 2), (4, 3)),
        ((4, 3, 2), (4, 3, 1)),
        ((4, 1, 2), (4, 3, 2)),
        ((4, 3, 2, 1), (4, 3, 2, 1)),
    ],
)
def test_wrong_shapes_raise(
    metric_class, reference, y_true_shape, y_pred_shape
):
    with pytest.raises(ValueError, match="Add an axis of size 1"):
        metric_class()(np.zeros(y_true_shape), np.zeros(y_pred_shape))


@metrics_and_references()
@pytest.mark.parametrize("shape", [(4, 3, 2), (4, 1), (3,), (4, 3, 1), ()])
def test_wrong_sample_weights_raise(metric_class, reference, shape):
    values = np.zeros((4, 3, 2))
    with pytest.raises(ValueError, match="Sum or squeeze any further axis"):
        metric_class()(values, values, np.ones(shape))

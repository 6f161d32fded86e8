"""The probe against Newton's method, written from the objective."""

import sys

import numpy as np
import pytest

from keras_dl4.evaluation import linear_probe

pytest.importorskip("sklearn")
CLASSES, SIZE = 3, 4


@pytest.fixture
def examples(rng):
    """`examples(number)`: noisy clusters that no classifier tells apart."""
    centers = rng.normal(size=(CLASSES, SIZE))

    def examples(number):
        labels = rng.integers(0, CLASSES, number)
        noise = rng.normal(size=(number, SIZE))
        return 20 * (centers[labels] + noise).astype("float32"), labels

    return examples


def softmax(logits):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def newton(x, y, l2_weight, steps=30):
    """Minimizes mean cross-entropy + l2 / 2 ||W||^2; returns W and b."""
    x = np.column_stack([x, np.ones(len(x))])
    targets = np.eye(CLASSES)[y]
    weights = np.zeros((SIZE + 1, CLASSES))
    decay = l2_weight * np.repeat([1.0] * SIZE + [0.0], CLASSES)
    for _ in range(steps):
        p = softmax(x @ weights)
        gradient = (x.T @ (p - targets) / len(x)).ravel()
        gradient = gradient + decay * weights.ravel()
        curvature = p[:, :, None] * (np.eye(CLASSES) - p[:, None, :])
        hessian = np.einsum("ni,nj,ncd->icjd", x, x, curvature) / len(x)
        hessian = hessian.reshape(gradient.size, -1) + np.diag(decay)
        # All biases may grow together; the least-squares step does not.
        step = np.linalg.lstsq(hessian, gradient, rcond=1e-10)[0]
        weights = weights - step.reshape(weights.shape)
    return weights


def error_of(weights, x, y):
    logits = np.column_stack([x, np.ones(len(x))]) @ weights
    return np.mean(logits.argmax(axis=1) != y)


def test_errors_and_choice_are_those_of_the_minimum(examples):
    train, test = examples(240), examples(500)
    candidates = (1.0, 0.1, 1e-3)
    found = linear_probe(train, test, l2_weights=candidates[::-1])
    center = train[0].mean(axis=0)
    scale = np.sqrt(np.mean((train[0] - center) ** 2))
    x, test_x = ((each[0] - center) / scale for each in (train, test))
    order = np.random.default_rng(0).permutation(240)
    held, kept = order[:48], order[48:]
    errors = []
    for candidate in candidates:
        weights = newton(x[kept], train[1][kept], candidate)
        errors.append(error_of(weights, x[held], train[1][held]))
    assert found["held_out_errors"] == pytest.approx(errors)
    chosen = candidates[int(np.argmin(errors))]
    assert found["l2_weight"] == chosen
    weights = newton(x, train[1], chosen)
    # A few test examples may lie closer to a border than the tolerance.
    for name, pair in (("test_error", (test_x, test[1])),
                       ("train_error", (x, train[1]))):  # fmt: skip
        assert found[name] == pytest.approx(error_of(weights, *pair), abs=0.003)
        assert 0.0 < found[name] < 0.6


def test_origin_scale_and_shape_of_features_do_not_matter(examples):
    (x, y), (test_x, test_y) = examples(120), examples(60)
    first = linear_probe((x, y), (test_x, test_y))
    again = linear_probe(
        (8.0 * x.reshape(-1, 2, 2) - 64.0, y),
        (8.0 * test_x.reshape(-1, 2, 2) - 64.0, test_y),
    )
    assert first == again


def test_test_labels_have_no_say(examples):
    train, (x, y) = examples(120), examples(60)
    first = linear_probe(train, (x, y))
    other = linear_probe(train, (x, (y + 1) % CLASSES))
    assert first.pop("test_error") < other.pop("test_error")
    assert first == other


def test_bad_arguments_raise(examples):
    train = examples(60)
    x, y = train
    for bad in ({"l2_weights": ()}, {"l2_weights": (0.0,)}, {"held_out": 1.0}):
        with pytest.raises(ValueError, match="must be positive, at least one"):
            linear_probe(train, train, **bad)
    for labels in (y[:-1], np.eye(CLASSES)[y], y.astype("float32")):
        with pytest.raises(ValueError, match="`train` must be features and as"):
            linear_probe((x, labels), train)
    with pytest.raises(ValueError, match="`test` must be features and as many"):
        linear_probe(train, (x, y[:-1]))
    with pytest.raises(ValueError, match=r"`test\[0\]` must be finite"):
        linear_probe(train, (x * np.nan, y))
    with pytest.raises(ValueError, match="features of the same size"):
        linear_probe(train, (x[:, :-1], y))
    with pytest.raises(ValueError, match="must be left to fit. Received: 60"):
        linear_probe((x, np.zeros(60, int)), train)


def test_missing_scikit_learn_error_says_what_to_install(examples, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(ImportError, match=r"pip install 'keras_dl4\[datasets"):
        linear_probe(examples(60), examples(60))

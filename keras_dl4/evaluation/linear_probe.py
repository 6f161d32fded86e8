"""What a linear classifier can read from features."""

import numpy as np

from keras_dl4.evaluation.batches import as_examples

_MAX_ITERATIONS = 3000


def linear_probe(
    train,
    test,
    l2_weights=(1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5),
    held_out=0.2,
    seed=0,
):
    """Error of multinomial logistic regression on given features.

    The usual measure of features that were learned without labels: the
    encoder stays as it is. The classifier minimizes the mean cross-entropy
    plus `l2 / 2 * ||W||^2`. That weight is chosen from `l2_weights` by the
    error on training examples that are held out, and the classifier is then
    fitted to all of them. The test examples have no say in it.

    Features are centered on the training examples and all divided by one
    number, the root mean square that is left, so that an L2 weight means the
    same for any encoder.
    The solver is scikit-learn's L-BFGS; results are deterministic.

    Args:
        train: `(features, labels)`: array of shape `(num_examples, ...)`,
            flattened if need be, and ints of shape `(num_examples,)`.
        test: `(features, labels)` as well.
        l2_weights: Tuple of positive floats, the candidates. Defaults to
            `(0.01, 0.003, 0.001, 0.0003, 0.0001, 1e-05)`.
        held_out: Float in (0, 1), part of the training examples that is held
            out. Defaults to `0.2`.
        seed: Int, of the choice of the held-out examples. Defaults to `0`.

    Returns:
        Dictionary: `test_error` and `train_error`, floats from 0 to 1,
        `l2_weight`, the one that was chosen, and `held_out_errors`, a list
        with one error for each candidate, from the largest weight down.

    Raises:
        ValueError: If features and labels do not fit, features are not
            finite or of two sizes, a weight is not positive, `held_out` is not
            in (0, 1), or no example of some class would be left to fit.
        ImportError: If scikit-learn is not installed.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> labels = np.arange(120) % 3
    >>> features = rng.normal(size=(120, 5)) + 9 * np.eye(3, 5)[labels]
    >>> probe = linear_probe(
    ...     (features[:90], labels[:90]), (features[90:], labels[90:])
    ... )
    >>> probe["test_error"]
    0.0

    References:
        - [k-Sparse Autoencoders](https://arxiv.org/abs/1312.5663), section 4
    """
    l2_weights = sorted(l2_weights, reverse=True)
    if not l2_weights or not l2_weights[-1] > 0.0 or not 0.0 < held_out < 1.0:
        raise ValueError(
            "`l2_weights` must be positive, at least one, and `held_out` a "
            f"part between 0 and 1. Received: l2_weights={l2_weights}, "
            f"held_out={held_out!r}. Use the defaults, or fractions of 1."
        )
    features, labels = _checked("train", train)
    test_features, test_labels = _checked("test", test)
    if test_features.shape[1] != features.shape[1]:
        raise ValueError(
            "`train` and `test` must have features of the same size. "
            f"Received: {features.shape[1]} and {test_features.shape[1]} for "
            "each example. Take both from the same encoder."
        )
    center = features.mean(axis=0)
    features, test_features = features - center, test_features - center
    scale = float(np.sqrt(np.mean(np.square(features)))) or 1.0
    features, test_features = features / scale, test_features / scale
    order = np.random.default_rng(seed).permutation(len(labels))
    num_held_out = max(1, round(held_out * len(labels)))
    held, kept = (
        (features[chosen], labels[chosen])
        for chosen in (order[:num_held_out], order[num_held_out:])
    )
    if len(np.unique(kept[1])) < max(2, len(np.unique(labels))):
        raise ValueError(
            "Examples of all classes, at least two, must be left to fit. "
            f"Received: {len(labels)} training examples, of which "
            f"{num_held_out} are held out. Pass more examples, or hold out "
            "fewer."
        )
    # From the simplest classifier on, each starting where the last one ended.
    solver = _new_solver()
    errors = []
    for l2_weight in l2_weights:
        _fit(solver, *kept, l2_weight)
        errors.append(1.0 - solver.score(*held))
    chosen = l2_weights[int(np.argmin(errors))]
    _fit(solver, features, labels, chosen)
    return {
        "test_error": 1.0 - solver.score(test_features, test_labels),
        "train_error": 1.0 - solver.score(features, labels),
        "l2_weight": chosen,
        "held_out_errors": errors,
    }


def _checked(name, pair):
    """Features as a matrix, and labels."""
    features = as_examples(f"{name}[0]", pair[0])
    labels = np.asarray(pair[1])
    if labels.shape != features.shape[:1] or labels.dtype.kind not in "iu":
        raise ValueError(
            f"`{name}` must be features and as many integer labels. Received: "
            f"{len(features)} examples, labels of shape {labels.shape} and "
            f"dtype {labels.dtype}. One-hot labels need `labels.argmax(-1)`."
        )
    return features.reshape(len(features), -1), labels


def _new_solver():
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise ImportError(
            "The linear probe needs scikit-learn. Install it with: "
            "pip install 'keras_dl4[datasets]'"
        ) from error
    return LogisticRegression(max_iter=_MAX_ITERATIONS, warm_start=True)


def _fit(solver, features, labels, l2_weight):
    # Theirs is the weight of the sum of the cross-entropies.
    solver.set_params(C=1.0 / (l2_weight * len(labels)))
    solver.fit(features, labels)

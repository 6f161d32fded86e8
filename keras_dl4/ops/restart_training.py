"""One step of training or judging memory networks that lie side by side.

Convention: `questions` is a dict of tensors that stay where they are computed,
`story` `(count, n, num_words)`, `question` `(count, num_question_words)` and
`answer` `(count,)`; a step takes the questions it is for by their numbers.
"""

from keras import ops

from keras_dl4.backend import value_and_gradients
from keras_dl4.ops.sentence_encoding import noisy_times
from keras_dl4.ops.sentence_encoding import sentence_mask

_UNKNOWN_ID = 1
_NOTHING = -1e30  # logarithm of a probability


def train_on_batch(architecture, noise_rate, index, state, data):
    """A step of plain gradient descent for every restart.

    As in the code of the authors, the loss is the sum over the batch, and the
    gradient of each table of each restart is clipped on its own.

    Args:
        architecture: `EndToEndMemory`.
        noise_rate: Float, of `noisy_times`; 0 for no noise.
        index: Int scalar tensor, number of the step.
        state: Pair of the weights and of the sums of losses so far, a tensor
            `(restarts,)`.
        data: Dict of tensors: `questions`; `order`, numbers of questions
            `(num_steps, batch_size)`; the scalars `rate`, `clip` and
            `linear`; with noise `draws`, `(num_steps, batch_size, ...)` of
            uniform numbers.

    Returns:
        The pair after the step.
    """
    weights, total = state
    batch = _taken(data["questions"], data["order"][index])
    times = None
    if noise_rate:
        is_there = ops.cast(sentence_mask(batch["story"]), "int32")
        times = noisy_times(
            data["draws"][index],
            ops.sum(is_there, axis=-1),
            architecture.memory_size,
            noise_rate,
        )[:, : is_there.shape[1]]

    def losses(weights):
        logits, _ = architecture(
            weights, batch["story"], batch["question"], times, data["linear"]
        )
        return ops.sum(cross_entropy(logits, batch["answer"]), axis=0)

    found, gradients = value_and_gradients(losses, weights)
    weights = {
        name: weight
        - data["rate"]
        * clip_each_table(architecture, gradients[name], data["clip"])
        for name, weight in weights.items()
    }
    return weights, total + found


def judge_batch(architecture, index, state, data):
    """Adds what a batch says of every restart, and of all of them together.

    Args:
        architecture: `EndToEndMemory`.
        index: Int scalar tensor, number of the step.
        state: Dict of sums so far: `loss` and `wrong`, `(restarts,)`, and
            `ensemble_wrong`, `(1,)`.
        data: Dict of tensors: `weights`, `questions`, the boolean scalar
            `linear`, `order` as for training, and `counts`, of the same
            shape, 1 for what counts and 0 for the padding of a last batch.

    Returns:
        The sums after the step.
    """
    batch = _taken(data["questions"], data["order"][index])
    logits, _ = architecture(
        data["weights"],
        batch["story"],
        batch["question"],
        linear=data["linear"],
    )
    answer, counts = batch["answer"][:, None], data["counts"][index]
    together = ops.argmax(mean_log_probability(logits), axis=-1)[:, None]
    loss = cross_entropy(logits, batch["answer"])
    seen = {
        # An unknown answer is an error; its loss would hide all others.
        "loss": ops.where(answer > _UNKNOWN_ID, loss, 0.0),
        "wrong": is_wrong(ops.argmax(logits, axis=-1), answer),
        "ensemble_wrong": is_wrong(together, answer),
    }
    sums = {
        name: ops.sum(values * counts[:, None], axis=0)
        for name, values in seen.items()
    }
    return {name: value + sums[name] for name, value in state.items()}


def mean_log_probability(logits):
    """Logarithm of the probabilities of the restarts, averaged.

    Restarts that are not finite, as they have diverged, are left out.

    Args:
        logits: Tensor `(batch, restarts, num_classes)`.

    Returns:
        Tensor `(batch, num_classes)`.
    """
    is_there = ops.all(ops.isfinite(logits), axis=-1, keepdims=True)
    found = ops.log_softmax(ops.where(is_there, logits, 0.0))
    restarts = ops.sum(ops.cast(is_there, logits.dtype), axis=1)
    found = ops.logsumexp(ops.where(is_there, found, _NOTHING), axis=1)
    return found - ops.log(restarts)


def cross_entropy(logits, answer):
    """`(batch, restarts)`, from logits and the ids of right answers."""
    chosen = ops.take_along_axis(logits, answer[:, None, None], axis=-1)
    return ops.logsumexp(logits, axis=-1) - chosen[..., 0]


def clip_each_table(architecture, gradient, largest):
    """Shortens the gradient of each table of each restart.

    Args:
        architecture: `EndToEndMemory`.
        gradient: Tensor of the shape of one of its weights.
        largest: Scalar, L2 norm that none is to exceed.

    Returns:
        Tensor of the same shape.
    """
    shape, axes = gradient.shape, (1, 2)
    if len(shape) == 2:
        dim = architecture.embedding_dim
        restarts = architecture.num_restarts
        gradient = ops.reshape(gradient, (shape[0], -1, restarts, dim))
        axes = (0, 3)
    squares = ops.sum(ops.square(gradient), axis=axes, keepdims=True)
    # The tiny number keeps a gradient of zero at zero.
    factor = ops.minimum(1.0, largest * ops.rsqrt(squares + 1e-30))
    return ops.reshape(gradient * factor, shape)


def one_restart(architecture, weights, restart):
    """Cuts the weights of a single network out of those of all.

    Args:
        architecture: `EndToEndMemory` of all.
        weights: Dict of arrays or tensors, its weights.
        restart: Int, number of the network.

    Returns:
        Dict of the weights of an architecture of one restart.
    """
    alone = {}
    for name, values in weights.items():
        if name == "transition":
            alone[name] = values[restart : restart + 1]
            continue
        shape = -1, architecture.num_restarts, architecture.embedding_dim
        apart = ops.reshape(values, (len(values), *shape))[:, :, restart]
        alone[name] = ops.reshape(apart, (len(values), -1))
    return alone


def is_wrong(found, answer):
    """1.0 where an answer is not the right one, else 0.0."""
    found = ops.cast(found, answer.dtype)
    return ops.cast(ops.not_equal(found, answer), "float32")


def _taken(questions, chosen):
    return {
        name: ops.take(values, chosen, axis=0)
        for name, values in questions.items()
    }

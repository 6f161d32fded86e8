"""What several restarts of a memory network are shown, and when."""

import dataclasses
import numbers

import numpy as np

from keras_dl4.models.story_checks import checked_questions
from keras_dl4.ops.sentence_encoding import blank_draws


@dataclasses.dataclass(frozen=True)
class RestartSchedule:
    """How long restarts are trained, and on what; see `MemN2NRestarts.train`.

    Raises:
        ValueError: If a value is out of its range.
    """

    epochs: int = 100
    linear_epochs: int = 20
    learning_rate: float = 0.005
    linear_learning_rate: float = 0.005
    halve_every: int = 25
    batch_size: int = 32
    clip: float = 40.0
    held_out: float = 0.1
    held_out_from: str = "last"

    def __post_init__(self):
        for name, least in (
            ("epochs", 0),
            ("linear_epochs", 0),
            ("halve_every", 1),
            ("batch_size", 1),
        ):
            value = getattr(self, name)
            if not isinstance(value, numbers.Integral) or value < least:
                raise ValueError(
                    f"`{name}` must be an int of at least {least}. Received: "
                    f"{name}={value!r}"
                )
        for name in ("learning_rate", "linear_learning_rate", "clip"):
            value = getattr(self, name)
            if not isinstance(value, numbers.Real) or not 0 < value < np.inf:
                raise ValueError(
                    f"`{name}` must be a positive number. Received: "
                    f"{name}={value!r}"
                )
        held_out = self.held_out
        if not isinstance(held_out, numbers.Real) or not 0 <= held_out < 1:
            raise ValueError(
                "`held_out` must be a share of the questions in [0, 1). "
                f"Received: held_out={self.held_out!r}"
            )
        if self.held_out_from not in ("last", "random"):
            raise ValueError(
                "`held_out_from` must be 'last' or 'random'. Received: "
                f"held_out_from={self.held_out_from!r}"
            )

    @property
    def num_epochs(self):
        """All of them, without the softmax and with it."""
        return self.linear_epochs + self.epochs

    def of_epoch(self, epoch):
        """The learning rate of an epoch, and whether its hops are linear."""
        epoch -= self.linear_epochs
        if epoch < 0:
            return self.linear_learning_rate, True
        return self.learning_rate * 0.5 ** (epoch // self.halve_every), False

    def split(self, count, rng):
        """Numbers of the questions to train on, and of those held out."""
        order = np.arange(count, dtype="int32")
        if self.held_out_from == "random":
            order = rng.permutation(order)
        first = count - int(count * self.held_out)
        return np.sort(order[:first]), np.sort(order[first:])

    def draw(self, rng, numbers, architecture, noise_rate):
        """Draws the batches of an epoch, as the authors do: with replacement.

        Args:
            rng: `numpy.random.Generator`.
            numbers: Array of the questions to draw from.
            architecture: `EndToEndMemory`.
            noise_rate: Float; above 0 there are draws for `noisy_times`, too.

        Returns:
            Dict of `order` and perhaps `draws`, as `train_on_batch` takes it.
            There are whole batches only, one at least.
        """
        shape = max(1, len(numbers) // self.batch_size), self.batch_size
        drawn = {"order": rng.choice(numbers, shape)}
        if noise_rate:
            width = blank_draws(architecture.memory_size, noise_rate)
            drawn["draws"] = rng.random((*shape, width), dtype="float32")
        return drawn


def schedule_of(arguments):
    """A `RestartSchedule`, from arguments by name.

    Args:
        arguments: Dict.

    Returns:
        The schedule.

    Raises:
        ValueError: If there is no argument of such a name, or a value is out
            of its range.
    """
    known = [field.name for field in dataclasses.fields(RestartSchedule)]
    unknown = sorted(arguments.keys() - set(known))
    if unknown:
        raise ValueError(
            f"`train` takes {', '.join(known)}. Received: {unknown}. Correct "
            "the name."
        )
    return RestartSchedule(**arguments)


def questions_of(x, y, architecture, known=None, least_answer=0):
    """Questions as arrays, after a look at what compiled code cannot refuse.

    Args:
        x: Dict of the int arrays `story` and `question`.
        y: Int array of ids of answers.
        architecture: `EndToEndMemory`.
        known: Dict of the lengths of training, or `None`. Defaults to `None`.
        least_answer: Int, the smallest id that an answer may have. Defaults to
            `0`.

    Returns:
        Dict of int32 arrays `story`, `question` and `answer`.

    Raises:
        ValueError: If shapes or ids do not fit.
    """
    y = np.asarray(y)
    if not isinstance(x, dict) or y.ndim != 1:
        raise ValueError(
            "Expected a dict of arrays, `story` and `question`, and an array "
            f"`(count,)` of answers. Received: x of type {type(x).__name__}, "
            f"and y of shape {y.shape}. Use what `StoryVectorizer.encode` "
            "returns."
        )
    checked_questions(x, y, architecture, known, least_answer)
    found = {"story": x["story"], "question": x["question"], "answer": y}
    counts = {name: len(values) for name, values in found.items()}
    if len(set(counts.values())) > 1 or not len(y):
        raise ValueError(
            "There must be a story and an answer for each question, and a "
            f"question at least. Received: {counts}. Use what "
            "`StoryVectorizer.encode` returns."
        )
    return {
        name: np.asarray(values).astype("int32")
        for name, values in found.items()
    }

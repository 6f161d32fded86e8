"""Restarts of a memory network, trained and judged by compiled programs."""

import functools
import numbers

import keras
import numpy as np
from keras import ops

from keras_dl4.backend import compiled_loop
from keras_dl4.ops.restart_training import judge_batch
from keras_dl4.ops.restart_training import train_on_batch


@functools.lru_cache(maxsize=32)
def programs_of(architecture, noise_rate):
    """`RestartPrograms`, the same for the same arguments: compiled once."""
    return RestartPrograms(architecture, noise_rate)


class RestartPrograms:
    """One program that trains for an epoch, and one that judges.

    They are compiled for the shapes of the questions, weights and batches that
    they meet first, and anew for others.

    Args:
        architecture: `EndToEndMemory`.
        noise_rate: Float, of `noisy_times`; 0 for no noise.
    """

    def __init__(self, architecture, noise_rate):
        self.num_restarts = architecture.num_restarts
        self._train = compiled_loop(
            functools.partial(train_on_batch, architecture, noise_rate)
        )
        self._judge = compiled_loop(
            functools.partial(judge_batch, architecture)
        )

    def train_epoch(self, weights, data):
        """Trains all restarts for an epoch.

        Args:
            weights: Dict of tensors.
            data: Dict of tensors, as of `train_on_batch`.

        Returns:
            The weights after it, and an array of the mean loss of each
            restart.

        Raises:
            ValueError: If none of these is finite.
        """
        steps, batch_size = data["order"].shape
        state = weights, ops.zeros(self.num_restarts)
        weights, sums = self._train(steps, state, data)
        loss = ops.convert_to_numpy(sums) / (steps * batch_size)
        if not np.any(np.isfinite(loss)):
            raise ValueError(
                "No restart has a finite loss any more. Received: mean losses "
                f"{loss} of an epoch. Lower `learning_rate` and "
                "`linear_learning_rate`, or `clip`."
            )
        return weights, loss

    def judge(self, weights, questions, chosen, linear=False):
        """Judges each restart, and all of them as an ensemble.

        Args:
            weights: Dict of arrays.
            questions: Dict of tensors, as of `judge_batch`.
            chosen: Array of the numbers of those to judge by.
            linear: Boolean, whether the hops are without their softmax.
                Defaults to `False`.

        Returns:
            Dict of the arrays `loss` and `error`, `(num_restarts,)`, means
            over the questions, and the float `ensemble_error`.
        """
        num_batches, order = judged_order(chosen, len(questions["answer"]))
        zeros = np.zeros(self.num_restarts, "float32")
        sums = {"loss": zeros, "wrong": zeros, "ensemble_wrong": zeros[:1]}
        data = {"weights": weights, "linear": np.bool_(linear), **order}
        sums, data = as_tensors((sums, data))
        sums = self._judge(num_batches, sums, {"questions": questions, **data})
        means = {
            name: ops.convert_to_numpy(values) / len(chosen)
            for name, values in sums.items()
        }
        return {
            "loss": means["loss"],
            "error": means["wrong"],
            "ensemble_error": float(means["ensemble_wrong"][0]),
        }


def judged_order(numbers, count, batch_size=100):
    """All of some questions in batches, the last of them padded.

    Args:
        numbers: Array of the questions.
        count: Int, how many questions there are. The arrays have room for all
            of them, so that other choices need no other program.
        batch_size: Int. Defaults to `100`.

    Returns:
        The number of batches, and a dict of arrays of what `judge_batch`
        takes, without the rest.
    """
    batch_size = min(batch_size, count)
    shape = -(-count // batch_size), batch_size
    order = np.zeros(shape, "int32")
    counts = np.zeros(shape, "float32")
    order.flat[: len(numbers)] = numbers
    counts.flat[: len(numbers)] = 1.0
    return -(-len(numbers) // batch_size), {"order": order, "counts": counts}


def as_tensors(structure):
    """A structure of arrays as one of tensors."""
    return keras.tree.map_structure(ops.convert_to_tensor, structure)


def lowest(loss):
    """Number of the restart with the lowest one; some may not be finite."""
    return int(np.argmin(np.where(np.isfinite(loss), loss, np.inf)))


def check_index(index, num_restarts):
    """Refuses what is not the number of a restart."""
    if not isinstance(index, numbers.Integral) or not 0 <= index < num_restarts:
        raise ValueError(
            f"`index` must be an int from 0 to {num_restarts - 1}. Received: "
            f"index={index!r}. Choose one of the restarts."
        )


def progress_bar(num_epochs, verbose):
    """A progress bar over epochs, whose figures are those of the last one."""
    return keras.utils.Progbar(
        num_epochs,
        verbose=int(bool(verbose)),
        stateful_metrics=("loss", "mean_loss", "val_loss", "val_error"),
        unit_name="epoch",
    )

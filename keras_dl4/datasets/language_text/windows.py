"""Ids of words, laid out for models that predict the next one."""

import numpy as np


def word_windows(ids, memory_size, start_id=1):
    """Each word of a text, beside the words before it.

    For models with a memory. Convention: the newest word comes first, as in
    stories.

    Args:
        ids: Int array `(count,)`, of a text.
        memory_size: Positive int, how many words before it there are.
        start_id: Int, the word that stands for those before the text. Defaults
            to `1`, which is `"<eos>"`.

    Returns:
        Int32 arrays: windows `(count, memory_size)`, a view that takes no
        memory, and the next words `(count,)`, which are the text.

    Raises:
        ValueError: If there are no ids, or the memory size is not positive.

    Example:

    >>> x, y = keras_dl4.datasets.language_text.word_windows([5, 6, 7], 2)
    >>> x.tolist(), y.tolist()
    ([[1, 1], [5, 1], [6, 5]], [5, 6, 7])
    """
    ids = _checked(ids, "memory_size", memory_size)
    start = np.full(memory_size, start_id, "int32")
    padded = np.concatenate([start, ids])[:-1]
    windows = np.lib.stride_tricks.sliding_window_view(padded, memory_size)
    return windows[:, ::-1], ids


def word_streams(ids, batch_size, length, start_id=1):
    """A text cut into parts that are read side by side, step by step.

    For recurrent networks that keep their state from batch to batch: row i of
    a batch goes on where row i of the batch before it ended. Oldest word
    first.

    Args:
        ids: Int array `(count,)`, of a text.
        batch_size: Positive int, number of parts.
        length: Positive int, words in a row of a batch.
        start_id: Int, the word before the text. Defaults to `1`, which is
            `"<eos>"`.

    Returns:
        Int32 arrays of words and of the ones after them, both `(batches *
        batch_size, length)`, and a float32 array of the same shape, 0 where a
        part is filled up and 1 elsewhere. Each word is predicted once.

    Raises:
        ValueError: If there are no ids, or a size is not positive.

    Example:

    >>> x, y, weight = keras_dl4.datasets.language_text.word_streams(
    ...     [5, 6, 7, 8, 9], batch_size=2, length=2
    ... )
    >>> x.tolist()
    [[1, 5], [7, 8], [6, 0], [0, 0]]
    >>> y.tolist()
    [[5, 6], [8, 9], [7, 0], [0, 0]]
    >>> weight.tolist()
    [[1.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]]
    """
    ids = _checked(ids, "batch_size", batch_size)
    _checked(ids, "length", length)
    steps = -(-len(ids) // batch_size)
    num_batches = -(-steps // length)
    before = np.concatenate([[np.int32(start_id)], ids[:-1]])
    found = []
    for values in (before, ids, np.ones(len(ids), "float32")):
        parts = np.zeros(batch_size * steps, values.dtype)
        parts[: len(ids)] = values
        parts = parts.reshape(batch_size, steps)
        parts = np.pad(parts, ((0, 0), (0, num_batches * length - steps)))
        rows = parts.reshape(batch_size, num_batches, length)
        found.append(rows.swapaxes(0, 1).reshape(-1, length))
    return tuple(found)


def _checked(ids, name, size):
    ids = np.asarray(ids)
    if ids.ndim != 1 or not ids.size or ids.dtype.kind not in "iu":
        raise ValueError(
            "The ids must be an int array (count,) of at least one word. "
            f"Received: {ids.dtype} array of shape {ids.shape}. Use what "
            "`encode_words` returns."
        )
    if size < 1:
        raise ValueError(
            f"`{name}` must be a positive int. Received: {name}={size}"
        )
    return ids.astype("int32")

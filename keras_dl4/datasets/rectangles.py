"""Outlines of rectangles, to be told apart by which side is longer."""

import numpy as np

from keras_dl4.datasets.distorted_digits.argument_checks import check_integer

_SIZE = 28
_SMALLEST_SIDE = 3  # a hole, and the border around it
_SMALLEST_DIFFERENCE = 3  # between the two sides
_NUM_EXAMPLES = {"train": 1200, "test": 50_000}
_SEED_OF_TEST = 2**31  # added, so that it is no seed for training


def load_rectangles(split="train", num_examples=None, seed=0):
    """Draws the rectangles of Larochelle et al.: is it wide or tall?

    Each image is black, with the white outline, a pixel thick, of one
    rectangle. A classifier has to find the longer side wherever the rectangle
    is, which deep networks learn better when they are pretrained.

    The recipe, as remembered: the two sides are drawn evenly from 3 to 28
    pixels, again if they differ by less than 3, and then the place, evenly
    from those where the rectangle is whole. There are 1,200 images for
    training, the last 200 of them for validation, and 50,000 for testing. The
    pictures of the published files are others of the same kind. That the
    smallest side is 3 is this library's choice.

    An example depends on nothing but the split, the seed and its number: a
    smaller set is the beginning of a larger one.

    Args:
        split: String, `"train"` or `"test"`. Defaults to `"train"`.
        num_examples: Int >= 1, or `None` for as many as in the paper.
            Defaults to `None`.
        seed: Int from 0 to 2^31 - 1. Defaults to `0`.

    Returns:
        `(images, labels)`, NumPy arrays: float32 images of shape
        `(num_examples, 28, 28, 1)`, 0 or 1, and int32 labels of shape
        `(num_examples,)`: 1 if the rectangle is wider than tall, else 0.

    Raises:
        ValueError: If the split is unknown, or an integer is out of range.

    Example:

    >>> images, labels = load_rectangles(num_examples=4)
    >>> images.shape, labels.dtype
    ((4, 28, 28, 1), dtype('int32'))

    References:
        - Larochelle et al., 2007, "An empirical evaluation of deep
          architectures on problems with many factors of variation"
    """
    if split not in _NUM_EXAMPLES:
        raise ValueError(
            f"`split` must be one of {sorted(_NUM_EXAMPLES)}. Received: "
            f"split={split!r}. For validation take the last examples of "
            "'train'."
        )
    if num_examples is None:
        num_examples = _NUM_EXAMPLES[split]
    num_examples = check_integer("num_examples", num_examples, 1)
    seed = check_integer("seed", seed, 0, _SEED_OF_TEST - 1)
    entropy = seed + _SEED_OF_TEST * (split == "test")
    boxes = _draw_boxes(np.random.SeedSequence(entropy), num_examples)
    _, height, _, width = boxes
    images = _outlines(*boxes)[..., np.newaxis]
    return images.astype("float32"), (width > height).astype("int32")


def _draw_boxes(seeds, num_examples):
    """Top, height, left and width of each rectangle."""
    # A stream for each quantity, so that the number of examples can grow.
    sides, tops, lefts = (
        np.random.default_rng(each) for each in seeds.spawn(3)
    )
    lengths = np.arange(_SMALLEST_SIDE, _SIZE + 1)
    pairs = np.stack(np.meshgrid(lengths, lengths), axis=-1).reshape(-1, 2)
    pairs = pairs[np.abs(pairs[:, 0] - pairs[:, 1]) >= _SMALLEST_DIFFERENCE]
    # One of the allowed pairs, evenly: what drawing again comes to.
    chosen = (sides.random(num_examples) * len(pairs)).astype(int)
    height, width = pairs[chosen].T
    top, left = (
        (stream.random(num_examples) * (_SIZE - side + 1)).astype(int)
        for stream, side in ((tops, height), (lefts, width))
    )
    return top, height, left, width


def _outlines(top, height, left, width):
    """Booleans `(n, size, size)`, true on the border of each rectangle."""
    rows, row_ends = _inside(top, height)
    columns, column_ends = _inside(left, width)
    return (row_ends[:, :, None] & columns[:, None, :]) | (
        rows[:, :, None] & column_ends[:, None, :]
    )


def _inside(start, length):
    """Which positions lie in an interval, and which at one of its ends."""
    offsets = np.arange(_SIZE) - start[:, None]
    last = length[:, None] - 1
    return (0 <= offsets) & (offsets <= last), (offsets == 0) | (
        offsets == last
    )

"""Captions below their images, with what is wrong in them."""

from keras_dl4.figures.image_mosaic import RIGHT
from keras_dl4.figures.image_mosaic import WRONG
from keras_dl4.figures.image_mosaic import as_images
from keras_dl4.figures.image_sheet import draw_image_sheet

_COLORS = {True: RIGHT, False: WRONG, None: (0.25, 0.25, 0.25)}


def plot_captions(
    images,
    captions,
    is_right,
    *,
    failures=None,
    words_per_line=5,
    columns=None,
    title=None,
):
    """Plots images with their captions, word by word in green or red.

    Args:
        images: Array or tensor `(images, height, width)`, or with 1 or 3
            channels at the end. All share one brightness range.
        captions: List of strings, or of lists of words, one for each image.
        is_right: List of lists, for each word `True`, `False`, or `None` where
            that cannot be said of it.
        failures: Dict from a kind of failure to how often it occurs, which
            the title tells; or `None`. Defaults to `None`.
        words_per_line: Int >= 1. Defaults to `5`.
        columns: Int >= 1, images in a row, or `None` for about a square.
            Defaults to `None`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure` with an axes for each image.

    Raises:
        ValueError: If `images` has another shape, there is not a caption with
            a verdict on each word for each image, or a number is no positive
            int.

    Example:

    >>> images = np.random.default_rng(0).random((1, 8, 8, 3))
    >>> figure = plot_captions(
    ...     images,
    ...     ["a red circle"],
    ...     [[None, False, True]],
    ...     failures={"hallucination": 1},
    ... )
    >>> figure.get_suptitle()
    'hallucination: 1'
    """
    images = as_images("images", images, "images")
    captions = [
        each.split() if isinstance(each, str) else list(each)
        for each in captions
    ]
    lengths = [len(each) for each in captions]
    if len(images) != len(captions) or lengths != list(map(len, is_right)):
        raise ValueError(
            "There must be a caption for each image, and a verdict on each "
            f"word. Received: {len(images)} images, captions of {lengths} "
            f"words, verdicts on {list(map(len, is_right))}. Give None where "
            "a word is neither right nor wrong."
        )
    if not isinstance(words_per_line, int) or words_per_line < 1:
        raise ValueError(
            "`words_per_line` must be a positive int. Received: "
            f"words_per_line={words_per_line!r}. 5 fit below an image."
        )
    lines = []
    for words, verdicts in zip(captions, is_right, strict=True):
        colored = [
            (word, _COLORS[verdict])
            for word, verdict in zip(words, verdicts, strict=True)
        ]
        starts = range(0, max(1, len(colored)), words_per_line)
        lines.append([colored[k : k + words_per_line] for k in starts])
    counts = [f"{kind}: {count}" for kind, count in (failures or {}).items()]
    heading = "\n".join(filter(None, [title, ", ".join(counts)]))
    return draw_image_sheet(images, lines, columns, heading or None)

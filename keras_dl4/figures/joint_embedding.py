"""Images and words of one space, as points of a plane."""

import numpy as np
from matplotlib.figure import Figure

from keras_dl4.figures.curve_axes import COLORS


def plot_joint_embedding(
    image_vectors,
    word_vectors,
    words,
    *,
    image_labels=None,
    colors=None,
    title=None,
):
    """Plots images as dots and words as text, by their principal components.

    The plane is that of the largest variance of both together. Where adding
    and subtracting words works, images that differ in one respect lie in the
    same direction as the words for it.

    Args:
        image_vectors: Array or tensor `(num_images, size)`.
        word_vectors: Array or tensor `(num_words, size)`.
        words: List of strings, one for each word vector.
        image_labels: List of strings, what each image shows; images of one
            label have one color, which the legend names. `None` for one color
            of all. Defaults to `None`.
        colors: Dict from a label to a matplotlib color. Defaults to `None`,
            for colors of our own.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`. Its axes say how much of the variance
        each component has.

    Raises:
        ValueError: If vectors are not of one size, there are fewer than two,
            or words or labels are not as many.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> figure = plot_joint_embedding(
    ...     rng.normal(size=(6, 5)),
    ...     rng.normal(size=(2, 5)),
    ...     ["red", "blue"],
    ...     image_labels=["red", "blue"] * 3,
    ... )
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['red', 'blue']

    References:
        - [Unifying Visual-Semantic Embeddings with Multimodal Neural Language
          Models](https://arxiv.org/abs/1411.2539), Figure 5
    """
    images, texts, labels = _checked(
        image_vectors, word_vectors, words, image_labels
    )
    points, shares = _principal_plane(np.concatenate([images, texts]))
    images, texts = points[: len(images)], points[len(images) :]
    colors = dict(colors or {})
    known = list(dict.fromkeys(labels))
    cycle = {label: COLORS[n % len(COLORS)] for n, label in enumerate(known)}
    figure = Figure(figsize=(6.4, 5.2), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    for label in known:
        x, y = images[[each == label for each in labels]].T
        axes.scatter(
            x,
            y,
            s=14,
            color=colors.get(label, cycle[label]),
            edgecolors="0.5",
            linewidths=0.3,
            alpha=0.7,
            label=label,
        )
    for word, place in zip(words, texts, strict=True):
        axes.plot(*place, marker="x", color="0.2", markersize=5)
        axes.annotate(
            word,
            place,
            xytext=(4, 4),
            textcoords="offset points",
            fontsize=9,
            parse_math=False,
        )
    axes.set_xlabel(f"First component ({100 * shares[0]:.0f} %)")
    axes.set_ylabel(f"Second component ({100 * shares[1]:.0f} %)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(0.1)
    if image_labels is not None:
        axes.legend(fontsize=8, frameon=False)
    if title is not None:
        axes.set_title(title, fontsize=12)
    return figure


def _checked(image_vectors, word_vectors, words, image_labels):
    images, texts = (
        np.asarray(each, "float64") for each in (image_vectors, word_vectors)
    )
    labels = ["images"] * len(images) if image_labels is None else image_labels
    shapes = (images.shape, texts.shape)
    if (
        (images.ndim, texts.ndim) != (2, 2)
        or images.shape[1] != texts.shape[1]
        or images.shape[1] < 2
        or len(images) + len(texts) < 2
        or len(words) != len(texts)
        or len(labels) != len(images)
    ):
        raise ValueError(
            "There must be vectors (number, size) of images and of words, at "
            "least two, a word for each of the latter, and a label for each "
            f"image, if any. Received: shapes {shapes}, {len(words)} words "
            f"and {len(labels)} labels. Encode both with one model."
        )
    return images, texts, list(labels)


def _principal_plane(vectors):
    """Coordinates along two components, and their shares of the variance."""
    centered = vectors - vectors.mean(axis=0)
    _, scales, directions = np.linalg.svd(centered, full_matrices=False)
    # The sign of a component is arbitrary: the largest weight is positive.
    largest = np.abs(directions).argmax(axis=1)[:, np.newaxis]
    signs = np.sign(np.take_along_axis(directions, largest, axis=1))
    plane = (directions * signs)[:2]
    variances = scales**2 / max(np.sum(scales**2), 1e-30)
    return centered @ plane.T, variances[:2]

"""How well images and texts find each other in one space."""

import numpy as np

from keras_dl4.evaluation.batches import as_examples
from keras_dl4.evaluation.tied_ranks import TiedRanks


def retrieval_metrics(
    image_vectors,
    text_vectors,
    matches=None,
    *,
    ks=(1, 5, 10),
    tolerance=1e-6,
    chunk_size=1000,
):
    """Recall at k and median rank, from images to texts and back.

    The score of a pair is the scalar product of its vectors, the cosine where
    they have unit norm. An image has found its text if the best of its texts
    is among the first k of all texts, whatever their number.

    Ties are fair: among equal scores every order counts the same, a recall is
    the probability of being among the first k, a rank the expected one. An
    encoder that maps everything to one point so scores exactly as a draw by
    lot does, not perfectly, as by a sort that keeps the order of the data.

    Args:
        image_vectors: Array or tensor `(num_images, size)`.
        text_vectors: Array or tensor `(num_texts, size)`.
        matches: Int array `(num_texts,)`, the image of each text; or boolean
            array `(num_images, num_texts)`, which texts are true of which
            images; or `None`: text i is of image i. What matches nothing is
            searched among, but does not search. Defaults to `None`.
        ks: Ints >= 1. Defaults to `(1, 5, 10)`.
        tolerance: Float >= 0, scores closer than that are equal: products of
            equal vectors differ by rounding. Defaults to `1e-6`.
        chunk_size: Int >= 1, searches at once. Defaults to `1000`.

    Returns:
        Dictionary of floats: `"image_to_text_recall_at_1"` and so on for each
        k, in percent, `"image_to_text_median_rank"`, counted from 1, the same
        of `"text_to_image_..."`, and `"recall_sum"` of all recalls.

    Raises:
        ValueError: If vectors are empty, not finite, or of different sizes; if
            `matches` has another shape, names an image that is not there, or
            matches nothing; or if a number is out of range.

    Example:

    >>> images, texts = np.eye(3), np.eye(3)[[0, 0, 1, 2]]
    >>> found = retrieval_metrics(images, texts, [0, 0, 1, 2], ks=(1,))
    >>> found["image_to_text_recall_at_1"], found["recall_sum"]
    (100.0, 200.0)

    References:
        - [Kiros et al., 2014](https://arxiv.org/abs/1411.2539), section 4.1
    """
    images = _as_vectors("image_vectors", image_vectors)
    texts = _as_vectors("text_vectors", text_vectors, images.shape[1])
    relevant = _as_relevance(matches, len(images), len(texts))
    metrics, recall_sum = {}, 0.0
    for name, queries, gallery, targets in (
        ("image_to_text", images, texts, relevant),
        ("text_to_image", texts, images, relevant.T),
    ):
        ranks = _ranks(queries, gallery, targets, tolerance, chunk_size)
        for k in ks:
            recall = 100.0 * ranks.recall(k)
            metrics[f"{name}_recall_at_{k}"] = recall
            recall_sum += recall
        metrics[f"{name}_median_rank"] = ranks.median_rank()
    metrics["recall_sum"] = recall_sum
    return metrics


def analogy_accuracy(
    gallery_vectors,
    source,
    minus_vectors,
    plus_vectors,
    targets,
    *,
    ks=(1, 5, 10),
    tolerance=1e-6,
    chunk_size=1000,
):
    """How often "blue car - blue + red" is nearest to a red car.

    The query is the vector of the source, minus that of one word, plus that of
    another. The picture with the largest cosine to it is the answer, the
    source excepted. Ties are fair, as in `retrieval_metrics`.

    Args:
        gallery_vectors: Array or tensor `(num_pictures, size)`.
        source: Int array `(num_questions,)`, the picture that is asked about.
        minus_vectors: Array or tensor `(num_questions, size)`.
        plus_vectors: Array or tensor `(num_questions, size)`.
        targets: Boolean array `(num_questions, num_pictures)`, right answers.
        ks: Ints >= 1. Defaults to `(1, 5, 10)`.
        tolerance: Float >= 0, cosines closer than that are equal. Defaults to
            `1e-6`.
        chunk_size: Int >= 1, questions at once. Defaults to `1000`.

    Returns:
        Dictionary of floats: `"top_1"` and so on for each k, in percent.

    Raises:
        ValueError: If vectors are empty, not finite, or of different sizes; if
            an array has another shape; if a source is not in the gallery; if
            no question has a target besides its source; or if a number is out
            of range.

    Example:

    >>> pictures = [[1, 0, 1], [0, 1, 1], [1, 0, -1]]
    >>> red, blue = [[1, 0, 0]], [[0, 1, 0]]
    >>> targets = [[False, True, False]]
    >>> analogy_accuracy(pictures, [0], red, blue, targets, ks=(1,))
    {'top_1': 100.0}

    References:
        - [Kiros et al., 2014](https://arxiv.org/abs/1411.2539), section 3.1
    """
    gallery = _unit(_as_vectors("gallery_vectors", gallery_vectors))
    minus, plus = (
        _unit(_as_vectors(name, vectors, gallery.shape[1]))
        for name, vectors in (
            ("minus_vectors", minus_vectors),
            ("plus_vectors", plus_vectors),
        )
    )
    source, relevant = np.asarray(source), np.array(targets, dtype=bool)
    shapes = (source.shape, minus.shape[:1], plus.shape[:1])
    if set(shapes) != {relevant.shape[:1]} or relevant.shape[1:] != (
        len(gallery),
    ):
        raise ValueError(
            "There must be a source, two words and a row of targets for each "
            f"question. Received: shapes {source.shape}, {minus.shape}, "
            f"{plus.shape} and {relevant.shape}, for {len(gallery)} pictures."
        )
    _check_numbers("source", source, len(gallery))
    relevant[np.arange(len(source)), source] = False
    queries = _unit(gallery[source] - minus + plus)
    ranks = _ranks(queries, gallery, relevant, tolerance, chunk_size, source)
    return {f"top_{k}": 100.0 * ranks.recall(k) for k in ks}


def _ranks(queries, gallery, relevant, tolerance, chunk_size, excluded=None):
    """The `TiedRanks` of those queries that have something to find."""
    for name, value, least in (
        ("chunk_size", chunk_size, 1),
        ("tolerance", tolerance, 0),
    ):
        if not value >= least:
            raise ValueError(
                f"`{name}` must be at least {least}. Received: {name}={value}."
            )
    rows = np.flatnonzero(relevant.any(axis=1))
    if not rows.size:
        raise ValueError(
            "There must be a match to find. Received: none. Check what matches "
            "what."
        )
    parts = []
    for start in range(0, len(rows), chunk_size):
        chunk = rows[start : start + chunk_size]
        scores = queries[chunk] @ gallery.T
        if excluded is not None:
            scores[np.arange(len(chunk)), excluded[chunk]] = -np.inf
        parts.append(TiedRanks.of(scores, relevant[chunk], tolerance))
    return TiedRanks.joined(parts)


def _as_vectors(name, values, size=None):
    vectors = as_examples(name, values).astype("float64")
    if vectors.ndim != 2 or vectors.shape[1] != (size or vectors.shape[1]):
        raise ValueError(
            f"`{name}` must be of shape (number, {size or 'size'}). Received: "
            f"shape {vectors.shape}. All vectors come from one space."
        )
    return vectors


def _unit(vectors):
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(norms, 1e-12)


def _as_relevance(matches, num_images, num_texts):
    """Boolean array `(num_images, num_texts)`."""
    if matches is None:
        matches = np.arange(num_texts)
    matches = np.asarray(matches)
    if matches.dtype == bool and matches.shape == (num_images, num_texts):
        return matches
    if matches.shape != (num_texts,) or matches.dtype.kind not in "iu":
        raise ValueError(
            f"`matches` must be {num_texts} ints, the image of each text, or "
            f"booleans of shape ({num_images}, {num_texts}). Received: dtype "
            f"{matches.dtype}, shape {matches.shape}."
        )
    _check_numbers("matches", matches, num_images)
    return matches == np.arange(num_images)[:, np.newaxis]


def _check_numbers(name, numbers, count):
    if (
        numbers.dtype.kind not in "iu"
        or not ((numbers >= 0) & (numbers < count)).all()
    ):
        raise ValueError(
            f"`{name}` must be ints from 0 to {count - 1}, the numbers of "
            f"images. Received: {name}={numbers!r}."
        )

"""How much captions resemble those that people wrote."""

import collections
import math

MAX_ORDER = 4
_ROUGE_WEIGHT = 1.2  # of recall
_CIDER_WIDTH = 6.0  # of the penalty on other lengths, in words
_CIDER_SCALE = 10.0


def bleu(candidates, references):
    """BLEU-1 to BLEU-4 of a set of captions, as `multi-bleu.perl` has them.

    Clipped precisions of n-grams over the whole set, their geometric mean,
    and a penalty where captions are shorter than, for each, the reference of
    the closest length (the shorter one of two). Nothing is smoothed: without
    one matching n-gram the score is 0.

    Args:
        candidates: Sequence of captions, one for each image: strings, which
            are split at spaces, or sequences of words.
        references: Sequence of the same length, of one or more captions for
            each image.

    Returns:
        Dictionary of floats in percent: `"bleu_1"` to `"bleu_4"`.

    Raises:
        ValueError: If there is no caption, an image has no reference, or the
            numbers differ.

    Example:

    >>> scores = bleu(["a red big circle"], [["a big red circle"]])
    >>> round(scores["bleu_1"], 1), scores["bleu_2"]
    (100.0, 0.0)

    References:
        - [BLEU](https://aclanthology.org/P02-1040), section 2
    """
    candidates, references = _as_words(candidates, references)
    matches, totals = [0] * MAX_ORDER, [0] * MAX_ORDER
    length = closest = 0
    for candidate, several in zip(candidates, references, strict=True):
        length += len(candidate)
        closest += min(
            (abs(len(each) - len(candidate)), len(each)) for each in several
        )[1]
        for order in range(MAX_ORDER):
            found = _ngrams(candidate, order + 1)
            allowed = collections.Counter()
            for each in several:
                allowed |= _ngrams(each, order + 1)
            matches[order] += (found & allowed).total()
            totals[order] += found.total()
    penalty = math.exp(min(0.0, 1.0 - closest / length)) if length else 0.0
    scores, product = {}, 1.0
    for order in range(MAX_ORDER):
        product *= matches[order] / max(totals[order], 1)
        mean = product ** (1.0 / (order + 1))
        scores[f"bleu_{order + 1}"] = 100.0 * penalty * mean
    return scores


def rouge_l(candidates, references):
    """ROUGE-L, by longest common subsequences, as COCO has it.

    The largest precision and the largest recall over the references, joined
    as `(1 + w^2) p r / (r + w^2 p)` with w = 1.2, and averaged over images.

    Args:
        candidates: Sequence of captions, one for each image: strings, which
            are split at spaces, or sequences of words.
        references: Sequence of the same length, of one or more captions for
            each image.

    Returns:
        Float in percent.

    Raises:
        ValueError: If there is no caption, an image has no reference, or the
            numbers differ.

    Example:

    >>> round(rouge_l(["a red circle"], [["a big red circle"]]), 2)
    83.56

    References:
        - [ROUGE](https://aclanthology.org/W04-1013), section 3
    """
    candidates, references = _as_words(candidates, references)
    total = 0.0
    for candidate, several in zip(candidates, references, strict=True):
        common = [_common_length(candidate, each) for each in several]
        precision = max(common) / max(len(candidate), 1)
        recall = max(
            c / max(len(each), 1)
            for c, each in zip(common, several, strict=True)
        )
        if precision and recall:
            square = _ROUGE_WEIGHT**2
            joined = (1.0 + square) * precision * recall
            total += joined / (recall + square * precision)
    return 100.0 * total / len(candidates)


def cider_d(candidates, references):
    """CIDEr-D, by n-grams weighted by how few images have them.

    Cosines of vectors of n-grams, n from 1 to 4, each count times the log of
    the number of images over that of images whose references have it; counts
    clipped to the reference's; times a Gaussian of the difference of lengths
    (6 words); averaged over n and references, times 10. Frequencies are those
    of the given references, so scores of other sets do not compare.

    Args:
        candidates: Sequence of captions, one for each image: strings, which
            are split at spaces, or sequences of words.
        references: Sequence of the same length, of one or more captions for
            each image.

    Returns:
        Float from 0 to 10, the mean over images.

    Raises:
        ValueError: If there are fewer than two captions, an image has no
            reference, or the numbers differ.

    Example:

    >>> references = [["a red circle in it"], ["one blue square or two"]]
    >>> captions = ["a red circle in it", "a ring"]
    >>> round(cider_d(captions, references), 6)
    5.0

    References:
        - [CIDEr](https://arxiv.org/abs/1411.5726), sections 3 and 6
    """
    candidates, references = _as_words(candidates, references)
    if len(candidates) < 2:
        raise ValueError(
            "CIDEr-D needs at least two images: with one, no n-gram is rarer "
            "than another. Received: 1."
        )
    images = collections.Counter()
    for several in references:
        images.update({gram for each in several for gram in _all_ngrams(each)})

    def vectors(words):
        """A dictionary of weights for each order."""
        found = [{} for _ in range(MAX_ORDER)]
        for gram, count in _all_ngrams(words).items():
            rarity = math.log(len(references)) - math.log(max(images[gram], 1))
            found[len(gram) - 1][gram] = count * rarity
        return found

    total = 0.0
    for candidate, several in zip(candidates, references, strict=True):
        ours = vectors(candidate)
        for each in several:
            gap = len(candidate) - len(each)
            cosines = map(_clipped_cosine, ours, vectors(each))
            similarity = math.exp(-(gap**2) / (2 * _CIDER_WIDTH**2))
            total += similarity * sum(cosines) / MAX_ORDER / len(several)
    return _CIDER_SCALE * total / len(candidates)


def _as_words(candidates, references):
    if not len(candidates) or len(candidates) != len(references):
        raise ValueError(
            "There must be one caption, and one list of references, for each "
            f"image. Received: {len(candidates)} captions and "
            f"{len(references)} lists."
        )
    for number, several in enumerate(references):
        if isinstance(several, str) or not len(several):
            raise ValueError(
                "Each image must have a list of at least one reference. "
                f"Received: {several!r} for image {number}."
            )
    return (
        [_words(caption) for caption in candidates],
        [[_words(each) for each in several] for several in references],
    )


def _words(caption):
    return caption.split() if isinstance(caption, str) else list(caption)


def _ngrams(words, order):
    return collections.Counter(
        tuple(words[start : start + order])
        for start in range(len(words) - order + 1)
    )


def _all_ngrams(words):
    counts = collections.Counter()
    for order in range(1, MAX_ORDER + 1):
        counts += _ngrams(words, order)
    return counts


def _common_length(first, second):
    """Length of the longest common subsequence."""
    lengths = [0] * (len(second) + 1)
    for word in first:
        diagonal = 0
        for place, other in enumerate(second, 1):
            above = lengths[place]
            if word == other:
                lengths[place] = diagonal + 1
            else:
                lengths[place] = max(above, lengths[place - 1])
            diagonal = above
    return lengths[-1]


def _clipped_cosine(ours, theirs):
    norms = math.prod(
        math.sqrt(sum(weight**2 for weight in vector.values()))
        for vector in (ours, theirs)
    )
    product = sum(
        min(weight, theirs[gram]) * theirs[gram]
        for gram, weight in ours.items()
        if gram in theirs
    )
    return product / norms if norms else 0.0

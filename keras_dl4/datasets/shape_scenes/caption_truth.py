"""Which captions are true of which scenes, many at once."""

import itertools

import numpy as np

from keras_dl4.datasets.shape_scenes.attributes import BACKGROUNDS
from keras_dl4.datasets.shape_scenes.attributes import MAX_OBJECTS
from keras_dl4.datasets.shape_scenes.attributes import PARTS
from keras_dl4.datasets.shape_scenes.attributes import POSITIONS
from keras_dl4.datasets.shape_scenes.attributes import RELATIONS
from keras_dl4.datasets.shape_scenes.drawing import scenes_as_arrays
from keras_dl4.datasets.shape_scenes.lexicon import SAME_COLOR
from keras_dl4.datasets.shape_scenes.parsing import parse
from keras_dl4.datasets.shape_scenes.scene import ATTRIBUTES
from keras_dl4.datasets.shape_scenes.scene import relation_ids
from keras_dl4.datasets.shape_scenes.truth import is_contradictory


def caption_truth(texts, scenes):
    """Decides of each caption and each scene whether they agree.

    As `evaluate_caption` does, but fast. For retrieval in which every picture
    counts of which a caption is true, whether it was written for it or not:
    `evaluation.retrieval_metrics(..., matches=caption_truth(...))`.

    Args:
        texts: Sequence of strings.
        scenes: Sequence of `Scene`.

    Returns:
        Boolean array of shape `(num_scenes, num_texts)`.

    Raises:
        ValueError: If there is no scene.

    Example:

    >>> circle, ring = (SceneObject(each, "red") for each in ("circle", "ring"))
    >>> caption_truth(["a circle", "a red shape"], [Scene((circle,)),
    ...                                             Scene((ring,))])
    array([[ True,  True],
           [False,  True]])
    """
    if not len(scenes):
        raise ValueError(
            "`scenes` must hold at least one scene. Received: none. Pass a "
            "list, also for one scene."
        )
    arrays = scenes_as_arrays(scenes)
    arrays["there"] = arrays["shape"] >= 0
    column, row = (
        np.minimum(3 * arrays[name] // PARTS, 2) for name in ("x", "y")
    )
    arrays["position"] = 3 * row + column
    # The relation of each object (second axis) to each other one.
    gaps = (
        arrays[name][:, :, np.newaxis] - arrays[name][:, np.newaxis]
        for name in ("x", "y")
    )
    arrays["relation"] = relation_ids(*gaps)
    truth = {text: _truth(text, arrays) for text in set(texts)}
    columns = [truth[text] for text in texts]
    return np.stack(columns, axis=1) if columns else _nothing(arrays)[:, :0]


def _nothing(arrays):
    return np.zeros_like(arrays["there"])


def _truth(text, arrays):
    """Of one caption and all scenes, booleans `(num_scenes,)`."""
    claim = parse(text.split())
    if claim is None or is_contradictory(claim):
        return _nothing(arrays)[:, 0]
    met = [_met(phrase, arrays) for phrase in claim.phrases]
    true = np.ones(len(arrays["there"]), bool)
    if claim.background is not None:
        ground = tuple(BACKGROUNDS).index(claim.background)
        true &= arrays["background"] == ground
    for phrase, each in zip(claim.phrases, met, strict=True):
        if phrase.count is not None:
            true &= each.sum(axis=1) == phrase.count
    if claim.relation is not None:
        return true & _related(claim.relation, *met, arrays)
    single = [
        each
        for phrase, each in zip(claim.phrases, met, strict=True)
        if phrase.count is None
    ]
    # Each listed thing is another object.
    matched = np.zeros_like(true)
    for slots in itertools.permutations(range(MAX_OBJECTS), len(single)):
        found = np.ones_like(true)
        for each, slot in zip(single, slots, strict=True):
            found &= each[:, slot]
        matched |= found
    return true & matched


def _met(phrase, arrays):
    """Which objects a phrase fits, booleans `(num_scenes, 4)`."""
    known = {**ATTRIBUTES, "position": POSITIONS}
    met = arrays["there"].copy()
    for kind, values in phrase.values.items():
        for value in values:
            met &= arrays[kind] == known[kind].index(value)
    return met


def _related(relation, subject, reference, arrays):
    if relation == SAME_COLOR:
        color = arrays["color"]
        holds = color[:, :, np.newaxis] == color[:, np.newaxis]
        holds &= ~np.eye(MAX_OBJECTS, dtype=bool)
    else:
        holds = arrays["relation"] == RELATIONS.index(relation)
    both = subject[:, :, np.newaxis] & reference[:, np.newaxis]
    return (both & holds).any(axis=(1, 2))

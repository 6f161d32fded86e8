"""Questions of the kind "blue car - blue + red", with all right answers."""

import numpy as np

from keras_dl4.datasets.shape_scenes.argument_checks import check_known
from keras_dl4.datasets.shape_scenes.attributes import BACKGROUNDS
from keras_dl4.datasets.shape_scenes.scene import ATTRIBUTES


def analogy_questions(scenes, kinds=("color", "shape")):
    """All analogies over pictures of single objects.

    Take the vector of picture `source`, minus that of the word `minus`, plus
    that of `plus`, and look for the nearest of the other pictures: it should
    be one with the attribute changed. All there are, not a sample: 5,544 over
    the gallery of `"basic"`.

    Args:
        scenes: Sequence of `Scene` with one object each, such as
            `[gallery.scene(i) for i in range(gallery.num_examples)]` of
            `gallery = ShapeScenes(split="gallery")`.
        kinds: Tuple of strings, what is changed: of `"color"`, `"shape"`,
            `"size"`, `"texture"`, `"background"`. Defaults to
            `("color", "shape")`.

    Returns:
        Dictionary of arrays, one row for each question: `"source"`, int64,
        the picture; `"kind"`, `"minus"`, `"plus"`, strings; `"target"`,
        booleans `(questions, pictures)`, where the shape and color are right
        (and what was changed, if that is another kind); `"exact_target"`,
        where all else is kept too. The source is no target.

    Raises:
        ValueError: If a scene has several objects, or a kind is none of those.

    Example:

    >>> gallery = ShapeScenes(split="gallery")
    >>> pictures = [gallery.scene(i) for i in range(gallery.num_examples)]
    >>> questions = analogy_questions(pictures)
    >>> len(pictures), len(questions["source"])
    (504, 5544)
    """
    known = {**ATTRIBUTES, "background": tuple(BACKGROUNDS)}
    for kind in kinds:
        check_known("kinds", kind, known)
    values = {name: _values(scenes, name) for name in known}
    rows = [
        (source, kind, values[kind][source], plus)
        for kind in kinds
        for source in range(len(scenes))
        for plus in [v for v in known[kind] if v in values[kind]]
        if plus != values[kind][source]
    ]
    source = np.array([row[0] for row in rows], "int64")
    kind, minus, plus = (
        np.array([row[place] for row in rows]) for place in (1, 2, 3)
    )
    agrees = {
        name: np.where(kind == name, plus, each[source])[:, np.newaxis] == each
        for name, each in values.items()
    }
    changed = [
        agrees[name] | (kind != name)[:, np.newaxis]
        for name in ("size", "texture", "background")
    ]
    target = np.all([agrees["shape"], agrees["color"], *changed], axis=0)
    exact = np.all(list(agrees.values()), axis=0)
    return {
        "source": source,
        "kind": kind,
        "minus": minus,
        "plus": plus,
        "target": target,
        "exact_target": exact,
    }


def _values(scenes, name):
    """String array with a value of each scene."""
    if any(len(scene.objects) != 1 for scene in scenes):
        raise ValueError(
            "Analogies are over scenes of a single object. Received: one with "
            "several. Take `ShapeScenes(split='gallery')`."
        )
    owners = scenes
    if name != "background":
        owners = [scene.objects[0] for scene in scenes]
    return np.array([getattr(owner, name) for owner in owners])

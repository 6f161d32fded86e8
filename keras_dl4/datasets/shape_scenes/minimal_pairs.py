"""Captions that differ from a true one in one respect, and are false."""

from keras_dl4.datasets.shape_scenes.attributes import BACKGROUNDS
from keras_dl4.datasets.shape_scenes.attributes import COLORS
from keras_dl4.datasets.shape_scenes.attributes import RELATIONS
from keras_dl4.datasets.shape_scenes.attributes import SHAPES
from keras_dl4.datasets.shape_scenes.captions import phrase


def minimal_pair(scene, choices, config):
    """See `ShapeScenes.minimal_pair`.

    The two objects differ in shape and color, so that no other object makes a
    changed caption true.
    """
    order = choices.one_of([(0, 1), (1, 0)])
    first, second = (scene.objects[slot] for slot in order)
    relation = scene.relation(*order)
    colors = tuple(COLORS)[: config.colors]
    shapes = SHAPES[: config.shapes]
    backgrounds = tuple(BACKGROUNDS)[: config.backgrounds]
    size_first = ["size", "color"]  # an article before a color may change
    subject, reference = (
        phrase(thing, size_first, choices) for thing in (first, second)
    )

    def caption(
        one=subject, stands=relation, other=reference, ground=scene.background
    ):
        words = [*one, stands, *other, "on a", ground, "background"]
        return " ".join(words)

    def another(known, value):
        return choices.one_of([each for each in known if each != value])

    color, shape = another(colors, first.color), another(shapes, second.shape)
    return {
        "caption": caption(),
        "swapped": caption(one=reference, other=subject),
        "wrong_color": caption(one=[*subject[:2], color, subject[3]]),
        "wrong_shape": caption(other=[*reference[:3], shape]),
        "wrong_relation": caption(stands=opposite(relation)),
        "wrong_background": caption(
            ground=another(backgrounds, scene.background)
        ),
    }


def opposite(relation):
    """The relation from the other side: its neighbor in the table."""
    return RELATIONS[RELATIONS.index(relation) ^ 1]

"""A scene, as what is in it and where."""

import dataclasses

import numpy as np

from keras_dl4.datasets.shape_scenes.argument_checks import check_known
from keras_dl4.datasets.shape_scenes.attributes import BACKGROUNDS
from keras_dl4.datasets.shape_scenes.attributes import COLORS
from keras_dl4.datasets.shape_scenes.attributes import MAX_OBJECTS
from keras_dl4.datasets.shape_scenes.attributes import PARTS
from keras_dl4.datasets.shape_scenes.attributes import POSITIONS
from keras_dl4.datasets.shape_scenes.attributes import RADII
from keras_dl4.datasets.shape_scenes.attributes import RELATIONS
from keras_dl4.datasets.shape_scenes.attributes import SHAPES
from keras_dl4.datasets.shape_scenes.attributes import TEXTURES

# By how much one direction must outweigh the other to be told.
_DOMINANCE = 1.3
ATTRIBUTES = {
    "shape": SHAPES,
    "color": tuple(COLORS),
    "size": tuple(RADII),
    "texture": TEXTURES,
}


@dataclasses.dataclass(frozen=True)
class SceneObject:
    """One thing in a scene.

    Args:
        shape: String, one of `"square"`, `"circle"`, `"triangle"`, `"cross"`,
            `"diamond"`, `"ring"`, `"star"`, `"heart"`.
        color: String, one of `"red"`, `"green"`, `"blue"`, `"yellow"`,
            `"magenta"`, `"cyan"`, `"orange"`, `"white"`.
        size: String, `"small"` or `"large"`. Defaults to `"large"`.
        texture: String, `"solid"` or `"striped"`. Defaults to `"solid"`.
        x: Int from 0 to 64, the center from the left, in 64ths of the image.
            Defaults to `32`.
        y: Int from 0 to 64, the same from the top. Defaults to `32`.

    Raises:
        ValueError: If a value is none of those.

    Example:

    >>> thing = SceneObject("circle", "red", x=10, y=54)
    >>> thing.position
    'bottom-left'
    """

    shape: str
    color: str
    size: str = "large"
    texture: str = "solid"
    x: int = PARTS // 2
    y: int = PARTS // 2

    def __post_init__(self):
        for name, known in ATTRIBUTES.items():
            check_known(name, getattr(self, name), known)
        for name in ("x", "y"):
            value = getattr(self, name)
            if not isinstance(value, int) or not 0 <= value <= PARTS:
                raise ValueError(
                    f"`{name}` must be an int from 0 to {PARTS}. Received: "
                    f"{name}={value!r}. It counts 64ths of the image."
                )

    @property
    def position(self):
        """String, in which of 3 x 3 equal cells the center is."""
        column, row = (min(3 * p // PARTS, 2) for p in (self.x, self.y))
        return POSITIONS[3 * row + column]


@dataclasses.dataclass(frozen=True)
class Scene:
    """Up to four objects on a background.

    Args:
        objects: Tuple of one to four `SceneObject`.
        background: String, one of `"black"`, `"gray"`, `"navy"`, `"cream"`.
            Defaults to `"black"`.

    Raises:
        ValueError: If the number of objects or the background is none of
            those.

    Example:

    >>> circle = SceneObject("circle", "red", x=12)
    >>> square = SceneObject("square", "blue", x=50)
    >>> Scene((circle, square)).relation(0, 1)
    'left of'
    """

    objects: tuple
    background: str = "black"

    def __post_init__(self):
        if not 1 <= len(self.objects) <= MAX_OBJECTS:
            raise ValueError(
                f"A scene must have from 1 to {MAX_OBJECTS} objects. Received: "
                f"{len(self.objects)}. Pass them as a tuple."
            )
        check_known("background", self.background, tuple(BACKGROUNDS))

    def relation(self, subject, reference):
        """How an object stands to another, both given by their numbers.

        Returns:
            String: `"left of"`, `"right of"`, `"above"` or `"below"`, the
            direction that outweighs the other 1.3 times; `None` if neither
            does.
        """
        first, second = self.objects[subject], self.objects[reference]
        found = int(relation_ids(first.x - second.x, first.y - second.y))
        return RELATIONS[found] if found >= 0 else None


def relation_ids(dx, dy):
    """Numbers in `RELATIONS` by difference of centers, -1 for none."""
    dx, dy = np.asarray(dx), np.asarray(dy)
    wide = np.abs(dx) >= _DOMINANCE * np.abs(dy)
    tall = np.abs(dy) >= _DOMINANCE * np.abs(dx)
    ids = np.where(wide, (dx > 0).astype(int), np.where(dy > 0, 3, 2))
    return np.where((wide | tall) & ((dx != 0) | (dy != 0)), ids, -1)

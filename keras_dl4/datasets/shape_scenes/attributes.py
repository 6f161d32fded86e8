"""What scenes can be made of, and what training scenes leave out."""

import dataclasses

SHAPES = (
    "square",
    "circle",
    "triangle",
    "cross",
    "diamond",
    "ring",
    "star",
    "heart",
)
COLORS = {
    "red": (220, 40, 40),
    "green": (40, 170, 60),
    "blue": (50, 80, 225),
    "yellow": (235, 215, 50),
    "magenta": (215, 50, 200),
    "cyan": (50, 205, 215),
    "orange": (245, 140, 30),
    "white": (245, 245, 245),
}
BACKGROUNDS = {
    "black": (20, 20, 20),
    "gray": (120, 120, 120),
    "navy": (20, 25, 80),
    "cream": (240, 228, 190),
}
# Lengths are in parts of the image, of which it has 64 on a side.
PARTS = 64
RADII = {"small": 8, "large": 12}
TEXTURES = ("solid", "striped")
RELATIONS = ("left of", "right of", "above", "below")
POSITIONS = (
    "top-left",
    "top",
    "top-right",
    "left-side",
    "center",
    "right-side",
    "bottom-left",
    "bottom",
    "bottom-right",
)
MAX_OBJECTS = 4


@dataclasses.dataclass(frozen=True)
class SceneConfig:
    """The values that a set of scenes uses, by their numbers above.

    Args:
        shapes, colors, textures, backgrounds: Ints, how many of each.
        cumulative: Probabilities of at most 1, 2, ... objects.
        held_out_pairs: Int n: shape i in color i is kept from training, for
            each i < n.
        held_out_relations: Int n: that an object of color i stands in relation
            i to another is kept from training, for each i < n.
        has_positions: Whether captions say where an object is.
    """

    shapes: int
    colors: int
    textures: int
    backgrounds: int
    cumulative: tuple
    held_out_pairs: int
    held_out_relations: int
    has_positions: bool


CONFIGS = {
    "basic": SceneConfig(6, 7, 1, 2, (0.3, 1.0), 5, 0, False),
    "full": SceneConfig(8, 8, 2, 4, (0.3, 0.8, 1.0), 8, 4, True),
}
# Split: how many scenes it has by default. Its place is its key: append only.
SPLITS = {
    "train": 20_000,
    "val": 1000,
    "test": 1000,
    "test_comb": 1000,
    "test_rel": 1000,
    "test_count": 1000,
    "minimal_pairs": 1000,
    "gallery": None,
}

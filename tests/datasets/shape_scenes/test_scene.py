import itertools
import math

import pytest

from keras_dl4.datasets.shape_scenes import Scene
from keras_dl4.datasets.shape_scenes import SceneObject


def at(x, y):
    return SceneObject("circle", "red", x=x, y=y)


def test_relation_is_the_direction_that_outweighs_the_other():
    """Told by the angle: 1.3 to 1 is 37.6 degrees."""
    for x, y in itertools.product(range(0, 65, 4), repeat=2):
        angle = math.degrees(math.atan2(y - 30, x - 30))
        slack = math.degrees(math.atan(1 / 1.3))
        expected = None
        for name, center in (
            ("right of", 0),
            ("below", 90),
            ("left of", 180),
            ("above", -90),
        ):
            gap = abs((angle - center + 180) % 360 - 180)
            if (x, y) != (30, 30) and gap <= slack:
                expected = name
        assert Scene((at(x, y), at(30, 30))).relation(0, 1) == expected


def test_relation_from_the_other_side_is_the_opposite():
    scene = Scene((at(10, 30), at(50, 30), at(30, 50)))
    assert scene.relation(0, 1) == "left of"
    assert scene.relation(1, 0) == "right of"
    assert scene.relation(0, 2) is None


def test_position_is_a_cell_of_nine():
    rows = [[at(x, y).position for x in (5, 32, 64)] for y in (0, 30, 60)]
    assert rows == [
        ["top-left", "top", "top-right"],
        ["left-side", "center", "right-side"],
        ["bottom-left", "bottom", "bottom-right"],
    ]
    assert at(21, 22).position == "left-side"


def test_bad_values_raise():
    for bad in (
        {"shape": "oval"},
        {"color": "pink"},
        {"size": "tiny"},
        {"texture": "dotted"},
        {"x": 65},
        {"y": 0.5},
    ):
        (name,) = bad
        with pytest.raises(ValueError, match=f"`{name}` must be .*Received"):
            SceneObject(**{"shape": "circle", "color": "red", **bad})
    for objects in ((), (at(1, 1),) * 5):
        with pytest.raises(ValueError, match="from 1 to 4 objects"):
            Scene(objects)
    with pytest.raises(ValueError, match="`background` must be one of"):
        Scene((at(1, 1),), "pink")

import pytest

from keras_dl4.ops.shapes import shapes_agree


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        ((), (), True),
        ((None, 3), (None, 3), True),
        ((None, 3), (7, None), True),
        ((None, 3), (None, 4), False),
        ((None, 3), (None,), False),
        ((None, 3), (None, 3, 1), False),
    ],
)
def test_shapes_agree_as_far_as_they_are_known(first, second, agree):
    assert shapes_agree(first, second) is agree

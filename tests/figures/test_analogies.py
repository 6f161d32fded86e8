import numpy as np
import pytest

from keras_dl4.figures import plot_analogies
from tests.figures.mosaics import labels_of
from tests.figures.mosaics import tile_of

WORDS = [("blue", "red"), ("ring", "circle")]


def test_answers_stand_beside_their_picture_in_frames(rng):
    images = rng.random((2, 4, 5, 3))
    answers = rng.random((2, 3, 4, 5, 3))
    images[0, 0, 0], images[0, 0, 1] = 0.0, 1.0
    right = np.array([[True, False, True], [False, False, True]])
    figure = plot_analogies(images, WORDS, answers, right, title="Analogies")
    for row in range(2):
        for column in range(4):
            tile = tile_of(figure, row, column, 8, 9)
            expected = answers[row, column - 1] if column else images[row]
            np.testing.assert_allclose(tile[2:-2, 2:-2], expected)
            frame = tile[0, 0]
            np.testing.assert_allclose(tile[-1, :], np.tile(frame, (9, 1)))
            if not column:
                assert frame[0] == frame[1] == frame[2]
            else:
                assert (frame[1] > frame[0]) == right[row, column - 1]
    assert labels_of(figure) == (
        ["− blue + red", "− ring + circle"],
        ["", "1", "2", "3"],
    )
    assert figure.axes[0].get_title() == "Analogies"


def test_gray_pictures_will_do(rng):
    plot_analogies(
        rng.random((1, 4, 4)), WORDS[:1], rng.random((1, 2, 4, 4)), [[1, 0]]
    )


def test_what_does_not_fit_raises(rng):
    x, y = rng.random((2, 4, 4)), rng.random((2, 3, 4, 4))
    right = np.zeros((2, 3), bool)
    for arguments in (
        (x, WORDS[:1], y, right),
        (x, ["ab", "cd"], y, right),
        (x, WORDS, y[:, :, :3], right),
        (x[:1], WORDS[:1], y, right),
        (x, WORDS, y, right[:, :2]),
    ):
        with pytest.raises(ValueError, match="two words, answers of the same"):
            plot_analogies(*arguments)

import numpy as np
import pytest

from keras_dl4.figures import plot_found_images
from keras_dl4.figures import plot_found_texts
from keras_dl4.figures.image_mosaic import RIGHT
from keras_dl4.figures.image_mosaic import WRONG
from tests.figures.mosaics import labels_of
from tests.figures.mosaics import tile_of
from tests.figures.sheets import lines_of


def test_images_stand_behind_their_text_in_frames(rng):
    images = rng.random((2, 3, 4, 5, 3))
    images[0, 0, 0, 0], images[0, 0, 0, 1] = 0.0, 1.0
    right = np.array([[True, False, True], [False, False, True]])
    figure = plot_found_images(["red", "blue"], images, right, title="Found")
    for row, column in np.ndindex(2, 3):
        tile = tile_of(figure, row, column, 8, 9)
        np.testing.assert_allclose(tile[2:-2, 2:-2], images[row, column])
        color = RIGHT if right[row, column] else WRONG
        np.testing.assert_allclose(tile[:2], np.tile(color, (2, 9, 1)))
    assert labels_of(figure) == (["red", "blue"], ["1", "2", "3"])
    assert figure.axes[0].get_title() == "Found"


def test_long_texts_are_not_cut(rng, tmp_path):
    text = "a large cyan cross and a small magenta triangle on a gray ground"
    figure = plot_found_images([text], rng.random((1, 3, 32, 32)), [[1, 0, 1]])
    figure.savefig(tmp_path / "found.png")
    (label,) = figure.axes[0].get_yticklabels()
    assert label.get_window_extent().x0 >= 0.0


def test_texts_stand_below_their_image(rng, tmp_path):
    images = rng.random((3, 4, 5))
    texts = [["a ring", "a star"], ["a", "b"], ["c", "$d"]]
    right = [[True, False], [False, False], [True, True]]
    figure = plot_found_texts(images, texts, right, columns=2, title="Texts")
    figure.savefig(tmp_path / "texts.png")
    assert len(figure.axes) == 3
    for axes, found, rights in zip(figure.axes, texts, right, strict=True):
        colors = [RIGHT if each else WRONG for each in rights]
        assert lines_of(axes) == [
            [pair] for pair in zip(found, colors, strict=True)
        ]
    first, second, third = (axes.get_position() for axes in figure.axes)
    assert first.y0 == second.y0 > third.y1
    assert first.x0 == third.x0 < second.x0
    assert figure.get_suptitle() == "Texts"


def test_what_does_not_fit_raises(rng):
    images = rng.random((2, 3, 4, 4))
    for arguments in (
        (["a"], images, np.zeros((2, 3))),
        (["a", "b"], images, np.zeros((2, 2))),
    ):
        with pytest.raises(ValueError, match="a text in every row"):
            plot_found_images(*arguments)
    for arguments in (
        (images[0], [["a"]] * 2, np.zeros((2, 1))),
        (images[0], [["a"]] * 3, np.zeros((3, 2))),
        (images[0], [["a"]] * 3, np.zeros(3)),
    ):
        with pytest.raises(ValueError, match="equally many texts"):
            plot_found_texts(*arguments)
    with pytest.raises(ValueError, match="`columns` must be"):
        plot_found_texts(images[0], [["a"]] * 3, np.zeros((3, 1)), columns=0)

import numpy as np
import pytest

from keras_dl4.figures import plot_captions
from keras_dl4.figures.image_mosaic import RIGHT
from keras_dl4.figures.image_mosaic import WRONG
from tests.figures.sheets import lines_of


def test_words_have_the_color_of_their_verdict(rng, tmp_path):
    images = rng.random((2, 4, 5, 3))
    figure = plot_captions(
        images,
        ["a red ring", ["two", "stars"]],
        [[None, True, False], [False, True]],
        failures={"counting": 3, "hallucination": 0},
        words_per_line=2,
        title="Captions",
    )
    figure.savefig(tmp_path / "captions.png")
    first, second = map(lines_of, figure.axes)
    neutral = first[0][0][1]
    assert first == [[("a", neutral), ("red", RIGHT)], [("ring", WRONG)]]
    assert second == [[("two", WRONG), ("stars", RIGHT)]]
    assert len(set(neutral)) == 1
    expected = "Captions\ncounting: 3, hallucination: 0"
    assert figure.get_suptitle() == expected
    image = figure.axes[1].get_images()[0].get_array()
    low, high = images.min(), images.max()
    np.testing.assert_allclose(image, (images[1] - low) / (high - low))


def test_words_do_not_overlap(rng, tmp_path):
    figure = plot_captions(rng.random((1, 4, 4)), ["a red"], [[True, False]])
    figure.savefig(tmp_path / "captions.png")
    (box,) = figure.axes[0].artists
    one, two = (
        word.get_window_extent()
        for word in box.offsetbox._children[0]._children
    )
    assert one.x1 < two.x0
    assert figure.get_suptitle() == ""


def test_what_does_not_fit_raises(rng):
    images = rng.random((2, 4, 4))
    for captions, right in (
        (["a"], [[True]]),
        (["a", "b c"], [[None], [None]]),
    ):
        with pytest.raises(ValueError, match="a verdict on each word"):
            plot_captions(images, captions, right)
    with pytest.raises(ValueError, match="`words_per_line` must be"):
        plot_captions(images, ["a", "b"], [[True], [True]], words_per_line=0)

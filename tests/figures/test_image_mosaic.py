import numpy as np
import pytest
from keras import ops

from keras_dl4.figures.image_mosaic import as_images
from keras_dl4.figures.image_mosaic import draw_mosaic
from keras_dl4.figures.image_mosaic import in_rows
from keras_dl4.figures.image_mosaic import to_colors
from keras_dl4.figures.image_mosaic import to_signed_colors
from tests.figures.mosaics import labels_of
from tests.figures.mosaics import picture_of
from tests.figures.mosaics import tile_of


def test_images_get_channels(rng):
    images = rng.random((2, 3, 4)).astype("float32")
    found = as_images("x", ops.convert_to_tensor(images))
    assert found.shape == (2, 3, 4, 1)
    assert found.dtype == np.float64
    assert as_images("x", rng.random((2, 3, 4, 3))).shape == (2, 3, 4, 3)
    assert as_images("x", images[None], "rows, steps").shape[:2] == (1, 2)


@pytest.mark.parametrize(
    "shape", [(3, 4), (2, 3, 4, 2), (0, 3, 4), (1, 2, 3, 4, 1)]
)
def test_other_shapes_raise(shape):
    with pytest.raises(ValueError, match=r"`x` must have the shape \(batch"):
        as_images("x", np.zeros(shape))


def test_colors_are_black_to_white_in_the_range():
    images = np.array([-1.0, 2.0, 3.0, 4.0, 9.0])[:, None]
    colors = to_colors(images, 2.0, 4.0)
    np.testing.assert_allclose(
        colors, np.outer([0.0, 0.0, 0.5, 1.0, 1.0], [1, 1, 1])
    )


def test_colors_of_a_constant_or_nan_image_are_finite():
    assert (to_colors(np.full((2, 1), 3.0), 3.0, 3.0) == 0.0).all()
    assert np.isfinite(to_colors(np.array([[np.nan]]), 0.0, 1.0)).all()
    assert (to_signed_colors(np.zeros((1, 2, 2, 1))) == 0.5).all()


def test_three_channels_stay_colors():
    image = np.array([[[[1.0, -2.0, 0.0]]]])
    np.testing.assert_allclose(to_signed_colors(image), [[[[0.75, 0.0, 0.5]]]])


def test_signed_colors_have_a_scale_for_each_image():
    images = np.array([[[[1.0], [-0.5]]], [[[10.0], [0.0]]]])
    found = to_signed_colors(images)[..., 0]
    np.testing.assert_allclose(found, [[[1.0, 0.25]], [[1.0, 0.5]]])


def test_rows_are_filled_up_with_nothing():
    tiles = np.arange(7.0)[:, None]
    rows = in_rows(tiles, 3)
    np.testing.assert_array_equal(
        rows[..., 0], [[0, 1, 2], [3, 4, 5], [6, np.nan, np.nan]]
    )
    assert in_rows(tiles).shape == (3, 3, 1)
    assert in_rows(tiles, 20).shape == (1, 7, 1)
    with pytest.raises(ValueError, match="columns=0"):
        in_rows(tiles, 0)


def test_mosaic_puts_images_in_place_on_gray(rng):
    tiles = rng.random((2, 3, 4, 5, 3))
    tiles[1, 2] = np.nan
    figure = draw_mosaic(
        tiles, row_labels="ab", column_labels="xyz", title="All"
    )
    picture = picture_of(figure)
    assert picture.shape == (2 * 4 + 1, 3 * 5 + 2, 3)
    for row in range(2):
        for column in range(3):
            expected = tiles[row, column]
            if (row, column) == (1, 2):
                expected = 0.75
            np.testing.assert_array_equal(
                tile_of(figure, row, column, 4, 5) + 0 * tiles[0, 0],
                expected + 0 * tiles[0, 0],
            )
    assert (picture[4] == 0.75).all()
    assert (picture[:, 5] == 0.75).all()
    assert labels_of(figure) == (["a", "b"], ["x", "y", "z"])
    axes = figure.axes[0]
    np.testing.assert_allclose(axes.get_yticks(), [1.5, 6.5])
    np.testing.assert_allclose(axes.get_xticks(), [2.0, 8.0, 14.0])
    assert axes.get_title() == "All"


def test_large_mosaic_stays_on_a_page():
    figure = draw_mosaic(np.zeros((100, 10, 7, 7, 3)))
    assert max(figure.get_size_inches()) < 13
    assert labels_of(figure) == ([], [])

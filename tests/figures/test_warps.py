import functools

import numpy as np
import pytest
from keras import ops

from keras_dl4.figures import plot_deformation
from keras_dl4.figures import plot_warps

HEIGHT, WIDTH, OUT = 6, 10, 4
assert_allclose = functools.partial(np.testing.assert_allclose, atol=1e-9)


def grid_of(matrix, height=OUT, width=OUT):
    """A grid by the definition of equation 1, point by point."""
    grid = np.zeros((height, width, 2))
    for row in range(height):
        for column in range(width):
            y = -1 + (2 * row + 1) / height
            x = -1 + (2 * column + 1) / width
            grid[row, column] = np.asarray(matrix) @ [x, y, 1]
    return grid


HALF = grid_of([[0.5, 0, 0.25], [0, 0.5, -0.25]])
QUARTER_TURN = grid_of([[0, -1, 0], [1, 0, 0]])


@pytest.fixture
def run(rng):
    """Images, outputs and grids of a transformer, for three images."""
    images = rng.uniform(size=(3, HEIGHT, WIDTH, 1))
    warped = rng.uniform(size=(3, OUT, OUT, 1))
    return images, warped, np.stack([HALF, QUARTER_TURN, HALF])


def drawn(axes):
    (image,) = axes.get_images()
    return np.asarray(image.get_array())


def points_of(line):
    return np.stack([line.get_xdata(), line.get_ydata()], axis=-1)


def test_inputs_stand_above_what_was_made_of_them(run):
    images, warped, grids = run
    figure = plot_warps(
        images, warped, grids, labels=["7", "1", "2"], title="Epoch 3"
    )
    upper, lower = figure.axes[:3], figure.axes[3:]
    assert len(lower) == 3
    for index in range(3):
        np.testing.assert_array_equal(
            drawn(upper[index]), images[index, ..., 0]
        )
        np.testing.assert_array_equal(
            drawn(lower[index]), warped[index, ..., 0]
        )
    assert [axes.get_title() for axes in upper] == ["7", "1", "2"]
    assert figure.get_suptitle() == "Epoch 3"
    figure.draw_without_rendering()
    for above, below in zip(upper, lower, strict=True):
        assert above.get_position().y0 > below.get_position().y1


def test_images_of_a_figure_share_their_brightness(run):
    images, warped, grids = run
    images[0] /= 4
    figure = plot_warps(images, warped, grids)
    limits = {axes.get_images()[0].get_clim() for axes in figure.axes}
    assert limits == {(images.min(), images.max())}


def test_outline_is_the_sampled_quadrilateral_in_pixels(run):
    figure = plot_warps(*run)
    outline, top, corner = figure.axes[0].lines
    # The outermost centers of a 4 x 4 output lie at -0.75 and 0.75.
    left, right = -0.375 + 0.25, 0.375 + 0.25
    upper, lower = -0.375 - 0.25, 0.375 - 0.25
    expected = [
        ((x + 1) / 2 * WIDTH - 0.5, (y + 1) / 2 * HEIGHT - 0.5)
        for x, y in [
            (left, upper), (right, upper), (right, lower), (left, lower),
        ]
    ]  # fmt: skip
    outline = points_of(outline)
    assert outline.shape == (4 * (OUT - 1) + 1, 2)
    assert_allclose(outline[[0, 3, 6, 9]], expected)
    assert_allclose(outline[12], expected[0])
    assert_allclose(points_of(top)[[0, -1]], expected[:2])
    assert_allclose(points_of(corner), expected[:1])


def test_turned_output_has_its_top_at_the_side(run):
    images, warped, grids = run
    square = np.zeros((3, HEIGHT, HEIGHT, 1))
    figure = plot_warps(square, warped, grids)
    # x_s = -y_t and y_s = x_t: the top row comes from the right column.
    top = points_of(figure.axes[1].lines[1])
    assert_allclose(top[:, 0], (0.75 + 1) / 2 * HEIGHT - 0.5)
    assert (np.diff(top[:, 1]) > 0).all()


def test_align_corners_puts_one_on_the_center_of_the_last_pixel(run):
    images, warped, grids = run
    grids[0, 0, 0], grids[0, -1, -1] = (-1, -1), (1, 1)
    figure = plot_warps(images, warped, grids, align_corners=True)
    outline = points_of(figure.axes[0].lines[0])
    assert_allclose(outline[0], (0, 0))
    assert_allclose(outline[6], (WIDTH - 1, HEIGHT - 1))


def test_window_follows_a_grid_that_leaves_the_image(run):
    images, warped, grids = run
    axes = plot_warps(images, warped, grids).axes[0]
    assert axes.get_xlim() == (-1, WIDTH)
    assert axes.get_ylim() == (HEIGHT, -1)
    grids[2] += (0.5, 0.0)
    grids[1, 0, 0] = np.nan
    axes = plot_warps(images, warped, grids).axes[0]
    # The rightmost point, of the middle image: 0.75 = pixel 8.25; of the
    # last: 1.125 = pixel 10.125, and a margin of 1.
    assert axes.get_xlim() == pytest.approx((-1, 11.125))
    grids[2] += (100.0, 0.0)
    axes = plot_warps(images, warped, grids).axes[0]
    assert axes.get_xlim() == pytest.approx((-1, WIDTH - 1 + WIDTH / 2 + 1))


def test_control_points_are_dots_in_pixels(run):
    points = np.array([[[-1.0, -1.0], [0.0, 0.5], [1.0, 1.0]]] * 3)
    figure = plot_warps(*run, control_points=points)
    dots = figure.axes[0].lines[-1]
    assert_allclose(
        points_of(dots),
        [(-0.5, -0.5), (WIDTH / 2 - 0.5, 0.75 * HEIGHT - 0.5),
         (WIDTH - 0.5, HEIGHT - 0.5)],
    )  # fmt: skip
    assert dots.get_marker() == "o"
    assert dots.get_linestyle() == "None"


def test_parallel_transformers_have_rows_and_colors(run, rng):
    images, _, grids = run
    warped = rng.uniform(size=(3, 2, OUT, OUT, 1))
    both = np.stack([grids, grids[::-1]], axis=1)
    figure = plot_warps(images, warped, both)
    assert len(figure.axes) == 3 * 3
    for index in range(2):
        np.testing.assert_array_equal(
            drawn(figure.axes[3 + 3 * index]), warped[0, index, ..., 0]
        )
    first, second = (figure.axes[0].lines[n].get_color() for n in (0, 3))
    assert first != second
    assert figure.axes[6].spines["left"].get_edgecolor()[:3] != (0, 0, 0)
    assert_allclose(
        points_of(figure.axes[0].lines[3]), points_of(figure.axes[2].lines[0])
    )


@pytest.mark.parametrize("channels", [2, 3])
def test_channels_are_colors_or_a_sum(run, rng, channels):
    _, warped, grids = run
    images = rng.uniform(2, 6, (3, HEIGHT, WIDTH, channels))
    warped = np.repeat(warped, channels, axis=-1)
    figure = plot_warps(images, warped, grids)
    if channels == 2:
        expected = images[0].sum(-1)
    else:
        expected = (images[0] - images.min()) / (images.max() - images.min())
    assert_allclose(drawn(figure.axes[0]), expected)


def test_backend_tensors_are_accepted(run):
    figure = plot_warps(*map(ops.convert_to_tensor, run))
    assert len(figure.axes) == 6


def test_deformation_draws_rows_and_columns_of_the_grid():
    grid = grid_of([[1, 0.5, 0], [0, 1, 0]], height=5, width=7)
    figure = plot_deformation(grid, title="Shear")
    (axes,) = figure.axes
    lines = [points_of(line) for line in axes.lines]
    assert [len(line) for line in lines] == [7] * 5 + [5] * 7
    # Without an image the net is drawn over one of the grid's size.
    assert_allclose(lines[0][0], [(1 - 6 / 7 - 0.4) * 3.5 - 0.5, 0])
    assert_allclose(lines[5][4], [(1 - 6 / 7 + 0.4) * 3.5 - 0.5, 4])
    (frame,) = axes.patches
    assert frame.get_bbox().bounds == (-0.5, -0.5, 7, 5)
    assert axes.get_title() == "Shear"


def test_deformation_thins_out_lines_and_keeps_the_border():
    figure = plot_deformation(grid_of(np.eye(2, 3), 40, 40), num_lines=4)
    rows = [points_of(line)[0, 1] for line in figure.axes[0].lines[:4]]
    assert_allclose(rows, [0, 13, 26, 39])
    assert len(figure.axes[0].lines) == 8


def test_deformation_lies_on_the_image(rng):
    image = rng.uniform(size=(HEIGHT, WIDTH, 1))
    axes = plot_deformation(HALF, image=image).axes[0]
    np.testing.assert_array_equal(drawn(axes), image[..., 0])
    assert_allclose(
        points_of(axes.lines[0])[0],
        [(-0.125 + 1) / 2 * WIDTH - 0.5, (-0.625 + 1) / 2 * HEIGHT - 0.5],
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda i, w, g: (i[0], w, g), r"`images` must have the shape"),
        (lambda i, w, g: (i, w[..., 0], g), r"`warped` must have the shape"),
        (lambda i, w, g: (i, w, g[..., :1]), r"`grids` must have the shape"),
        (lambda i, w, g: (i[:2], w, g), r"one entry for each image"),
        (lambda i, w, g: (i, w[:2], g), r"one entry for each image"),
        (
            lambda i, w, g: (i, np.stack([w] * 2, 1), np.stack([g] * 3, 1)),
            r"transformers: \[2, 3\]",
        ),
        (lambda i, w, g: (i[:0], w[:0], g[:0]), r"at least one image"),
    ],
)
def test_arrays_that_do_not_fit_raise(run, change, message):
    with pytest.raises(ValueError, match=message):
        plot_warps(*change(*run))


def test_control_points_or_labels_that_do_not_fit_raise(run):
    with pytest.raises(ValueError, match="`control_points` must have"):
        plot_warps(*run, control_points=np.zeros((3, 2)))
    with pytest.raises(ValueError, match="'labels': 2"):
        plot_warps(*run, labels=["1", "2"])


def test_bad_deformations_raise():
    with pytest.raises(ValueError, match="`grid` must have the shape"):
        plot_deformation(np.zeros((1, 4, 4, 2)))
    with pytest.raises(ValueError, match="`image` must have the shape"):
        plot_deformation(HALF, image=np.zeros((4, 4)))
    with pytest.raises(ValueError, match="num_lines=1"):
        plot_deformation(HALF, num_lines=1)

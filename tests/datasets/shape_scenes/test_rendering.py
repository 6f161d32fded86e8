import math
import time

import numpy as np
import pytest

from keras_dl4.datasets import ShapeScenes
from keras_dl4.datasets.shape_scenes import Scene
from keras_dl4.datasets.shape_scenes import SceneObject
from keras_dl4.datasets.shape_scenes import render_scenes
from keras_dl4.datasets.shape_scenes.attributes import RADII
from keras_dl4.datasets.shape_scenes.attributes import SHAPES
from keras_dl4.datasets.shape_scenes.rendering import inside


def coverage(image_size=64, **values):
    """How much of each pixel a white object on black covers."""
    scene = Scene((SceneObject(**{"color": "white", **values}),))
    image = render_scenes([scene], image_size)[0].astype(float)
    return (image[..., 0] - 20.0) / 225.0


@pytest.mark.parametrize("image_size", [32, 48, 64])
@pytest.mark.parametrize("size", RADII)
def test_areas_are_those_of_geometry(image_size, size):
    radius = RADII[size] / 64 * image_size
    areas = {
        "circle": math.pi,
        "square": 1.7**2,
        "diamond": 2.0,
        "triangle": 2.0 * 2.0 / 2,
        "cross": 2 * (2 * 0.66) - 0.66**2,
        "ring": 0.7 * math.pi,
    }
    for shape, area in areas.items():
        found = coverage(image_size, shape=shape, size=size).sum()
        assert found == pytest.approx(area * radius**2, rel=0.13), shape


@pytest.mark.parametrize("shape", SHAPES)
def test_object_lies_where_the_scene_says(shape):
    ink = coverage(shape=shape, x=20, y=44)
    near = coverage(shape=shape)
    np.testing.assert_allclose(ink, np.roll(near, (12, -12), (0, 1)))
    rows, columns = np.nonzero(ink > 0.5)
    assert columns.min() + columns.max() == pytest.approx(2 * 20 - 1, abs=2)
    assert rows.min() >= 44 - 13
    assert rows.max() <= 44 + 12


def test_half_pixels_shift_by_half():
    """At 32 pixels a 64th is half a pixel: the mean of its two neighbors."""
    ink = coverage(32, shape="square", x=33)[16]
    left, right = (coverage(32, shape="square", x=x)[16] for x in (32, 34))
    np.testing.assert_allclose(ink, (left + right) / 2, atol=0.26)
    assert (ink != left).any()
    center = (np.arange(32) + 0.5) @ ink / ink.sum()
    assert center == pytest.approx(33 / 2, abs=0.1)


def test_shapes_differ_and_are_mirror_images_of_themselves():
    grid = 0.0503 * np.arange(-24, 25)  # on no edge
    y, x = np.meshgrid(grid, grid, indexing="ij")
    masks = {shape: inside(shape, x, y) for shape in SHAPES}
    for shape, mask in masks.items():
        np.testing.assert_array_equal(mask, mask[:, ::-1], err_msg=shape)
        assert not mask[np.maximum(abs(x), abs(y)) > 1.1].any(), shape
    for a in SHAPES:
        for b in SHAPES:
            overlap = (masks[a] & masks[b]).sum() / (masks[a] | masks[b]).sum()
            assert (overlap < 0.85) == (a != b)


def test_star_has_five_points_and_heart_two_bumps():
    angles = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    ring = inside("star", 0.75 * np.sin(angles), 0.75 * np.cos(angles))
    assert (ring & ~np.roll(ring, 1)).sum() == 5
    row = inside("heart", np.linspace(-1, 1, 201), np.full(201, -0.7))
    assert (row & ~np.roll(row, 1)).sum() == 2


def test_stripes_let_the_background_through():
    solid = coverage(shape="square")
    striped = coverage(shape="square", texture="striped")
    assert (striped <= solid + 1e-9).all()
    column = striped[:, 32]
    assert (np.abs(np.diff(column)) > 0.4).sum() >= 4
    row = striped[32, solid[32] > 0.9]
    assert np.ptp(row) < 1e-6


def test_colors_and_backgrounds_are_those_named():
    scene = Scene((SceneObject("circle", "blue"),), "cream")
    image = render_scenes([scene])[0]
    assert image[16, 16].tolist() == [50, 80, 225]
    assert image[0, 0].tolist() == [240, 228, 190]


def test_noise_is_as_strong_as_said_and_follows_from_the_seed():
    scenes = [Scene((SceneObject("circle", "red"),), "gray")] * 30
    clean, noisy = render_scenes(scenes), render_scenes(scenes, seed=2)
    difference = noisy[:, :8].astype(float) - clean[:, :8]
    assert difference.std() == pytest.approx(6.0, abs=0.1)
    assert difference.mean() == pytest.approx(0.0, abs=0.1)
    assert (noisy[0] != noisy[1]).any()
    np.testing.assert_array_equal(noisy, render_scenes(scenes, seed=2))
    jitter = noisy[:, 14:18, 14:18].mean(axis=(1, 2)) - [220, 40, 40]
    assert 4.0 < jitter.std() < 10.0


def test_odd_sizes_are_rendered():
    scenes = [Scene((SceneObject("circle", "red"),))]
    assert render_scenes(scenes, 33, seed=0).shape == (1, 33, 33, 3)


def test_two_thousand_pictures_take_less_than_a_second():
    scenes = ShapeScenes("full", num_examples=2000)
    scenes.images([0])
    start = time.process_time()
    assert scenes.images().shape == (2000, 32, 32, 3)
    assert time.process_time() - start < 1.0


def test_bad_arguments_raise():
    scene = Scene((SceneObject("circle", "red"),))
    with pytest.raises(ValueError, match="at least one scene"):
        render_scenes([])
    with pytest.raises(ValueError, match="image_size=8"):
        render_scenes([scene], 8)
    with pytest.raises(ValueError, match="seed=-1"):
        render_scenes([scene], seed=-1)

import numpy as np
import pytest

from keras_dl4.figures import animate_density_game
from keras_dl4.figures import plot_density_game

POINTS = np.linspace(-3, 3, 41)
DATA = np.exp(-0.5 * POINTS**2) / np.sqrt(2 * np.pi)
SAMPLES = np.roll(DATA, 8)
OPTIMUM = DATA / (DATA + SAMPLES)


def line_named(axes, label):
    (line,) = [x for x in axes.get_lines() if x.get_label() == label]
    return line


def test_curves_are_what_was_passed():
    figure = plot_density_game(POINTS, DATA, SAMPLES, OPTIMUM, title="Step 3")
    axes, twin = figure.axes
    for label, values in (("data", DATA), ("generator", SAMPLES)):
        np.testing.assert_array_equal(
            line_named(axes, label).get_xydata(), np.stack([POINTS, values], -1)
        )
    line = line_named(twin, "_discriminator")
    np.testing.assert_array_equal(line.get_ydata(), OPTIMUM)
    styles = [
        line_named(axes, label).get_linestyle()
        for label in ("data", "generator", "discriminator")
    ]
    assert styles == [":", "-", "--"]  # as in the paper
    assert axes.get_title() == "Step 3"
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert texts == ["data", "generator", "discriminator"]


def test_both_axes_have_their_zero_at_one_height():
    for latents in (None, (POINTS, POINTS)):
        figure = plot_density_game(
            POINTS, DATA, SAMPLES, OPTIMUM, latents=latents
        )
        heights = [
            axes.get_ylim()[0] / np.subtract(*axes.get_ylim())
            for axes in figure.axes
        ]
        assert heights[0] == pytest.approx(heights[1])
        assert figure.axes[1].get_ylim()[1] > 1.0


def test_lines_lead_from_latent_values_to_their_points(rng):
    latents = rng.uniform(-1, 1, 300)
    figure = plot_density_game(
        POINTS, DATA, SAMPLES, OPTIMUM, latents=(latents, latents**3)
    )
    lines = [
        line.get_xdata()
        for line in figure.axes[0].get_lines()
        if line.get_label() == "_latents"
    ]
    assert len(lines) == 25
    for start, end in lines:
        share = (start - POINTS[0]) / (POINTS[-1] - POINTS[0])
        latent = latents.min() + share * np.ptp(latents)
        assert end == pytest.approx(latent**3, abs=1e-9)
    assert lines[0][0] == pytest.approx(-3.0)
    assert lines[-1][0] == pytest.approx(3.0)


def test_animation_has_a_picture_for_each_moment(tmp_path):
    from PIL import Image

    generators = np.stack([np.roll(DATA, shift) for shift in (16, 8, 0)])
    path = tmp_path / "game.gif"
    animate_density_game(
        path,
        POINTS,
        DATA,
        generators,
        DATA / (DATA + generators),
        titles=["a", "b", "c"],
        rate=4,
    )
    with Image.open(path) as picture:
        assert picture.n_frames == 3
        frames = []
        for number in range(3):
            picture.seek(number)
            assert picture.info["duration"] == 250
            frames.append(np.asarray(picture.convert("RGB")))
    assert (frames[0] != frames[1]).any() and (frames[1] != frames[2]).any()
    assert [file.name for file in tmp_path.iterdir()] == ["game.gif"]


def test_bad_arrays_raise(tmp_path):
    with pytest.raises(ValueError, match="of one shape"):
        plot_density_game(POINTS, DATA, SAMPLES[:-1], OPTIMUM)
    with pytest.raises(ValueError, match="`points` must ascend"):
        plot_density_game(POINTS[::-1], DATA, SAMPLES, OPTIMUM)
    with pytest.raises(ValueError, match="`latents` must be a pair"):
        plot_density_game(
            POINTS, DATA, SAMPLES, OPTIMUM, latents=(POINTS, POINTS[:3])
        )
    with pytest.raises(ValueError, match=r"must end in '.gif'"):
        animate_density_game("a.mp4", POINTS, DATA, [SAMPLES], [OPTIMUM])
    for generators, discriminators in (([], []), ([SAMPLES] * 2, [OPTIMUM])):
        with pytest.raises(ValueError, match="for each picture, and at least"):
            animate_density_game(
                tmp_path / "a.gif", POINTS, DATA, generators, discriminators
            )
    assert not list(tmp_path.iterdir())

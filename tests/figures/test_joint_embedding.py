import numpy as np
import pytest
from keras import ops

from keras_dl4.figures import plot_joint_embedding


def dots_of(axes):
    return [np.asarray(each.get_offsets()) for each in axes.collections]


def places_of(axes):
    return np.array([text.xy for text in axes.texts])


def test_plane_is_that_of_the_largest_variance(rng, tmp_path):
    """Points of a plane that is turned into five dimensions come back."""
    plane = rng.normal(size=(12, 2)) * [5.0, 1.0]
    turn, _ = np.linalg.qr(rng.normal(size=(5, 5)))
    vectors = plane @ turn[:2] + rng.normal(size=5)
    figure = plot_joint_embedding(
        vectors[:9], ops.convert_to_tensor(vectors[9:]), ["a", "b", "$c"]
    )
    (axes,) = figure.axes
    found = np.concatenate([*dots_of(axes), places_of(axes)])
    gaps = np.linalg.norm(found[:, None] - found[None], axis=-1)
    expected = np.linalg.norm(plane[:, None] - plane[None], axis=-1)
    np.testing.assert_allclose(gaps, expected, rtol=1e-4, atol=1e-5)
    first, second = found.var(axis=0)
    assert first > second
    share = 100 * first / (first + second)
    assert axes.get_xlabel() == f"First component ({share:.0f} %)"
    assert [text.get_text() for text in axes.texts] == ["a", "b", "$c"]
    assert axes.get_legend() is None
    figure.savefig(tmp_path / "plane.png")


def test_images_of_one_label_have_one_color(rng):
    figure = plot_joint_embedding(
        rng.normal(size=(6, 3)),
        rng.normal(size=(1, 3)),
        ["blue"],
        image_labels=["red", "blue", "red", "blue", "blue", "?"],
        colors={"red": "#ff0000", "blue": "#0000ff"},
        title="Colors",
    )
    (axes,) = figure.axes
    assert list(map(len, dots_of(axes))) == [2, 3, 1]
    red, blue = (each.get_facecolor()[0, :3] for each in axes.collections[:2])
    assert tuple(red) == (1.0, 0.0, 0.0) and tuple(blue) == (0.0, 0.0, 1.0)
    shown = [text.get_text() for text in axes.get_legend().texts]
    assert shown == ["red", "blue", "?"]
    assert axes.get_title() == "Colors"


def test_equal_points_are_drawn(tmp_path):
    figure = plot_joint_embedding(np.ones((3, 2)), np.ones((1, 2)), ["one"])
    figure.savefig(tmp_path / "plane.png")
    assert np.all(dots_of(figure.axes[0])[0] == 0.0)


def test_what_does_not_fit_raises(rng):
    x = rng.normal(size=(3, 4))
    for arguments, labels in (
        ((x, x[:, :3], list("abc")), None),
        ((x, x, list("ab")), None),
        ((x, x, list("abc")), ["red"]),
        ((x[0], x, list("abc")), None),
        ((x[:, :1], x[:, :1], list("abc")), None),
    ):
        with pytest.raises(ValueError, match="There must be vectors"):
            plot_joint_embedding(*arguments, image_labels=labels)

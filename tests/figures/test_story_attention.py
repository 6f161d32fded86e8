import sys

import numpy as np
import pytest
from keras import ops

from keras_dl4.figures import plot_attention

STORY = ["Mary got the milk.", "John sat.", "Mary went home."]


@pytest.fixture
def attention(rng):
    return rng.dirichlet(np.ones(3), 2)


def test_cells_show_the_share_of_each_hop(attention):
    figure = plot_attention(
        STORY, ops.convert_to_tensor(attention), "Where?", "home", title="Two"
    )
    (axes,) = figure.axes
    (image,) = axes.get_images()
    np.testing.assert_allclose(image.get_array(), attention.T, rtol=1e-6)
    assert image.get_clim() == (0.0, 1.0)
    shown = {text.get_position(): text.get_text() for text in axes.texts}
    assert len(shown) == 6
    for (hop, row), text in shown.items():
        assert text == f"{attention[hop, row]:.2f}"
    assert [each.get_text() for each in axes.get_yticklabels()] == STORY
    assert [each.get_text() for each in axes.get_xticklabels()] == [
        "Hop 1",
        "Hop 2",
    ]
    assert axes.get_xlabel() == "Where?  home"
    assert axes.get_title() == "Two"


def test_first_sentence_is_on_top(attention, tmp_path):
    figure = plot_attention(STORY, attention)
    figure.savefig(tmp_path / "attention.png")
    (axes,) = figure.axes
    top, bottom = (
        axes.get_yticklabels()[row].get_window_extent().y0 for row in (0, 2)
    )
    assert top > bottom


def test_supports_are_marked(attention):
    (axes,) = plot_attention(STORY, attention, supports=[0, -1]).axes
    labels = axes.get_yticklabels()
    marked = [label.get_text().endswith("●") for label in labels]
    assert marked == [True, False, True]
    assert [label.get_fontweight() == "bold" for label in labels] == marked


def test_numbers_can_be_read_on_dark_cells():
    (axes,) = plot_attention(["A.", "B."], [[0.9, 0.1]]).axes
    assert [text.get_color() for text in axes.texts] == ["white", "0.2"]


def test_pyplot_is_left_alone(attention, tmp_path):
    was_loaded = "matplotlib.pyplot" in sys.modules
    plot_attention(STORY, attention).savefig(tmp_path / "attention.png")
    assert (tmp_path / "attention.png").stat().st_size > 5_000
    assert ("matplotlib.pyplot" in sys.modules) == was_loaded


@pytest.mark.parametrize(
    ("sentences", "shape"), [(STORY, (2, 4)), (STORY, (3,)), ([], (2, 0))]
)
def test_other_shape_raises(sentences, shape):
    with pytest.raises(ValueError, match="as `MemN2N.explain` returns them"):
        plot_attention(sentences, np.zeros(shape))


def test_support_of_no_sentence_raises(attention):
    with pytest.raises(ValueError, match=r"from 0 to 2.*\[3\]"):
        plot_attention(STORY, attention, supports=[0, 3])


def test_dollar_signs_are_no_formulas():
    text = r"It costs $\\frac{ now$."
    figure = plot_attention([text], [[1.0]], question=text, title=text)
    figure.canvas.draw()

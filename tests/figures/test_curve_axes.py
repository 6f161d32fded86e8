from keras_dl4.figures.curve_axes import COLORS
from keras_dl4.figures.curve_axes import draw_reference
from keras_dl4.figures.curve_axes import new_curve_axes


def test_axes_have_their_names():
    figure, axes = new_curve_axes("x", "y", "Title")
    assert figure.axes == [axes]
    assert axes.get_xlabel() == "x"
    assert axes.get_ylabel() == "y"
    assert axes.get_title() == "Title"
    assert not axes.spines["top"].get_visible()
    assert new_curve_axes("x", "y")[1].get_title() == ""


def test_reference_is_a_horizontal_line_with_a_name():
    _, axes = new_curve_axes("x", "y")
    draw_reference(axes, 3.0, "best")
    (line,) = axes.lines
    assert set(line.get_ydata()) == {3.0}
    assert line.get_label() == "best"


def test_colors_differ():
    assert len(set(COLORS)) == len(COLORS)

import numpy as np
import pytest
from keras import ops

from keras_dl4.figures import plot_contraction_curves


def test_curves_are_drawn_by_name_with_a_line_at_one(rng):
    radii = np.linspace(1, 5, 4)
    curves = {
        name: (radii, ops.convert_to_tensor(rng.random(4)))
        for name in ("plain", "contractive")
    }
    figure = plot_contraction_curves(curves, title="MNIST")
    (axes,) = figure.axes
    *drawn, reference = axes.lines
    assert [line.get_label() for line in drawn] == list(curves)
    assert len({line.get_color() for line in drawn}) == 2
    for line, (_, ratios) in zip(drawn, curves.values(), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), radii)
        np.testing.assert_array_equal(line.get_ydata(), ratios)
    assert set(reference.get_ydata()) == {1.0}
    assert axes.get_ylim()[0] == 0.0
    assert axes.get_xlabel() == "Radius around an example"
    assert axes.get_title() == "MNIST"


def test_bad_curves_raise(rng):
    with pytest.raises(ValueError, match="at least one name"):
        plot_contraction_curves({})
    with pytest.raises(ValueError, match="for 'plain'. Compute a ratio"):
        plot_contraction_curves({"plain": (np.ones(3), np.ones(4))})
    with pytest.raises(ValueError, match="for 'plain'. Compute a ratio"):
        plot_contraction_curves({"plain": np.ones(3)})

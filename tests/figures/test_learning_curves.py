import numpy as np
import pytest
from keras import ops

from keras_dl4.figures import plot_learning_curves

SEQUENCES = np.array([0, 1500, 3000, 10_000])


def line_of(figure, name):
    (line,) = [
        line for line in figure.axes[0].lines if line.get_label() == name
    ]
    return line


def test_curve_is_drawn_over_thousands_of_sequences():
    bits = [84.0, 40.0, 3.0, 0.5]
    figure = plot_learning_curves({"LSTM": (SEQUENCES, bits)}, title="Copy")
    line = line_of(figure, "LSTM")
    np.testing.assert_allclose(line.get_xdata(), [0, 1.5, 3, 10])
    np.testing.assert_array_equal(line.get_ydata(), bits)
    axes = figure.axes[0]
    assert axes.get_xlabel() == "Training sequences (thousands)"
    assert axes.get_ylabel() == "Cost per sequence (bits)"
    assert axes.get_title() == "Copy"
    assert axes.get_ylim()[0] == 0.0
    assert not axes.collections


def test_several_seeds_give_median_and_range(rng):
    bits = rng.uniform(size=(5, 4))
    figure = plot_learning_curves({"NTM": (SEQUENCES, bits)})
    line = line_of(figure, "NTM (median of 5)")
    np.testing.assert_allclose(line.get_ydata(), np.sort(bits, axis=0)[2])
    (band,) = figure.axes[0].collections
    points = band.get_paths()[0].vertices
    for thousands, seeds in zip(SEQUENCES / 1000, bits.T, strict=True):
        edges = points[points[:, 0] == thousands, 1]
        assert edges.min() == seeds.min()
        assert edges.max() == seeds.max()


def test_curves_have_their_names_and_own_colors(rng):
    curves = {
        name: (SEQUENCES, rng.uniform(size=4))
        for name in ("LSTM", "NTM, LSTM controller", "NTM, dense controller")
    }
    figure = plot_learning_curves(curves)
    colors = {line_of(figure, name).get_color() for name in curves}
    assert len(colors) == 3
    legend = figure.axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == list(curves)


def test_reference_is_a_horizontal_line_with_a_name():
    figure = plot_learning_curves(
        {"NTM": (SEQUENCES, [150.0, 140.0, 134.0, 133.0])},
        reference=131.5,
        reference_label="optimal predictor",
    )
    line = line_of(figure, "optimal predictor")
    assert set(line.get_ydata()) == {131.5}
    # Bits near the reference would be one flat line if the axis began at 0.
    low, high = figure.axes[0].get_ylim()
    assert 120 < low < 131.5 < high


def test_log_axis_has_room_for_zero():
    figure = plot_learning_curves({"NTM": (SEQUENCES, [84, 9, 1, 0])}, log=True)
    axes = figure.axes[0]
    to_pixels = axes.transData.transform
    heights = [to_pixels((0, bits))[1] for bits in (0.1, 1.0, 10.0)]
    assert heights[2] - heights[1] == pytest.approx(heights[1] - heights[0])
    assert np.isfinite(to_pixels((0, 0.0))).all()
    assert axes.get_ylim()[0] == 0.0


def test_backend_tensors_are_accepted():
    bits = ops.convert_to_tensor([4.0, 3.0, 2.0, 1.0])
    sequences = ops.convert_to_tensor(SEQUENCES)
    figure = plot_learning_curves({"NTM": (sequences, bits)})
    np.testing.assert_array_equal(
        line_of(figure, "NTM").get_ydata(), [4, 3, 2, 1]
    )


def test_no_curve_raises():
    with pytest.raises(ValueError, match="at least one name"):
        plot_learning_curves({})


@pytest.mark.parametrize(
    "sequences_shape, bits_shape",
    [((4,), (3,)), ((4,), (4, 2)), ((2, 4), (2, 4)), ((0,), (0,)), ((), ())],
)
def test_shapes_that_do_not_fit_raise(sequences_shape, bits_shape):
    curves = {"NTM": (np.zeros(sequences_shape), np.zeros(bits_shape))}
    with pytest.raises(ValueError, match="for 'NTM'. Record one cost"):
        plot_learning_curves(curves)


def test_curve_that_is_no_pair_raises():
    with pytest.raises(ValueError, match="must be a pair"):
        plot_learning_curves({"NTM": np.zeros(4)})

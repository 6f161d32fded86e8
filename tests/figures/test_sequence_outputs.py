import numpy as np
import pytest
from keras import ops

from keras_dl4.figures import plot_outputs

LENGTHS = (10, 20, 30, 50, 120)


@pytest.fixture
def sequences(rng):
    """Targets and logits that are right, for each of `LENGTHS`."""
    targets = [rng.integers(0, 2, (length, 8)) for length in LENGTHS]
    logits = [
        np.where(target == 1, 1.0, -1.0) * rng.uniform(0.1, 5, target.shape)
        for target in targets
    ]
    return targets, logits


def pairs_of(figure):
    """Upper and lower axes of each sequence; the last axes is the color bar."""
    axes = figure.axes[:-1]
    return list(zip(axes[::2], axes[1::2], strict=True))


def array_of(axes):
    return np.asarray(axes.get_images()[0].get_array())


def test_target_and_output_are_drawn(sequences):
    targets, logits = sequences
    pairs = pairs_of(plot_outputs(targets, logits))
    assert len(pairs) == len(LENGTHS)
    for (upper, lower), target, logit in zip(
        pairs, targets, logits, strict=True
    ):
        np.testing.assert_array_equal(array_of(upper), target.T)
        np.testing.assert_allclose(
            array_of(lower), 1 / (1 + np.exp(-logit.T)), rtol=1e-12
        )
        assert upper.get_title() == f"Length {len(target)}\n0 wrong bits"
        assert upper.get_xlim() == lower.get_xlim()
        assert lower.collections[0].get_offsets().size == 0


def test_target_is_above_output_and_widths_are_proportional(sequences):
    figure = plot_outputs(*sequences)
    width_of_a_step = []
    for (upper, lower), length in zip(pairs_of(figure), LENGTHS, strict=True):
        above, below = upper.get_position(), lower.get_position()
        assert above.y0 > below.y1
        assert (above.x0, above.x1) == (below.x0, below.x1)
        width_of_a_step.append(above.width / length)
    np.testing.assert_allclose(width_of_a_step, width_of_a_step[0])


def test_panels_and_titles_do_not_overlap(sequences, rng):
    targets, logits = sequences
    short = [rng.integers(0, 2, (3, 8)) for _ in range(9)]
    figure = plot_outputs(short + targets, short + logits, title="Copy")
    figure.draw_without_rendering()
    boxes = [axes.get_window_extent() for axes in figure.axes]
    boxes += [axes.title.get_window_extent() for axes in figure.axes[:-1:2]]
    boxes += [figure._suptitle.get_window_extent()]
    for index, box in enumerate(boxes):
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1
        assert box.y0 >= 0 and box.y1 <= figure.bbox.y1
        for other in boxes[:index]:
            assert not box.overlaps(other)


def test_wrong_bits_are_counted_and_marked(sequences):
    targets, logits = sequences
    logits[0][3, 5] *= -1
    logits[1][0, 0] *= -1
    logits[1][19, 7] = np.nan
    (first_up, first_low), (second_up, second_low), *_ = pairs_of(
        plot_outputs(targets, logits)
    )
    assert first_up.get_title() == "Length 10\n1 wrong bit"
    assert second_up.get_title() == "Length 20\n2 wrong bits"
    np.testing.assert_array_equal(
        first_low.collections[0].get_offsets(), [[3, 5]]
    )
    np.testing.assert_array_equal(
        second_low.collections[0].get_offsets(), [[0, 0], [19, 7]]
    )


def test_probabilities_are_drawn_as_they_are(rng):
    target = rng.integers(0, 2, (6, 2))
    probability = rng.uniform(size=(6, 2))
    figure = plot_outputs([target], [probability], from_logits=False)
    ((upper, lower),) = pairs_of(figure)
    np.testing.assert_array_equal(array_of(lower), probability.T)
    wrong = int((np.round(probability) != target).sum())
    assert upper.get_title().startswith(f"Length 6\n{wrong} wrong bit")


def test_only_steps_with_a_weight_are_drawn(sequences):
    targets, logits = sequences
    weights = [np.arange(length) % 2 for length in LENGTHS]
    figure = plot_outputs(targets, logits, sample_weights=weights)
    for (upper, lower), target in zip(pairs_of(figure), targets, strict=True):
        np.testing.assert_array_equal(array_of(upper), target[1::2].T)
        assert array_of(lower).shape == array_of(upper).shape
        assert upper.get_title().startswith(f"Length {len(target) // 2}\n")


def test_backend_tensors_are_accepted(sequences):
    targets, logits = sequences
    tensors = [ops.convert_to_tensor(z, "float32") for z in logits]
    figure = plot_outputs([ops.convert_to_tensor(y) for y in targets], tensors)
    np.testing.assert_array_equal(array_of(figure.axes[0]), targets[0].T)


@pytest.mark.parametrize("count", [0, 1])
def test_lists_of_other_lengths_raise(sequences, count):
    targets, logits = sequences
    with pytest.raises(ValueError, match="one array per sequence"):
        plot_outputs(targets[:count], logits[:0])
    with pytest.raises(ValueError, match="5 targets, 5 outputs, 1 weights"):
        plot_outputs(targets, logits, sample_weights=[np.ones(10)])


def test_batch_raises(rng):
    batch = rng.integers(0, 2, (4, 10, 8))
    with pytest.raises(ValueError, match="Take one sequence out of a batch"):
        plot_outputs([batch], [batch])


def test_other_shapes_raise(sequences):
    targets, logits = sequences
    logits[1] = logits[1][:-1]
    with pytest.raises(ValueError, match=r"shapes \(20, 8\) and \(19, 8\)"):
        plot_outputs(targets, logits)
    with pytest.raises(ValueError, match=r"the shape \(10,\) of its steps"):
        plot_outputs(targets[:1], logits[:1], sample_weights=[np.ones(9)])


def test_sequence_without_steps_raises():
    target = np.ones((4, 2))
    with pytest.raises(ValueError, match="0 steps with a weight above 0"):
        plot_outputs([target], [target], sample_weights=[np.zeros(4)])

import importlib
import sys

import numpy as np
import pytest
from keras import ops

import keras_dl4
from keras_dl4.figures import plot_memory_use

TIME, MEMORY_SIZE, WORD_DIM = 7, 16, 5


def trace_of(rng, write_heads=1, read_heads=1):
    """Weightings that all peak within locations 4 to 8."""

    def weightings(heads):
        w = np.full((TIME, heads, MEMORY_SIZE), 0.01)
        peaks = 4 + np.add.outer(np.arange(TIME), np.arange(heads)) % 5
        np.put_along_axis(w, peaks[..., None], 1 - 0.01 * 15, axis=-1)
        return w

    return {
        "adds": rng.normal(size=(TIME, write_heads, WORD_DIM)),
        "reads": rng.normal(size=(TIME, read_heads, WORD_DIM)),
        "write_weightings": weightings(write_heads),
        "read_weightings": weightings(read_heads),
        "gates": rng.uniform(size=(TIME, write_heads + read_heads)),
    }


@pytest.fixture
def run(rng):
    """Inputs, logits and trace of one sequence."""
    inputs = rng.integers(0, 2, (TIME, 4)).astype("float32")
    return inputs, rng.normal(0, 3, (TIME, 3)), trace_of(rng)


def images_of(figure):
    """`{title: image arrays, one per head}`, from top to bottom."""
    images, title = {}, None
    for axes in figure.axes:
        if axes.get_images():
            title = axes.get_title() or title
            images.setdefault(title, []).append(axes.get_images()[0])
    return {
        title: [np.asarray(image.get_array()) for image in group]
        for title, group in images.items()
    }


def test_panels_show_the_given_data(run):
    inputs, logits, trace = run
    images = images_of(plot_memory_use(inputs, logits, trace))
    expected = {
        "Inputs": inputs,
        "Adds": trace["adds"][:, 0],
        "Write weightings": trace["write_weightings"][:, 0, 3:10],
        "Outputs": 1 / (1 + np.exp(-logits)),
        "Reads": trace["reads"][:, 0],
        "Read weightings": trace["read_weightings"][:, 0, 3:10],
    }
    assert images.keys() == expected.keys()
    for title, values in expected.items():
        (image,) = images[title]
        np.testing.assert_allclose(image, values.T, rtol=1e-12, err_msg=title)


def test_inputs_are_left_of_outputs_and_above_weightings(run):
    figure = plot_memory_use(*run, title="Copy")
    figure.draw_without_rendering()
    place = {
        axes.get_title(): axes.get_position()
        for axes in figure.axes
        if axes.get_images()
    }
    for left, right in (
        ("Inputs", "Outputs"),
        ("Adds", "Reads"),
        ("Write weightings", "Read weightings"),
    ):
        assert place[left].x1 < place[right].x0
        assert place[left].y0 == pytest.approx(place[right].y0)
    for upper, lower in (("Inputs", "Adds"), ("Adds", "Write weightings")):
        assert place[upper].y0 > place[lower].y1
        # The same time step is at the same place in both.
        assert place[upper].x0 == pytest.approx(place[lower].x0)
        assert place[upper].x1 == pytest.approx(place[lower].x1)
    assert figure.get_suptitle() == "Copy"


def test_time_axis_is_shared_and_labeled_at_the_bottom(run):
    figure = plot_memory_use(*run)
    panels = [axes for axes in figure.axes if axes.get_images()]
    assert len({axes.get_xlim() for axes in panels}) == 1
    panels[0].set_xlim(2, 4)
    assert {axes.get_xlim() for axes in panels} == {(2, 4)}
    labels = {a.get_title(): a.get_xlabel() for a in panels}
    assert labels["Write weightings"] == labels["Read weightings"] == "Time"
    assert labels["Inputs"] == labels["Adds"] == ""


def test_each_head_has_its_own_panel(run, rng):
    inputs, logits, _ = run
    trace = trace_of(rng, write_heads=3, read_heads=2)
    figure = plot_memory_use(inputs, logits, trace, locations=slice(None))
    images = images_of(figure)
    assert [len(images[t]) for t in ("Adds", "Reads")] == [3, 2]
    for title, name in (
        ("Write weightings", "write_weightings"),
        ("Read weightings", "read_weightings"),
        ("Adds", "adds"),
        ("Reads", "reads"),
    ):
        for head, image in enumerate(images[title]):
            np.testing.assert_array_equal(image, trace[name][:, head].T)
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert "Head 3" in labels and "Head 3\nLocation" in labels
    figure.draw_without_rendering()
    boxes = [axes.get_window_extent() for axes in figure.axes]
    for index, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:index])


def test_probabilities_are_drawn_as_they_are(run):
    inputs, logits, trace = run
    figure = plot_memory_use(inputs, logits, trace, from_logits=False)
    np.testing.assert_array_equal(images_of(figure)["Outputs"][0], logits.T)


def test_locations_argument_selects_them(run):
    inputs, logits, trace = run
    figure = plot_memory_use(inputs, logits, trace, locations=slice(2, 6))
    (image,) = images_of(figure)["Read weightings"]
    expected = trace["read_weightings"][:, 0, 2:6].T
    np.testing.assert_array_equal(image, expected)
    assert location_labels(figure) == ["2", "3", "4", "5"]


def location_labels(figure):
    axes = next(a for a in figure.axes if a.get_title() == "Write weightings")
    rows = axes.get_images()[0].get_array().shape[0]
    formatter = axes.yaxis.get_major_formatter()
    assert formatter(rows, 0) == formatter(-1, 0) == ""
    return [formatter(row, 0) for row in range(rows)]


@pytest.mark.parametrize(
    "used, expected",
    [
        ([5, 6, 7], [4, 5, 6, 7, 8]),
        ([0, 2], [0, 1, 2, 3]),
        ([12, 15], [11, 12, 13, 14, 15]),
        # Memory is circular: 14, 15, 0, 1 are neighbors.
        ([14, 1], [14, 15, 0, 1]),
        ([3], [2, 3, 4]),
        (range(16), range(16)),
        ([], range(16)),
    ],
)
def test_default_locations_are_the_ones_in_use(run, used, expected):
    inputs, logits, trace = run
    for name in ("read_weightings", "write_weightings"):
        trace[name] = np.full((TIME, 1, MEMORY_SIZE), 0.05)
    for step, location in enumerate(used):
        name = ("read_weightings", "write_weightings")[step % 2]
        trace[name][step % TIME, 0, location] = 0.3
    figure = plot_memory_use(inputs, logits, trace)
    assert location_labels(figure) == [str(i) for i in expected]
    (image,) = images_of(figure)["Read weightings"]
    np.testing.assert_array_equal(
        image, trace["read_weightings"][:, 0, list(expected)].T
    )


def test_color_scales_span_the_data(run):
    inputs, logits, trace = run
    inputs[2, 3] = -0.7  # such as a priority
    figure = plot_memory_use(inputs, logits, trace)
    limits = {
        axes.get_title(): axes.get_images()[0].get_clim()
        for axes in figure.axes
        if axes.get_images()
    }
    assert limits["Inputs"] == limits["Outputs"]
    assert limits["Inputs"] == pytest.approx((-0.7, 1.0))
    largest = max(np.abs(trace["adds"]).max(), np.abs(trace["reads"]).max())
    assert limits["Adds"] == limits["Reads"] == (-largest, largest)
    assert limits["Write weightings"] == limits["Read weightings"] == (0, 1)


def test_backend_tensors_are_accepted(run):
    inputs, logits, trace = run
    trace = {k: ops.convert_to_tensor(v, "float32") for k, v in trace.items()}
    figure = plot_memory_use(
        ops.convert_to_tensor(inputs), ops.convert_to_tensor(logits), trace
    )
    np.testing.assert_array_equal(images_of(figure)["Inputs"][0], inputs.T)


def test_unwritten_memory_can_be_drawn(run):
    inputs, logits, trace = run
    trace["adds"][:] = trace["reads"][:] = 0.0
    figure = plot_memory_use(inputs, logits, trace)
    (adds,) = [axes for axes in figure.axes if axes.get_title() == "Adds"]
    assert adds.get_images()[0].get_clim() == (-1.0, 1.0)


def test_pyplot_is_left_alone(run, tmp_path):
    was_loaded = "matplotlib.pyplot" in sys.modules
    plot_memory_use(*run).savefig(tmp_path / "memory_use.png")
    assert (tmp_path / "memory_use.png").stat().st_size > 10_000
    if was_loaded:
        assert not sys.modules["matplotlib.pyplot"].get_fignums()
    else:
        assert "matplotlib.pyplot" not in sys.modules


def test_batch_raises(run):
    inputs, logits, trace = run
    with pytest.raises(ValueError, match=r"`inputs` must .* with an index"):
        plot_memory_use(inputs[None], logits, trace)
    batched = {**trace, "reads": trace["reads"][None]}
    with pytest.raises(ValueError, match=r"`trace\['reads'\]` must have"):
        plot_memory_use(inputs, logits, batched)


def test_other_number_of_steps_raises(run):
    inputs, logits, trace = run
    with pytest.raises(ValueError, match="`outputs` must have"):
        plot_memory_use(inputs, logits[:-1], trace)


def test_missing_trace_raises(run):
    inputs, logits, trace = run
    del trace["adds"]
    with pytest.raises(ValueError, match=r"without \['adds'\].*return_trace"):
        plot_memory_use(inputs, logits, trace)


def test_traces_of_two_memories_raise(run):
    inputs, logits, trace = run
    trace["read_weightings"] = trace["read_weightings"][..., :-1]
    with pytest.raises(ValueError, match="memory sizes 15 and 16"):
        plot_memory_use(inputs, logits, trace)


@pytest.mark.parametrize("locations", [slice(16, None), 3])
def test_bad_locations_raise(run, locations):
    inputs, logits, trace = run
    with pytest.raises(ValueError, match="must be a slice of the 16 memory"):
        plot_memory_use(inputs, logits, trace, locations=locations)


def test_missing_matplotlib_error_says_what_to_install(monkeypatch):
    importlib.import_module("keras_dl4.figures")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "keras_dl4.figures")
    with pytest.raises(ImportError, match=r"pip install 'keras_dl4\[figures"):
        keras_dl4.__getattr__("figures")

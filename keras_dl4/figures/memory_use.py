"""How a Neural Turing Machine uses its memory while it reads a sequence."""

import math

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from matplotlib.ticker import MaxNLocator

_TRACE_SHAPES = {
    "adds": "(time, write heads, word_dim)",
    "write_weightings": "(time, write heads, memory_size)",
    "reads": "(time, read heads, word_dim)",
    "read_weightings": "(time, read heads, memory_size)",
}
# A location is in use once a head puts this much of its weight there.
_USED = 0.1
# Of bits, words and weightings: inches per row of the image, and the smallest
# and largest height of one panel.
_ROW_HEIGHTS = ((0.14, 0.7, 2.0), (0.07, 0.7, 1.6), (0.07, 0.9, 2.4))


def plot_memory_use(
    inputs,
    outputs,
    trace,
    *,
    from_logits=True,
    locations=None,
    title=None,
):
    """Plots what one sequence makes a memory network write and read.

    Left column: the inputs, the vectors added to memory, and where they are
    written. Right column: the outputs, the vectors read, and where they are
    read. Time runs along the x axis of every panel. With several heads each
    has a panel of its own, one below the other.

    Args:
        inputs: Array or tensor of shape `(time, input_dim)`, one sequence.
        outputs: Array or tensor of shape `(time, target_dim)`, what the model
            predicted for it.
        trace: Dict of arrays or tensors without a batch axis, as
            `NTM(..., return_trace=True)` returns it for a batch: `adds` and
            `reads` of shape `(time, heads, word_dim)`, `write_weightings` and
            `read_weightings` of shape `(time, heads, memory_size)`. Other keys
            are ignored.
        from_logits: Boolean, whether `outputs` are logits, which are drawn
            as probabilities. Defaults to `True`.
        locations: Slice, the memory locations to draw. Defaults to `None`: the
            shortest stretch of the circular memory with every location that a
            head puts at least 10 percent of its weight on.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If an array has the wrong rank or number of time steps,
            `trace` lacks a key, or `locations` selects nothing.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> vectors = rng.normal(size=(11, 1, 20))
    >>> weightings = np.eye(11, 128)[:, np.newaxis]
    >>> trace = {
    ...     "adds": vectors,
    ...     "write_weightings": weightings,
    ...     "reads": vectors,
    ...     "read_weightings": weightings,
    ... }
    >>> inputs = rng.integers(0, 2, (11, 9))
    >>> figure = plot_memory_use(inputs, rng.normal(size=(11, 8)), trace)
    >>> [axes.get_title() for axes in figure.axes][:2]
    ['Inputs', 'Outputs']

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401), Figures 6,
          9, 12, 15 and 17
    """
    inputs, outputs, trace = _checked_arrays(inputs, outputs, trace)
    if from_logits:
        outputs = 0.5 * (1.0 + np.tanh(outputs / 2.0))  # sigmoid
    shown = _shown_locations(trace, locations)
    columns = (
        (
            ("Inputs", inputs[:, np.newaxis]),
            ("Adds", trace["adds"]),
            ("Write weightings", trace["write_weightings"][..., shown]),
        ),
        (
            ("Outputs", outputs[:, np.newaxis]),
            ("Reads", trace["reads"]),
            ("Read weightings", trace["read_weightings"][..., shown]),
        ),
    )
    figure, cells = _new_figure(columns, title)
    for row, style in enumerate(_styles(columns)):
        for column, panels in enumerate(columns):
            name, values = panels[row]
            images = _draw_heads(figure, cells(row, column), values, style)
            images[0].axes.set_title(name, fontsize=11)
            if row == 2:
                _label_locations(images, shown, labeled=column == 0)
                images[-1].axes.tick_params(labelbottom=True)
                images[-1].axes.set_xlabel("Time")
        (cell,) = cells(row, 2)
        colorbar = figure.colorbar(images[0], cax=figure.add_subplot(cell))
        colorbar.outline.set_visible(False)
        colorbar.ax.tick_params(labelsize=8, length=2)
        colorbar.locator = MaxNLocator(nbins=4, steps=[1, 2, 5, 10])
    return figure


def _checked_arrays(inputs, outputs, trace):
    inputs, outputs = np.asarray(inputs), np.asarray(outputs)
    missing = [name for name in _TRACE_SHAPES if name not in trace]
    if missing:
        raise ValueError(
            f"`trace` must have the keys {list(_TRACE_SHAPES)}. Received: "
            f"keys {list(trace)}, without {missing}. Build the layer with "
            "`return_trace=True` and pass the trace that it returns."
        )
    arrays = {
        "inputs": (inputs, "(time, input_dim)"),
        "outputs": (outputs, "(time, target_dim)"),
    }
    for name, shape in _TRACE_SHAPES.items():
        arrays[f"trace['{name}']"] = (np.asarray(trace[name]), shape)
    for name, (array, shape) in arrays.items():
        expected_rank = shape.count(",") + 1
        if array.ndim != expected_rank or array.shape[0] != len(inputs):
            raise ValueError(
                f"`{name}` must have the shape {shape}, with the number of "
                f"time steps of `inputs`. Received: {name} of shape "
                f"{array.shape}, inputs of shape {inputs.shape}. Take one "
                "sequence out of a batch with an index: `inputs[0]`."
            )
    checked = [array.astype("float64") for array, _ in arrays.values()]
    return (
        checked[0],
        checked[1],
        dict(zip(_TRACE_SHAPES, checked[2:], strict=True)),
    )


def _shown_locations(trace, locations):
    """The indices of the memory locations that are drawn, in their order."""
    memory_size = trace["read_weightings"].shape[-1]
    if trace["write_weightings"].shape[-1] != memory_size:
        raise ValueError(
            "Read and write weightings must be over the same memory. "
            f"Received: memory sizes {memory_size} and "
            f"{trace['write_weightings'].shape[-1]}. Pass the trace of one "
            "layer."
        )
    if locations is None:
        return _used_locations(trace, memory_size)
    shown = np.arange(memory_size)[locations]
    if shown.ndim != 1 or not shown.size:
        raise ValueError(
            f"`locations` must be a slice of the {memory_size} memory "
            f"locations. Received: {locations}. Pass None to have them chosen."
        )
    return shown


def _used_locations(trace, memory_size):
    """The shortest circular stretch that holds every location in use."""
    peaks = np.maximum(
        trace["read_weightings"].max((0, 1)),
        trace["write_weightings"].max((0, 1)),
    )
    used = np.flatnonzero(peaks >= _USED)
    if not used.size:
        return np.arange(memory_size)
    # The stretch starts behind the widest gap between neighbors in use; among
    # equal ones that is the last one, which keeps location 0 at the top.
    gaps = np.diff(used, append=used[0] + memory_size)
    start = used[-gaps[::-1].argmax() % used.size]
    length = memory_size - gaps.max() + 1
    if start + length <= memory_size:
        # One unused location on each side shows that nothing is cut off.
        first = max(start - 1, 0)
        return np.arange(first, min(start + length + 1, memory_size))
    return np.arange(start, start + length) % memory_size


def _new_figure(columns, title):
    """An empty figure, and a function from a row and column to its cells."""
    heads = [[values.shape[1] for _, values in panels] for panels in columns]
    sizes = [[values.shape[2] for _, values in panels] for panels in columns]
    # One grid for all panels keeps their sides in line. A row has as many
    # grid lines as it takes to split it evenly between either number of heads.
    lines = [math.lcm(*counts) for counts in zip(*heads, strict=True)]
    heights = [
        max(count) * np.clip(inches * max(size), low, high / max(count) ** 0.5)
        for count, size, (inches, low, high) in zip(
            zip(*heads, strict=True),
            zip(*sizes, strict=True),
            _ROW_HEIGHTS,
            strict=True,
        )
    ]
    figure = Figure(
        figsize=(10.0, sum(heights) + 1.2), dpi=120, layout="constrained"
    )
    if title is not None:
        figure.suptitle(title, fontsize=13)
    grid = figure.add_gridspec(
        sum(lines),
        3,
        height_ratios=np.repeat(np.divide(heights, lines), lines),
        width_ratios=(50, 50, 1),  # the last one for the color bars
    )

    def cells(row, column):
        count = heads[column][row] if column < len(heads) else 1
        first, step = sum(lines[:row]), lines[row] // count
        return [
            grid[first + step * head : first + step * (head + 1), column]
            for head in range(count)
        ]

    return figure, cells


def _styles(columns):
    """Colors of the three rows of panels, the same in both columns."""
    (_, inputs), (_, adds), _ = columns[0]
    (_, outputs), (_, reads), _ = columns[1]
    largest = max(np.abs(adds).max(), np.abs(reads).max()) or 1.0
    return (
        {
            "cmap": "viridis",
            # Other inputs than bits, such as a priority, may go beyond.
            "vmin": min(0.0, inputs.min(), outputs.min()),
            "vmax": max(1.0, inputs.max(), outputs.max()),
        },
        # Words have a sign; the middle color is 0.
        {"cmap": "RdBu_r", "vmin": -largest, "vmax": largest},
        {"cmap": "gray", "vmin": 0.0, "vmax": 1.0},
    )


def _draw_heads(figure, cells, values, style):
    """Draws `(time, heads, size)` as one image per head."""
    images = []
    for head, cell in enumerate(cells):
        axes = figure.add_subplot(
            cell, sharex=figure.axes[0] if figure.axes else None
        )
        images.append(
            axes.imshow(
                values[:, head].T,
                aspect="auto",
                interpolation="nearest",
                **style,
            )
        )
        axes.set_yticks([])
        axes.tick_params(labelsize=8, length=2, labelbottom=False)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[:].set_color("0.6")
        if len(cells) > 1:
            axes.set_ylabel(f"Head {head + 1}", fontsize=9)
    return images


def _label_locations(images, shown, labeled):
    """Puts the number of the memory location beside the rows."""

    def location(row, _):
        row = round(row)
        return str(shown[row]) if 0 <= row < shown.size else ""

    for image in images:
        axis = image.axes.yaxis
        axis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        axis.set_major_formatter(FuncFormatter(location))
        axis.set_tick_params(labelleft=labeled)
        if labeled:
            head = image.axes.get_ylabel()
            image.axes.set_ylabel(
                f"{head}\nLocation" if head else "Location", fontsize=9
            )

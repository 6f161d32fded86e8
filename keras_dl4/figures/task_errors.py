"""Errors task by task, beside those of others."""

import numpy as np
from matplotlib.figure import Figure

from keras_dl4.figures.curve_axes import COLORS
from keras_dl4.figures.curve_axes import draw_reference


def plot_task_errors(errors, *, tasks=None, failed_above=5.0, title=None):
    """Plots bars of the error in each task, those of one task together.

    The legend shows the mean of each series, and in how many tasks its error
    is too large.

    Args:
        errors: Dict from the name of a series, such as `"ours"` and
            `"paper"`, to its errors in percent, one for each task; NaN where
            there is none, which does not count.
        tasks: List of the labels of the tasks, or `None` to count from 1.
            Defaults to `None`.
        failed_above: Float, the largest error in percent of a task that is
            solved. Defaults to `5.0`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If there is no series, or one of another length.

    Example:

    >>> figure = plot_task_errors(
    ...     {"ours": [0.0, 8.5], "paper": [0.0, 8.3]}, tasks=[1, 2]
    ... )
    >>> [text.get_text() for text in figure.axes[0].get_legend().texts][0]
    'ours: mean 4.2 %, 1 failed'

    References:
        - [End-To-End Memory Networks](https://arxiv.org/abs/1503.08895),
          Table 1
    """
    errors, tasks = _checked(errors, tasks)
    num_tasks, width = len(tasks), 0.8 / len(errors)
    figure = Figure(
        # Room for the legend, or for the bars.
        figsize=(max(2.8 * (len(errors) + 1), 0.5 * num_tasks), 4.2),
        dpi=120,
        layout="constrained",
    )
    axes = figure.add_subplot()
    axes.set_axisbelow(True)
    axes.grid(color="0.9", linewidth=0.8, axis="y")
    places = np.arange(num_tasks)
    for index, (name, values) in enumerate(errors.items()):
        known = values[np.isfinite(values)]
        failed = int(np.sum(known > failed_above))
        axes.bar(
            places + (index - (len(errors) - 1) / 2.0) * width,
            np.nan_to_num(values),
            width,
            color=COLORS[index % len(COLORS)],
            label=f"{name}: mean {known.mean():.1f} %, {failed} failed",
        )
    draw_reference(axes, failed_above, f"failed above {failed_above:g} %")
    axes.set_xticks(places, tasks)
    axes.margins(x=0.01)
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel("Task")
    axes.set_ylabel("Test error in percent")
    axes.spines[["top", "right"]].set_visible(False)
    # The line of the mark comes last, whichever was drawn first.
    line, *bars = axes.get_legend_handles_labels()[0]
    axes.legend(
        handles=[*bars, line],
        frameon=False,
        ncols=len(bars) + 1,
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),  # above the axes, where no bar is
    )
    if title is not None:
        figure.suptitle(title, fontsize=12)
    return figure


def _checked(errors, tasks):
    errors = {
        name: np.asarray(values, "float64") for name, values in errors.items()
    }
    shapes = {name: values.shape for name, values in errors.items()}
    lengths = {shape[0] if len(shape) == 1 else 0 for shape in shapes.values()}
    if tasks is not None:
        lengths.add(len(tasks))
    if not errors or len(lengths) != 1 or lengths == {0}:
        raise ValueError(
            "`errors` must have at least one series, and one error for each "
            f"task in all of them. Received: shapes {shapes}, tasks={tasks}. "
            "Fill up with NaN where there is none."
        )
    for name, values in errors.items():
        if not np.any(np.isfinite(values)):
            raise ValueError(
                f"A series must have an error. Received: {name!r} with none. "
                "Leave it out."
            )
    (number,) = lengths
    return errors, list(range(1, number + 1)) if tasks is None else list(tasks)

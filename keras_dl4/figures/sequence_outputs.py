"""Predicted sequences below the sequences that were asked for."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

# Inches. Sequences are laid out by hand, since their widths are the message.
_ROW_WIDTH = 10.0
_LEFT, _RIGHT, _GAP = 0.4, 0.7, 0.15
_LARGEST_STEP = 0.16
_TITLE_WIDTH, _TITLE_HEIGHT = 1.05, 0.4
_SUPTITLE_HEIGHT = 0.25
_TICKS_HEIGHT = 0.3


def plot_outputs(
    targets,
    outputs,
    *,
    sample_weights=None,
    from_logits=True,
    title=None,
):
    """Plots outputs below their targets for sequences of several lengths.

    The sequences stand side by side, in as many rows as they need, and each is
    as wide as it is long. Dark is 0 and bright is 1; a color in between is an
    unsure output. Each title tells the length and the number of wrong bits,
    and a red dot marks each of them.

    Args:
        targets: List with an array or tensor of shape `(time, target_dim)` for
            each sequence, in [0, 1]. The lengths may differ.
        outputs: List of what the model predicted for them, of the same shapes.
        sample_weights: List with an array of shape `(time,)` for each sequence.
            Only steps with a weight above 0 are drawn, such as the answer of a
            copy task. Defaults to `None` (all steps).
        from_logits: Boolean, whether `outputs` are logits, which are drawn
            as probabilities. Defaults to `True`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`. Its axes come in pairs, the target and the
        output of each sequence; the last one is the color bar.

    Raises:
        ValueError: If there is no sequence, the lists differ in length, or the
            shapes of a sequence do not fit or leave no step to draw.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> targets = [rng.integers(0, 2, (length, 8)) for length in (10, 20, 120)]
    >>> logits = [8.0 * target - 4.0 for target in targets]
    >>> figure = plot_outputs(targets, logits)
    >>> print(figure.axes[0].get_title())
    Length 10
    0 wrong bits

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401), Figures 4,
          5 and 8
    """
    pairs = _checked_pairs(targets, outputs, sample_weights)
    if from_logits:
        pairs = [(y, 0.5 * (1.0 + np.tanh(z / 2.0))) for y, z in pairs]
    longest = max(len(target) for target, _ in pairs)
    channels = max(target.shape[1] for target, _ in pairs)
    step = min(_LARGEST_STEP, _ROW_WIDTH / longest)
    panel_height = np.clip(0.11 * channels, 0.5, 1.4)
    row_height = _TITLE_HEIGHT + 2 * panel_height + 0.05 + _TICKS_HEIGHT
    rows = _packed([len(target) * step for target, _ in pairs])

    row_width = max(left + width for row in rows for _, left, width in row)
    width = _LEFT + row_width + _RIGHT
    height = row_height * len(rows) + 0.1
    if title is not None:
        height += _SUPTITLE_HEIGHT
    figure = Figure(figsize=(width, height), dpi=120)
    if title is not None:
        figure.suptitle(title, fontsize=13, y=1.0 - 0.1 / height, va="top")

    def add_axes(left, bottom, axes_width, axes_height):
        return figure.add_axes(
            (
                (_LEFT + left) / width,
                bottom / height,
                axes_width / width,
                axes_height / height,
            )
        )

    for number, row in enumerate(rows):
        bottom = (len(rows) - 1 - number) * row_height + _TICKS_HEIGHT
        for index, left, image_width in row:
            sizes = (image_width, panel_height)
            upper = add_axes(left, bottom + panel_height + 0.05, *sizes)
            lower = add_axes(left, bottom, *sizes)
            image = _draw_pair(upper, lower, *pairs[index], step)
            if left == 0.0:
                upper.set_ylabel("Target", fontsize=9)
                lower.set_ylabel("Output", fontsize=9)
    # Beside the first row, whatever it holds.
    first = height - row_height + _TICKS_HEIGHT
    if title is not None:
        first -= _SUPTITLE_HEIGHT
    colorbar = figure.colorbar(
        image,
        cax=add_axes(row_width + 0.12, first - 0.1, 0.1, 2 * panel_height),
        ticks=(0.0, 0.5, 1.0),
    )
    colorbar.outline.set_visible(False)
    colorbar.ax.tick_params(labelsize=8, length=2)
    return figure


def _checked_pairs(targets, outputs, sample_weights):
    weights = [None] * len(targets)
    if sample_weights is not None:
        weights = sample_weights
    if not len(targets) or not len(targets) == len(outputs) == len(weights):
        raise ValueError(
            "`targets`, `outputs` and `sample_weights` must be lists with one "
            f"array per sequence. Received: {len(targets)} targets, "
            f"{len(outputs)} outputs, {len(weights)} weights. Put a single "
            "sequence into a list: `[target]`."
        )
    pairs = []
    for target, output, weight in zip(targets, outputs, weights, strict=True):
        target, output = np.asarray(target), np.asarray(output)
        if target.ndim != 2 or target.shape != output.shape:
            raise ValueError(
                "A target and its output must have one shape (time, "
                f"target_dim). Received: shapes {target.shape} and "
                f"{output.shape}. Take one sequence out of a batch with an "
                "index: `y[0]`."
            )
        drawn = np.full(len(target), True)
        if weight is not None:
            weight = np.asarray(weight)
            if weight.shape != target.shape[:1]:
                raise ValueError(
                    "The weights of a sequence must have the shape "
                    f"{target.shape[:1]} of its steps. Received: shape "
                    f"{weight.shape}. Take them out of the batch like the "
                    "target."
                )
            drawn = weight > 0
        if not drawn.any() or not target.shape[1]:
            raise ValueError(
                "A sequence must have a step and a channel to draw. Received: "
                f"shape {target.shape}, {drawn.sum()} steps with a weight "
                "above 0. Leave empty sequences out."
            )
        pairs.append(
            (
                target[drawn].astype("float64"),
                output[drawn].astype("float64"),
            )
        )
    return pairs


def _packed(widths):
    """Rows of `(index, left, width)`, filled in order."""
    rows, left = [[]], 0.0
    for index, width in enumerate(widths):
        slot = max(width, _TITLE_WIDTH)
        if rows[-1] and left + slot > _ROW_WIDTH:
            rows.append([])
            left = 0.0
        rows[-1].append((index, left, width))
        left += slot + _GAP
    return rows


def _draw_pair(upper, lower, target, output, step):
    for axes, values in ((upper, target), (lower, output)):
        image = axes.imshow(
            values.T,
            aspect="auto",
            interpolation="nearest",
            cmap="viridis",
            vmin=0.0,
            vmax=1.0,
        )
        axes.set_yticks([])
        axes.spines[:].set_color("0.6")
        axes.tick_params(labelsize=8, length=2, labelbottom=axes is lower)
    lower.sharex(upper)
    lower.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    # Written as "not right", so that NaN is wrong.
    wrong = ~np.where(target > 0.5, output > 0.5, output <= 0.5)
    times, channels = np.nonzero(wrong)
    dot = max(0.4 * 72.0 * step, 2.2)  # diameter in points
    lower.scatter(
        times,
        channels,
        s=dot**2,
        color="red",
        linewidths=0.0,
    )
    noun = "wrong bit" if times.size == 1 else "wrong bits"
    upper.set_title(
        f"Length {len(target)}\n{times.size} {noun}", fontsize=9, loc="center"
    )
    return image

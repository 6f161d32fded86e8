"""Which sentences of a story a memory network looked at."""

import numpy as np
from matplotlib.figure import Figure

# Inches: a row of the table, a column of numbers, and a character of text.
_ROW, _COLUMN, _CHARACTER = 0.3, 0.75, 0.085


def plot_attention(
    sentences,
    attention,
    question=None,
    answer=None,
    supports=(),
    *,
    title=None,
):
    """Plots attention as a table: a row for a sentence, a column for a hop.

    As in the paper: cells show the share of attention, the darker the more.
    Of `model.explain(story, question)` pass `sentences`, `attention`,
    `question` and `answer`.

    Args:
        sentences: List of strings, in the order of the story.
        attention: Array or tensor `(num_hops, sentences)`.
        question: String, shown below. Defaults to `None`.
        answer: String, shown behind it. Defaults to `None`.
        supports: List of ints, indices of the sentences that support the
            answer, which are marked. Defaults to `()`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If there is no sentence, `attention` is of another shape, or
            there is no sentence of an index in `supports`.

    Example:

    >>> figure = plot_attention(
    ...     ["Mary got the milk.", "Mary went home."],
    ...     [[0.9, 0.1], [0.0, 1.0]],
    ...     "Where is the milk?",
    ...     "home",
    ...     supports=[0, 1],
    ... )
    >>> [label.get_text() for label in figure.axes[0].get_xticklabels()]
    ['Hop 1', 'Hop 2']

    References:
        - [End-To-End Memory Networks](https://arxiv.org/abs/1503.08895),
          Figure 2 and appendix A
    """
    sentences, attention = _checked(sentences, attention, supports)
    num_rows, num_hops = len(sentences), len(attention)
    text_width = _CHARACTER * max(map(len, sentences)) + 0.5
    figure = Figure(
        figsize=(text_width + _COLUMN * num_hops, _ROW * num_rows + 1.2),
        dpi=120,
        layout="constrained",
    )
    axes = figure.add_subplot()
    axes.imshow(attention.T, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    for hop, row in np.ndindex(attention.shape):
        share = attention[hop, row]
        axes.text(
            hop,
            row,
            f"{share:.2f}",
            color="white" if share > 0.5 else "0.2",
            fontsize=9,
            ha="center",
            va="center",
        )
    axes.xaxis.tick_top()
    axes.set_xticks(range(num_hops), [f"Hop {k + 1}" for k in range(num_hops)])
    marked = {index % num_rows for index in supports}
    labels = [
        f"{sentence}  ●" if row in marked else sentence
        for row, sentence in enumerate(sentences)
    ]
    # Sentences may have dollar signs, which are no formulas.
    axes.set_yticks(range(num_rows), labels, parse_math=False)
    for row in marked:
        axes.get_yticklabels()[row].set_fontweight("bold")
    axes.tick_params(length=0, labelsize=9)
    axes.spines[:].set_color("0.8")
    if title is not None:
        axes.set_title(title, fontsize=12, parse_math=False)
    asked = [each for each in (question, answer) if each is not None]
    axes.set_xlabel(
        "  ".join(asked), fontsize=10, loc="right", parse_math=False
    )
    return figure


def _checked(sentences, attention, supports):
    sentences = list(sentences)
    attention = np.asarray(attention, "float64")
    if (
        not sentences
        or attention.ndim != 2
        or (attention.shape[1] != len(sentences) or not len(attention))
    ):
        raise ValueError(
            "`attention` must have the shape (num_hops, sentences) for at "
            f"least one sentence. Received: attention of shape "
            f"{attention.shape}, and {len(sentences)} sentences. Pass those "
            "of one story, as `MemN2N.explain` returns them."
        )
    wrong = [
        index
        for index in supports
        if not -len(sentences) <= index < len(sentences)
    ]
    if wrong:
        raise ValueError(
            "`supports` must be indices of sentences, from 0 to "
            f"{len(sentences) - 1}. Received: {wrong}. Pass the whole story."
        )
    return sentences, attention

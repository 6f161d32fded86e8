import numpy as np
import pytest

from keras_dl4.figures import plot_task_errors


def legend_of(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_bars_of_a_task_stand_together():
    errors = {"ours": [0.0, 12.0, 6.0], "paper": [1.0, 8.0, 5.0]}
    figure = plot_task_errors(errors, title="1k")
    (axes,) = figure.axes
    heights = [[bar.get_height() for bar in each] for each in axes.containers]
    assert heights == [list(values) for values in errors.values()]
    for task in range(3):
        left, right = (each[task] for each in axes.containers)
        assert left.get_x() + left.get_width() == pytest.approx(right.get_x())
        middle = (left.get_x() + right.get_x() + right.get_width()) / 2
        assert middle == pytest.approx(task)
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        "1",
        "2",
        "3",
    ]
    assert figure.get_suptitle() == "1k"
    colors = {each[0].get_facecolor() for each in axes.containers}
    assert len(colors) == 2


def test_legend_shows_means_and_failed_tasks():
    errors = {"ours": [0.0, 12.0, 6.0], "paper": [1.0, 8.0, 5.0]}
    (axes,) = plot_task_errors(errors).axes
    assert legend_of(axes) == [
        "ours: mean 6.0 %, 2 failed",
        "paper: mean 4.7 %, 1 failed",
        "failed above 5 %",
    ]
    (line,) = axes.lines
    assert set(line.get_ydata()) == {5.0}


def test_other_mark_and_labels(tmp_path):
    figure = plot_task_errors(
        {"ours": [1.0, 3.0]}, tasks=["a", "b"], failed_above=2.0
    )
    figure.savefig(tmp_path / "errors.png")
    (axes,) = figure.axes
    assert legend_of(axes)[0] == "ours: mean 2.0 %, 1 failed"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b"]


def test_missing_task_does_not_count():
    (axes,) = plot_task_errors({"ours": [2.0, np.nan, 8.0]}).axes
    assert legend_of(axes)[0] == "ours: mean 5.0 %, 1 failed"
    assert axes.containers[0][1].get_height() == 0.0


@pytest.mark.parametrize(
    ("errors", "tasks"),
    [
        ({}, None),
        ({"a": [1.0, 2.0], "b": [1.0]}, None),
        ({"a": [1.0, 2.0]}, [1]),
        ({"a": [[1.0]]}, None),
        ({"a": []}, None),
    ],
)
def test_series_of_other_lengths_raise(errors, tasks):
    with pytest.raises(ValueError, match="Fill up with NaN"):
        plot_task_errors(errors, tasks=tasks)


def test_series_without_an_error_raises():
    with pytest.raises(ValueError, match="'paper' with none. Leave it out"):
        plot_task_errors({"ours": [1.0], "paper": [np.nan]})


def test_legend_has_room_beside_few_tasks(tmp_path):
    """Matplotlib warns, which is an error here, if it has not."""
    names = "best of 10", "ensemble of 10", "paper"
    figure = plot_task_errors({name: [1.0] for name in names})
    figure.savefig(tmp_path / "errors.png")

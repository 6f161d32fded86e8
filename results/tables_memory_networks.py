"""The records of the memory networks, as tables."""

import json
import pathlib
import statistics

from table_text import NONE
from table_text import median_and_worst
from table_text import number
from table_text import read_records
from table_text import table
from tables_memory_language import language_table

# Test error in % of tasks 1 to 20, MemN2N of three hops with position
# encoding, linear start and random noise: Tables 1 and 3 of its paper. The
# joint column was read in other reports of it, the others are remembered.
PAPER = {
    "1k": (
        "0.0 8.3 40.3 2.8 13.1 7.6 17.3 10.0 13.2 15.1 0.9 0.2 0.4 1.7 0.0 "
        "1.3 51.0 11.1 82.8 0.0"
    ),
    "1k joint": (
        "0.0 11.4 21.9 13.4 14.4 2.8 18.3 9.3 1.9 6.5 0.3 0.1 0.2 6.9 0.0 "
        "2.7 40.4 9.4 88.0 0.0"
    ),
    "10k": (
        "0.0 0.3 9.3 0.0 0.8 0.0 3.7 0.8 0.8 2.4 0.0 0.0 0.0 0.0 0.0 0.4 40.7 "
        "6.7 66.5 0.0"
    ),
    "MemNN": "0 0 0 0 2 0 15 9 0 2 0 0 0 1 0 0 35 5 64 0",
}
# Means of 20 tasks with 1,000 questions, by what is left out.
ABLATION = {"BoW": 25.1, "PE": 20.3, "PE LS": 16.3, "PE LS RN": 13.9}
BENCHMARKS = {
    ("compiled_epoch", "xla"): "`MemN2NRestarts.train`, a program an epoch",
    ("fit", "xla"): "`MemN2N.fit`, XLA",
    ("fit", "graph"): "`MemN2N.fit`, no XLA",
    ("torch", "eager"): "PyTorch, eager",
}
TRANSFER = (1, 4, 6, 15, 16, 20)
FULL = "PE LS RN"
STANDARD = {
    "source": "official",
    "test_source": "official",
    "size": "1k",
    "joint": False,
    "hops": 3,
}


def paper_errors(column):
    """Errors of the paper by task."""
    return dict(enumerate(map(float, PAPER[column].split()), 1))


def variant(settings):
    """Name of what a MemN2N was trained with, as in the paper's table."""
    name = "BoW" if settings["encoding"] == "bow" else "PE"
    name += " LS" * bool(settings["linear_epochs"])
    return name + " RN" * bool(settings["noise"])


def memn2n_tasks(folder, name=FULL, **wanted):
    """What a run of MemN2N found by task, or an empty dictionary."""
    wanted = STANDARD | wanted
    for record in read_records(folder, "best_error").values():
        settings = record["settings"]
        if variant(settings) != name or settings["restarts"] == 1:
            continue
        if {key: settings[key] for key in wanted} == wanted:
            return {int(task): run for task, run in record["tasks"].items()}
    return {}


def seeds_table(folder):
    """Task 1, learned once with each of several seeds."""
    runs = [
        record["tasks"]["1"]
        for record in read_records(folder, "best_error").values()
        if record["settings"]["task"] == ["1"]
        and record["settings"]["restarts"] == 1
        and record["settings"]["source"] == "official"
    ]
    if not runs:
        return ""
    errors, epochs, minutes = (
        [run[name] for run in runs]
        for name in ("best_error", "seconds_per_epoch", "minutes")
    )
    row = [
        len(runs),
        median_and_worst(errors, 1),
        median_and_worst([1000.0 * seconds for seconds in epochs]),
        median_and_worst([60.0 * each for each in minutes], 1),
    ]
    header = ["seeds", "error %", "ms an epoch", "seconds in all"]
    return (
        "Task 1, one start a seed; median (worst), on one core:\n\n"
        f"{table(header, [row])}"
    )


def mean_of(tasks, name):
    """Mean of a number over tasks."""
    return statistics.mean(run[name] for run in tasks.values())


def task_table(folder):
    """Error of each official task, alone and trained together."""
    alone = memn2n_tasks(folder)
    joint = memn2n_tasks(folder, joint=True)
    if not alone:
        return ""
    columns = [
        {task: run["best_error"] for task, run in alone.items()},
        {task: run["ensemble_error"] for task, run in alone.items()},
        {task: paper_errors("1k")[task] for task in alone},
        {task: run["best_error"] for task, run in joint.items()},
        {task: run["ensemble_error"] for task, run in joint.items()},
        {task: paper_errors("1k joint")[task] for task in joint or alone},
    ]
    rows = [
        [task, *(number(column.get(task), 1) for column in columns)]
        for task in alone
    ]
    means = [
        number(statistics.mean(column.values()), 1) if column else NONE
        for column in columns
    ]
    header = ["task", "best", "ensemble", "paper"]
    header += ["joint, best", "joint, ensemble", "joint, paper"]
    return (
        "MemN2N, official bAbI tasks of 1,000 questions, test error in %; the "
        "restart with the lowest training loss, and all restarts "
        f"together:\n\n{table(header, [*rows, ['mean', *means]])}"
    )


def ablation_table(folder):
    """Mean error without what the paper added one after the other."""
    rows = []
    for name, paper in ABLATION.items():
        tasks = memn2n_tasks(folder, name)
        if len(tasks) == len(paper_errors("1k")):
            means = [mean_of(tasks, "best_error")]
            means.append(mean_of(tasks, "ensemble_error"))
            rows.append([name, *(number(mean, 1) for mean in means), paper])
    if len(rows) < 2:
        return ""
    header = ["trained with", "best", "ensemble", "paper"]
    return (
        "Mean error in % of those tasks; bag of words or position encoding, "
        f"linear start, random noise:\n\n{table(header, rows)}"
    )


def large_table(folder):
    """Error with 10,000 questions."""
    tasks = memn2n_tasks(folder, size="10k")
    if not tasks:
        return ""
    paper = paper_errors("10k")
    paper = {task: paper[task] for task in tasks}
    rows = [
        [
            task,
            number(run["best_error"], 1),
            number(run["ensemble_error"], 1),
            number(paper[task], 1),
        ]
        for task, run in tasks.items()
    ]
    means = [mean_of(tasks, f"{name}_error") for name in ("best", "ensemble")]
    means.append(statistics.mean(paper.values()))
    rows.append(["mean", *(number(mean, 1) for mean in means)])
    return (
        "10,000 questions a task, but for tasks whose file is not complete:"
        f"\n\n{table(['task', 'best', 'ensemble', 'paper'], rows)}"
    )


def transfer_table(folder):
    """Error in official tests after training on generated stories."""
    official = memn2n_tasks(folder)
    generated = memn2n_tasks(folder, source="generated")
    rows = [
        [
            task,
            number(generated[task]["best_error"], 1),
            number(official[task]["best_error"], 1),
        ]
        for task in TRANSFER
        if task in generated and task in official
    ]
    if not rows:
        return ""
    header = ["task", "trained on generated stories", "on official ones"]
    return f"Error in % in the official tests:\n\n{table(header, rows)}"


def supervised_tasks(folder):
    """What a run of MemNN found by task, or an empty dictionary."""
    for record in read_records(folder, "worst_error").values():
        if record["settings"]["source"] == "official":
            return {int(task): run for task, run in record["tasks"].items()}
    return {}


def supervised_table(folder):
    """Error of MemNN, which is told the supporting facts."""
    tasks = supervised_tasks(folder)
    if not tasks:
        return ""
    paper = paper_errors("MemNN")
    paper = {task: paper[task] for task in tasks}
    rows = [
        [
            task,
            number(run["error"], 1),
            number(run["support_error"], 1),
            number(paper[task], 0),
        ]
        for task, run in tasks.items()
    ]
    means = [mean_of(tasks, "error"), mean_of(tasks, "support_error")]
    means.append(statistics.mean(paper.values()))
    rows.append(["mean", *(number(mean, 1) for mean in means)])
    header = ["task", "error %", "other facts than the file's %", "paper"]
    return (
        "MemNN with strong supervision, official tasks of 1,000 questions:"
        f"\n\n{table(header, rows)}"
    )


def benchmark_table(folder):
    """Time of an epoch in one program, in `fit`, and in PyTorch."""
    path = pathlib.Path(folder) / "benchmark.json"
    if not path.exists():
        return ""
    record = json.loads(path.read_text())
    rows = [
        [
            BENCHMARKS[row["library"], row["mode"]],
            f"{number(row['median_ms'], 1)} ms",
            number(row["ratio"], 1),
        ]
        for row in record["rows"]
    ]
    return (
        f"An epoch of task {record['task']}, {record['threads']} thread, as a "
        "ratio to one compiled program, in one run:\n\n"
        f"{table(['epoch', 'time', 'ratio'], rows)}"
    )


def tables(folder):
    """All tables of a folder of records, for results/README.md."""
    makers = (
        *(task_table, seeds_table, ablation_table, large_table),
        *(transfer_table, supervised_table, language_table, benchmark_table),
    )
    parts = [make(folder) for make in makers]
    return [part for part in parts if part]


def summary(folder):
    """Rows of the README's table: what, here, in the paper."""
    rows, runs = [], []
    for label, column, options in (
        ("1,000 questions", "1k", {}),
        ("joint", "1k joint", {"joint": True}),
        ("10,000", "10k", {"size": "10k"}),
    ):
        tasks = memn2n_tasks(folder, **options)
        if tasks:
            paper = paper_errors(column)
            best, ensemble = (
                number(mean_of(tasks, f"{name}_error"), 1)
                for name in ("best", "ensemble")
            )
            mean = statistics.mean(paper[task] for task in tasks)
            runs.append((label, f"{best} ({ensemble})", number(mean, 1)))
    if runs:
        labels, here, published = map("; ".join, zip(*runs, strict=True))
        label = f"bAbI, MemN2N, mean error % (ensemble): {labels}"
        rows.append([label, here, published])
    tasks = supervised_tasks(folder)
    if tasks:
        paper = paper_errors("MemNN")
        rows.append(
            [
                f"bAbI, {len(tasks)} tasks, MemNN, strong supervision, mean "
                "error %",
                number(mean_of(tasks, "error"), 1),
                number(statistics.mean(paper[task] for task in tasks), 1),
            ]
        )
    return rows

"""The records of the Neural Turing Machine, as tables."""

import fnmatch
import json
import pathlib

from table_text import NONE
from table_text import median_and_worst
from table_text import number
from table_text import read_records
from table_text import table

COPY_TESTS = ("10", "20", "30", "50", "80", "120")
# Label and records; several records are seeds of one setting.
COPY_ROWS = {
    "NTM, LSTM controller": "copy_ntm_seed*",
    "NTM, feed-forward controller": "copy_dense_seed*",
    "LSTM, 3 x 256": "copy_lstm",
}
# The paper prints no numbers here, it shows outputs beside targets.
GOOD, BAD = "near perfect", "fails"
SLIP = "one vector twice, rest shifted"
COPY_PAPER = {
    "paper's NTM (Fig. 4)": [GOOD] * 4 + [NONE, SLIP],
    "paper's LSTM (Fig. 5)": [GOOD] * 2 + [BAD] * 2 + [NONE, BAD],
}
TASKS = {
    "repeat_copy": "repeat copy, length x repeats",
    "associative_recall": "associative recall, items",
    "dynamic_ngrams": "dynamic N-grams, bits",
    "priority_sort": "priority sort, vectors",
}
# Bits per sequence of the paper's NTM with LSTM controller, off its figures.
TASKS_PAPER = {
    "repeat_copy": "Fig. 7: about 0 from 50,000 sequences on, in training",
    "associative_recall": "Fig. 11: about 7 at 20 items",
    "dynamic_ngrams": "Fig. 13: 133.5, optimum 133",
    "priority_sort": "Fig. 18: about 18 at 1,000,000 sequences",
}
# Rows of the README: label, records, test, column, and the paper's words.
BITS, WRONG = "bits_per_sequence", "wrong_percent"
SUMMARY = (
    ("Copy 120 vectors, NTM, wrong %", "copy_ntm_seed*", "120", WRONG, SLIP),
    ("Copy 120 vectors, LSTM, wrong %", "copy_lstm", "120", WRONG, BAD),
    (
        "Repeat 20 vectors 10 times, wrong %",
        "repeat_copy",
        "20 x 10",
        WRONG,
        GOOD,
    ),
    (
        "Recall among 20 items, bits",
        "associative_recall",
        "20",
        BITS,
        "Fig. 11: about 7",
    ),
    (
        "Dynamic N-grams, bits",
        "dynamic_ngrams",
        "200",
        BITS,
        TASKS_PAPER["dynamic_ngrams"],
    ),
    (
        "Priority sort, bits",
        "priority_sort",
        "20",
        BITS,
        TASKS_PAPER["priority_sort"],
    ),
)
BENCHMARK_LENGTH, BENCHMARK_MEMORY = 20, 128
MODES = {"xla": "XLA", "graph": "no XLA", "jax": "JAX"}


def num_sequences(record):
    """Number of sequences that a recorded run was trained on."""
    return record["curve"][-1].get("sequences")


def value_at(record, test, name):
    """Value of a recorded test, or None."""
    rows = [row for row in record["tests"] if row["test"] == test]
    return rows[0].get(name) if rows else None


def copy_table(records):
    """Wrong bits in percent at each length, beside the paper's figures."""
    rows = []
    for label, pattern in COPY_ROWS.items():
        runs = [records[n] for n in records if fnmatch.fnmatch(n, pattern)]
        if not runs:
            continue
        if len(runs) > 1:
            label += f", median of {len(runs)} seeds (worst)"
        cells = [
            median_and_worst([value_at(r, test, "wrong_percent") for r in runs])
            for test in COPY_TESTS
        ]
        cells += [
            median_and_worst([r.get("solved_at") for r in runs], 0),
            median_and_worst([num_sequences(r) for r in runs], 0),
            median_and_worst([r.get("minutes") for r in runs], 1),
        ]
        rows.append([label, *cells])
    if not rows:
        return ""
    rows += [
        [label, *cells, NONE, NONE, NONE] for label, cells in COPY_PAPER.items()
    ]
    header = ["wrong bits in % at length", *COPY_TESTS]
    header += ["sequences until < 0.1 wrong bits", "trained on", "minutes"]
    caption = "Copy, trained on lengths 1 to 20; chance is 50 %:"
    return f"{caption}\n\n{table(header, rows)}"


def tasks_table(records):
    """Cost of the tests of the other tasks, beside the paper's curves."""
    rows = []
    for name, label in TASKS.items():
        if name not in records:
            continue
        record, tests = records[name], []
        for test in record["tests"]:
            bits = number(test.get("bits_per_sequence"))
            wrong = number(test.get("wrong_bits_per_sequence"))
            text = f"{test['test']}: {bits} ({wrong})"
            if "optimal_bits_per_sequence" in test:
                optimum = number(test["optimal_bits_per_sequence"])
                text += f", optimum {optimum}"
            tests.append(text)
        measured = (record.get("solved_at"), num_sequences(record))
        measured += (record.get("minutes"),)
        row = [f"[{label}](ntm/{name}.json)", "<br>".join(tests)]
        row += [TASKS_PAPER[name], *(number(value, 0) for value in measured)]
        rows.append(row)
    if not rows:
        return ""
    header = ["task and sizes", "bits per sequence (wrong bits)"]
    header += ["paper's bits, read off", "solved at", "trained on", "minutes"]
    caption = "The other tasks, seed 0; solved is < 0.1 wrong bits:"
    return f"{caption}\n\n{table(header, rows)}"


def benchmark_table(path):
    """Ratios of a training step to the faster LSTM baseline's."""
    path = pathlib.Path(path)
    rows = json.loads(path.read_text()).get("rows", []) if path.exists() else []
    wanted = ("ntm", BENCHMARK_LENGTH, BENCHMARK_MEMORY)
    names = ("model", "length", "memory_size")
    rows = [row for row in rows if tuple(row.get(n) for n in names) == wanted]
    if not rows:
        return ""
    modes = [mode for mode in MODES if any(r["mode"] == mode for r in rows)]
    lines = []
    for batch in sorted({row["batch"] for row in rows}):
        by_mode = {r["mode"]: r for r in rows if r["batch"] == batch}
        lines.append([f"batch {batch}"])
        for mode in modes:
            row = by_mode.get(mode)
            text = row and f"{row['ratio']:.3f} ({row['median_ms']:.1f} ms)"
            lines[-1].append(text or NONE)
    header = [f"length {BENCHMARK_LENGTH}", *(MODES[mode] for mode in modes)]
    caption = "Training step, as a ratio to the 3 x 256 LSTM's in the same run:"
    return f"{caption}\n\n{table(header, lines)}"


def saved_model_table(folder):
    """Wrong bits of one saved model, from the record of its training."""
    folder = pathlib.Path(folder)
    if not (folder / "result.json").exists():
        return ""
    record = json.loads((folder / "result.json").read_text())
    files = [path for path in folder.glob("1/**/*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    names = ("wrong_bits_per_sequence", "wrong_percent")
    rows = [
        [test["test"], *(number(test.get(name)) for name in names)]
        for test in record.get("tests", [])
    ]
    return (
        f"{table(['length', 'wrong bits per sequence', 'wrong %'], rows)}\n\n"
        f"Seed {record['settings']['seed']}, trained on "
        f"{number(num_sequences(record), 0)} sequences in "
        f"{number(record['minutes'], 1)} minutes; {size:.1f} MB."
    )


def tables(folder):
    """All tables of a folder of records, for results/README.md."""
    folder = pathlib.Path(folder)
    records = read_records(folder, "tests")
    parts = [copy_table(records), tasks_table(records)]
    parts.append(benchmark_table(folder / "benchmark.json"))
    return [part for part in parts if part]


def summary(folder):
    """Rows of the README's table: what, here, in the paper."""
    records = read_records(folder, "tests")
    rows = []
    for label, pattern, test, column, paper in SUMMARY:
        runs = [records[n] for n in records if fnmatch.fnmatch(n, pattern)]
        if runs:
            values = [value_at(run, test, column) for run in runs]
            if len(runs) > 1:
                label += f", median of {len(runs)} seeds (worst)"
            rows.append([label, median_and_worst(values), paper])
    return rows

"""Fill the tables of README.md and saved_models/README.md from records.

Run:    python results/fill_readme.py [--check]
Reads:  results/*/*.json, saved_models/ntm_copy/result.json
Writes: what stands between `<!-- results:begin -->` and `<!-- results:end -->`

A record that is not there gives no row. With --check nothing is written, and
the status is 1 if a table is out of date.
"""

import argparse
import fnmatch
import json
import math
import pathlib
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- results:begin -->", "<!-- results:end -->"
NONE = "-"

COPY_TESTS = ("10", "20", "30", "50", "80", "120")
# Label and records; several records are seeds of one setting.
COPY_ROWS = {
    "NTM, LSTM controller": "copy_ntm_seed*",
    "NTM, feed-forward controller": "copy_dense_seed*",
    "LSTM, 3 x 256": "copy_lstm",
}
# The paper prints no numbers here, it shows outputs beside targets.
GOOD, BAD = "near perfect", "fails"
COPY_PAPER = {
    "paper's NTM (Fig. 4)": [GOOD] * 4
    + [NONE, "one vector twice, rest shifted"],
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
DISTORTED_MODELS = {"cnn": "CNN", "st_cnn": "ST-CNN, affine"}
# Table 1 of the spatial transformer paper.
DISTORTED_PAPER = {
    ("R", "cnn"): 1.2,
    ("R", "st_cnn"): 0.7,
    ("RTS", "cnn"): 0.8,
    ("RTS", "st_cnn"): 0.5,
    ("TC", "cnn"): 3.5,
    ("TC", "st_cnn"): 1.7,
}
BENCHMARK_LENGTH, BENCHMARK_MEMORY = 20, 128
MODES = {"xla": "XLA", "graph": "no XLA", "jax": "JAX"}


def read_records(folder):
    """Finished records of a folder, by name; a benchmark is none."""
    records = {}
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        record = json.loads(path.read_text())
        if path.stem != "benchmark" and record.get("tests"):
            records[path.stem] = record
    return records


def table(header, rows):
    """Markdown table, its first column left-aligned."""
    alignment = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join(
        "| " + " | ".join(map(str, row)) + " |"
        for row in (header, alignment, *rows)
    )


def number(value, digits=2):
    """Text of a number, in which only a zero looks like one."""
    if value is None or not math.isfinite(value):
        return NONE
    if value == 0:
        return "0"
    if value < 10.0**-digits:
        return f"< {10.0**-digits:g}"
    return f"{value:,.{digits}f}"


def median_and_worst(values, digits=2):
    """Text of the median, and of the worst in brackets if it differs."""
    # A value that is not there was not reached, which is worse than any.
    values = [math.inf if value is None else value for value in values]
    median = number(statistics.median(values), digits)
    worst = number(max(values), digits)
    return median if worst == median else f"{median} ({worst})"


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
        row = [f"[{label}](results/ntm/{name}.json)", "<br>".join(tests)]
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


def distortions_table(folder):
    """Error of classifying distorted MNIST, beside the paper's."""
    runs = {}
    for path in sorted(pathlib.Path(folder).glob("*_seed*.json")):
        record = json.loads(path.read_text())
        settings = record["settings"]
        key = (settings["distortion"], settings["model"])
        runs.setdefault(key, []).append(record)
    rows = []
    for (distortion, model), records in runs.items():
        settings = records[0]["settings"]
        errors = [record["test_error"] for record in records]
        row = [distortion, DISTORTED_MODELS[model]]
        row += [number(statistics.mean(errors)), len(errors)]
        row.append(number(records[0]["num_params"], 0))
        row.append(f"{settings['num_train']:,} x {settings['epochs']}")
        rows.append([*row, DISTORTED_PAPER[distortion, model]])
    if not rows:
        return ""
    header = ["distortion", "model", "error %", "seeds", "parameters"]
    header += ["images x epochs", "paper's error %, 150,000 steps"]
    caption = "Distorted MNIST, 10,000 test images:"
    return f"{caption}\n\n{table(header, rows)}"


def readme_tables(folder):
    """All tables of README.md, from a folder of records."""
    folder = pathlib.Path(folder)
    records = read_records(folder)
    parts = [copy_table(records), tasks_table(records)]
    parts.append(benchmark_table(folder / "benchmark.json"))
    parts.append(distortions_table(folder.parent / "spatial_transformer"))
    return "\n\n".join(part for part in parts if part)


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


def fill(text, content):
    """Puts the content between the two markers of a text."""
    before, _, rest = text.partition(f"{BEGIN}\n")
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"The text needs the lines {BEGIN} and {END}.")
    content = f"\n{content}\n\n" if content else ""
    return f"{before}{BEGIN}\n{content}{END}{after}"


def main(argv=None, root=ROOT):
    """Fills both files below `root`; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    args = parser.parse_args(argv)
    tables = {
        root / "README.md": readme_tables(root / "results/ntm"),
        root / "saved_models/README.md": saved_model_table(
            root / "saved_models/ntm_copy"
        ),
    }
    status = 0
    for path, content in tables.items():
        text = path.read_text()
        filled = fill(text, content)
        if filled == text:
            continue
        if args.check:
            print(f"{path} is out of date; run: make results-table")
            status = 1
        else:
            path.write_text(filled)
            print(f"{path}: filled")
    return status


if __name__ == "__main__":
    sys.exit(main())

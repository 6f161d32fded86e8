"""The records of the adversarial networks, as tables."""

import json
import pathlib

from table_text import NONE
from table_text import number
from table_text import read_records
from table_text import table

# Parzen log-likelihood of MNIST in nats, Table 1 of the paper of 2014.
PAPER = {
    "Deep belief network": "138 ± 2",
    "Stacked contractive autoencoder": "121 ± 1.6",
    "Deep generative stochastic network": "214 ± 1.1",
    "Adversarial networks": "225 ± 2",
}
OURS = "Adversarial networks"
# What was timed: a column for each library and how it was compiled.
COLUMNS = {
    ("keras_dl4", "xla"): "ours, XLA",
    ("keras_dl4", "graph"): "ours, no XLA",
    ("keras_dl4", "jax"): "ours, JAX",
    ("guide", "xla"): "guide, XLA",
}
PRESETS = {
    "paper2014": "Adversarial networks, recipe of 2014",
    "dcgan": "DCGAN",
    "wasserstein": "Wasserstein, gradient penalty",
}


def mnist_runs(folder):
    """Records of MNIST with an estimate of the likelihood, by preset."""
    runs = read_records(folder, "parzen_log_likelihood").values()
    return {
        run["settings"]["preset"]: run
        for run in runs
        if run["settings"]["data"] == "mnist"
    }


def parzen_text(run):
    """The estimate with its standard error."""
    error = number(run["parzen_standard_error"], 1)
    return f"{number(run['parzen_log_likelihood'], 0)} ± {error}"


def parzen_table(folder):
    """Parzen log-likelihoods, ours below the paper's."""
    runs = mnist_runs(folder)
    if not runs:
        return ""
    rows = [[label, text, *[NONE] * 4] for label, text in PAPER.items()]
    for preset in [name for name in PRESETS if name in runs]:
        run = runs[preset]
        distances = ("frechet_distance", "frechet_distance_of_data")
        rows.append(
            [
                f"{PRESETS[preset]}, here",
                parzen_text(run),
                number(run["parzen_bandwidth"], 3),
                *(number(run[name]) for name in distances),
                f"{len(run['curve'])} "
                f"({number(run['cpu_minutes'], 0)} CPU minutes)",
            ]
        )
    header = ["MNIST", "Parzen log-likelihood, nats (± SE)", "bandwidth"]
    header += ["Fréchet distance", "of real images", "epochs"]
    return (
        "Parzen windows of 10,000 samples in 784 dimensions say little of how "
        "good samples look; the Fréchet distance is of the features of a "
        f"small classifier:\n\n{table(header, rows)}"
    )


def digits_runs(folder):
    """Records of the small digits."""
    return read_records(folder, "recognized").values()


def digits_table(folder):
    """What a classifier of real digits says of samples."""
    rows = [
        [
            record["settings"]["generator_loss"].replace("_", " "),
            number(100.0 * record["classifier_accuracy"], 1),
            number(100.0 * record["recognized"], 1),
            number(100.0 * record["smallest_class"], 1),
            record["settings"]["epochs"],
            number(record["cpu_minutes"], 1),
        ]
        for record in digits_runs(folder)
    ]
    if not rows:
        return ""
    header = ["generator's loss", "right on real digits %"]
    header += ["sure of samples %", "rarest class %", "epochs", "CPU minutes"]
    return (
        "Digits of scikit-learn, 1,000 samples, judged by a classifier that "
        "is sure above a probability of 0.9:\n\n"
        f"{table(header, rows)}"
    )


def line_table(folder):
    """How a generator covers a mixture of five Gaussians."""
    rows = [
        [
            number(record["wasserstein"], 3),
            number(100.0 * record["smallest_mode"], 0),
            number(record["mean_score"], 3),
            number(record["cpu_minutes"], 1),
        ]
        for record in read_records(folder, "smallest_mode").values()
    ]
    if not rows:
        return ""
    header = ["Wasserstein-1 distance / standard deviation of the data"]
    header += ["rarest mode, % of its mass", "mean D(x)", "CPU minutes"]
    return f"Five Gaussians on a line:\n\n{table(header, rows)}"


def benchmark_table(folder):
    """Time of a training step, as a ratio to the loop of the Keras guide."""
    path = pathlib.Path(folder) / "benchmark.json"
    cells = {}
    for row in json.loads(path.read_text())["rows"] if path.exists() else []:
        line = cells.setdefault(row["network"], {})
        line[row["library"], row["mode"]] = row
    rows = [
        [
            f"{network} networks",
            f"{number(line['guide', 'graph']['median_ms'])} ms",
            *(number(line.get(c, {}).get("ratio")) for c in COLUMNS),
        ]
        for network, line in cells.items()
    ]
    if not rows:
        return ""
    return (
        "A training step, two threads, as a ratio to the two-tape loop of the "
        "Keras guide in one run:\n\n"
        f"{table(['', 'guide, no XLA', *COLUMNS.values()], rows)}"
    )


def tables(folder):
    """All tables of a folder of records, for results/README.md."""
    makers = parzen_table, digits_table, line_table, benchmark_table
    parts = [make(folder) for make in makers]
    return [part for part in parts if part]


def summary(folder):
    """The lecture's table as a row of the README's: what, here, paper."""
    runs = mnist_runs(folder)
    if "paper2014" not in runs:
        return []
    others = [text for label, text in PAPER.items() if label != OURS]
    return [
        [
            "MNIST, Parzen log-likelihood in nats, adversarial networks (deep "
            "belief network, stacked contractive autoencoder, deep generative "
            "stochastic network)",
            parzen_text(runs["paper2014"]),
            f"{PAPER[OURS]} ({', '.join(others)})",
        ]
    ]

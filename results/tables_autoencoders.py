"""The records of the autoencoders, as tables."""

import json
import pathlib

from table_text import NONE
from table_text import number
from table_text import read_records
from table_text import table

# Test NLL on MNIST, binarized dynamically, one stochastic layer, by importance
# samples in training: of the replication in PyTorch by GitHub user xqding.
REPLICATED = {1: 87.78, 5: 85.46, 50: 84.59}
# Error % of 1,000 units, by k; remembered from Table 1 of the k-sparse paper.
K_SPARSE_PAPER = {10: 2.10, 25: 1.35, 40: 1.54}
STEPS = {"alone": "penalty alone", "added": "with the step"}
MODES = {"xla": "XLA", "graph": "no XLA", "eager": "eager"}


def likelihood_name(settings):
    """Name of a model by how it was trained."""
    samples = settings["importance_samples"]
    return "VAE" if samples == 1 else f"IWAE, k = {samples}"


def likelihood_runs(folder):
    """Records of MNIST with an estimate of the test likelihood."""
    return [
        record
        for record in read_records(folder, "test_nll").values()
        if record["settings"]["data"] == "mnist"
        and record["settings"]["binarization"] == "dynamic"
    ]


def likelihood_text(record):
    """The estimate with its standard error."""
    error = number(record["test_nll_standard_error"])
    return f"{number(record['test_nll'])} ± {error}"


def likelihood_table(folder):
    """Test likelihood of MNIST, beside a replication of the paper's."""
    rows = []
    for record in likelihood_runs(folder):
        settings = record["settings"]
        rows.append(
            [
                likelihood_name(settings),
                likelihood_text(record),
                number(record["test_elbo"]),
                number(record["active_units"], 0),
                settings["epochs"],
                number(record["cpu_minutes"], 0),
                f"{record['num_test_images']:,} x {settings['nll_samples']:,}",
                REPLICATED.get(settings["importance_samples"], NONE),
            ]
        )
    if not rows:
        return ""
    latent_dim = likelihood_runs(folder)[0]["settings"]["latent_dim"]
    header = [f"one stochastic layer of {latent_dim}"]
    header += ["test NLL, nats (± SE)", "test ELBO", "active units", "epochs"]
    header += ["CPU minutes", "images x samples", "replication's NLL"]
    caption = "MNIST, binarized dynamically; negative log-likelihood:"
    return f"{caption}\n\n{table(header, rows)}"


def stacked_table(folder):
    """Error with few labels, with and without pretraining."""
    rows = [
        [
            record["settings"]["num_labels"],
            record["settings"]["seed"],
            number(record["test_error_without_pretraining"]),
            number(record["test_error_with_pretraining"]),
        ]
        for record in stacked_runs(folder)
    ]
    if not rows:
        return ""
    header = ["labels", "seed", "error %, no pretraining"]
    header += ["error %, stacked denoising"]
    return f"MNIST with few labels:\n\n{table(header, rows)}"


def stacked_runs(folder):
    """Records of pretraining layer by layer."""
    return read_records(folder, "test_error_with_pretraining").values()


def sparse_runs(folder):
    """Records of sparse codes of MNIST that were classified."""
    return [
        record
        for record in read_records(folder, "mean_active").values()
        if record["settings"]["data"] == "mnist"
    ]


def sparse_name(settings):
    """Name of a sparse autoencoder by its method and size."""
    if settings["method"] == "k_sparse":
        return f"k-sparse, {settings['units']:,} units, k = {settings['k']}"
    return f"KL penalty, {settings['units']:,} units"


def sparse_paper(settings):
    """What the paper has for the same number of units, if it does."""
    error = None
    if settings["method"] == "k_sparse" and settings["units"] == 1000:
        error = K_SPARSE_PAPER.get(settings["k"])
    return NONE if error is None else f"{number(error)} (remembered)"


def sparse_table(folder):
    """Error of a linear classifier of sparse codes."""
    rows = [
        [
            sparse_name(record["settings"]),
            number(record["test_error"]),
            number(record.get("pixel_test_error")),
            number(record["mean_active"], 1),
            number(record["never_active"], 0),
            record["settings"]["epochs"],
            number(record["cpu_minutes"], 0),
            sparse_paper(record["settings"]),
        ]
        for record in sparse_runs(folder)
    ]
    if not rows:
        return ""
    header = ["codes", "error %", "of the pixels", "units active"]
    header += ["units never active", "epochs", "CPU minutes"]
    header += ["paper, error %"]
    return (
        "MNIST, linear classifier of codes that were trained without "
        f"labels:\n\n{table(header, rows)}"
    )


def contractive_runs(folder):
    """Records of MNIST whose Jacobian was measured, largest norm first."""
    runs = read_records(folder, "mean_jacobian_norm").values()
    runs = [run for run in runs if run["settings"]["data"] == "mnist"]
    return sorted(runs, key=lambda run: -run["mean_jacobian_norm"])


def contractive_table(folder):
    """Error, norm of the Jacobian and saturation of three autoencoders."""
    rows = [
        [
            f"{record['settings']['method'].replace('_', ' ')}, "
            f"seed {record['settings']['seed']}",
            number(record["test_error"]),
            number(record["mean_jacobian_norm"], 3),
            number(record["saturation"], 1),
            number(record["curve"][-1]["val_reconstruction_loss"], 1),
            record["settings"]["epochs"],
            number(record["cpu_minutes"], 0),
        ]
        for record in contractive_runs(folder)
    ]
    if not rows:
        return ""
    units = contractive_runs(folder)[0]["settings"]["units"]
    header = [f"{units:,} sigmoid units", "error %", "mean norm of Jacobian"]
    header += ["saturated units %", "cross-entropy of a test image, nats"]
    header += ["epochs", "CPU minutes"]
    return (
        "MNIST, linear classifier of codes that were trained without labels, "
        f"and how much the codes vary:\n\n{table(header, rows)}"
    )


def read_benchmark(folder):
    """The record of the benchmark, or an empty dictionary."""
    path = pathlib.Path(folder) / "benchmark.json"
    return json.loads(path.read_text()) if path.exists() else {}


def penalty_table(folder):
    """Time of contractive penalties over that of a plain step."""
    rows = [
        [
            f"{row['encoder']}, {row['method'].replace('_', ' ')}, "
            f"{MODES[row['mode']]}, {STEPS[row['step']]}",
            f"{number(row['median_ms'])} ms",
            number(row["ratio"]),
        ]
        for row in read_benchmark(folder).get("penalties", [])
        if row["step"] in STEPS
    ]
    if not rows:
        return ""
    header = ["encoder, method", "time", "ratio"]
    return (
        "Contractive penalties, batches of 128, as a ratio to a forward and "
        "backward pass of the encoder without one, in one run:\n\n"
        f"{table(header, rows)}"
    )


def step_table(folder):
    """Training step of a VAE over that of pythae."""
    rows = [
        [
            f"{row['library']}, {MODES[row['mode']]}, {row['threads']} "
            f"thread{'s' * (row['threads'] > 1)}",
            f"{number(row['median_ms'])} ms",
            number(row["ratio"]),
        ]
        for row in read_benchmark(folder).get("vae", [])
    ]
    if not rows:
        return ""
    header = ["a training step", "time", "ratio"]
    return (
        "The same VAE, as a ratio to pythae's time with as many threads, in "
        f"one run:\n\n{table(header, rows)}"
    )


def tables(folder):
    """All tables of a folder of records, for results/README.md."""
    parts = [likelihood_table(folder), sparse_table(folder)]
    parts += [contractive_table(folder), stacked_table(folder)]
    parts += [penalty_table(folder), step_table(folder)]
    return [part for part in parts if part]


def summary(folder):
    """Rows of the README's table: what, here, in the paper."""
    likelihoods = [
        [
            f"MNIST, {likelihood_name(record['settings'])}, test NLL in nats",
            likelihood_text(record),
            f"{REPLICATED[record['settings']['importance_samples']]}, a "
            "replication",
        ]
        for record in likelihood_runs(folder)
    ]
    errors = [
        [
            f"MNIST, {sparse_name(record['settings'])}, linear classifier, "
            "error %",
            number(record["test_error"]),
            sparse_paper(record["settings"]),
        ]
        for record in sparse_runs(folder)
    ]
    methods = {
        record["settings"]["method"].replace("_", " "): record
        for record in reversed(contractive_runs(folder))
    }
    if methods:
        texts = [number(run["test_error"]) for run in methods.values()]
        label = f"MNIST, {', '.join(methods)} autoencoder, linear classifier"
        errors.append([f"{label}, error %", ", ".join(texts), NONE])
    errors += [
        [
            f"MNIST, {record['settings']['num_labels']:,} labels, stacked "
            "denoising, error % (no pretraining)",
            f"{number(record['test_error_with_pretraining'])} "
            f"({number(record['test_error_without_pretraining'])})",
            NONE,
        ]
        for record in stacked_runs(folder)
    ]
    return likelihoods + errors

"""The records of the autoencoders, as tables."""

from table_text import NONE
from table_text import number
from table_text import read_records
from table_text import table

# Test NLL on MNIST, binarized dynamically, one stochastic layer, by importance
# samples in training: of the replication in PyTorch by GitHub user xqding.
REPLICATED = {1: 87.78, 5: 85.46, 50: 84.59}


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
                REPLICATED.get(settings["importance_samples"], NONE),
            ]
        )
    if not rows:
        return ""
    header = ["one stochastic layer of 50", "test NLL, nats (± SE)"]
    header += ["test ELBO", "active units", "epochs", "CPU minutes"]
    header += ["replication's NLL"]
    caption = (
        "MNIST, binarized dynamically; negative log-likelihood of 10,000 test "
        "images with 5,000 samples each:"
    )
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
        ]
        for record in sparse_runs(folder)
    ]
    if not rows:
        return ""
    header = ["codes", "error %", "of the pixels", "units active"]
    header += ["units never active", "epochs", "CPU minutes"]
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


def tables(folder):
    """All tables of a folder of records, for results/README.md."""
    parts = [likelihood_table(folder), sparse_table(folder)]
    parts += [contractive_table(folder), stacked_table(folder)]
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
            NONE,
        ]
        for record in sparse_runs(folder)
    ]
    return likelihoods + errors

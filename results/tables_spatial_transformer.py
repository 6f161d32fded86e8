"""The records of the spatial transformer, as tables."""

import json
import pathlib
import statistics

from table_text import NONE
from table_text import number
from table_text import read_records
from table_text import table

DISTORTIONS = ("R", "RTS", "P", "E", "TC", "addition")
MODELS = {"fcn": "FCN", "cnn": "CNN", "st_fcn": "ST-FCN", "st_cnn": "ST-CNN"}
TRANSFORMS = {"thin_plate_spline": "TPS"}
# Error in % in Tables 1 and 4 and section 4.1 of the paper, by distortion.
PAPER = {
    "FCN": (2.1, 5.2, 3.1, 3.2, 13.2, 47.7),
    "CNN": (1.2, 0.8, 1.5, 1.4, 3.5, 14.7),
    "ST-FCN, affine": (1.2, 0.8, 1.5, 2.7, 2.0),
    "ST-FCN, projective": (1.3, 0.9, 1.4, 2.6),
    "ST-FCN, TPS": (1.1, 0.8, 1.4, 2.4),
    "ST-CNN, affine": (0.7, 0.5, 0.8, 1.2, 1.7),
    "ST-CNN, projective": (0.8, 0.6, 0.8, 1.3),
    "ST-CNN, TPS": (0.7, 0.5, 0.8, 1.1),
    "2 ST-FCN, affine": (None,) * 5 + (9.0,),
}
# Boxes in % at an overlap above a half, without and with distractors,
# appendix A.2.
PAPER_LOCALIZED = {"T": "100", "TC": "75 to 93"}
SUMMARY = ("RTS",)
SUMMARY_MODELS = ("CNN", "ST-CNN, affine")
# Longer runs have no CNN beside them, and stand in the full table.
SUMMARY_IMAGES = 20_000
# What was timed: a column for each library and how it was compiled.
COLUMNS = {
    ("keras_dl4", "xla"): "ours, XLA",
    ("keras_dl4", "graph"): "ours, no XLA",
    ("keras_dl4", "jax"): "ours, JAX",
    ("kornia", "eager"): "kornia",
    ("map_coordinates", "xla"): "Keras, XLA",
    ("map_coordinates", "graph"): "Keras, no XLA",
    ("tensorflow_addons", "xla"): "tensorflow-addons, XLA",
}
WORK = {
    "forward": "forward",
    "params": "+ gradient of parameters",
    "image": "+ of the image",
}


def model_name(settings):
    """Name of a model as in the paper's tables."""
    name = MODELS[settings["model"]]
    if settings["num_transforms"] > 1 and name.startswith("ST"):
        name = f"{settings['num_transforms']} {name}"
    if "ST" in name:
        transform = settings["transform"]
        name += f", {TRANSFORMS.get(transform, transform)}"
    return name


def paper_error(distortion, model):
    """Error in % in the paper, or None."""
    errors = dict(zip(DISTORTIONS, PAPER.get(model, ()), strict=False))
    return errors.get(distortion)


def runs_by_setting(folder):
    """Records by distortion, model, images and epochs; several are seeds."""
    runs = {}
    for record in read_records(folder, "test_error").values():
        settings = record["settings"]
        if settings.get("distortion") not in DISTORTIONS:
            continue
        key = (
            DISTORTIONS.index(settings["distortion"]),
            model_name(settings),
            settings["num_train"],
            settings["epochs"],
        )
        runs.setdefault(key, []).append(record)
    return dict(sorted(runs.items()))


def mean_and_range(values):
    """Text of the mean, and of the range in brackets if there is one."""
    text = number(statistics.mean(values))
    if len(values) == 1:
        return text
    return f"{text} ({number(min(values))} to {number(max(values))})"


def distortions_table(folder):
    """Error of classifying distorted MNIST, beside the paper's."""
    rows = []
    for key, records in runs_by_setting(folder).items():
        distortion, model = DISTORTIONS[key[0]], key[1]
        errors = [record["test_error"] for record in records]
        rows.append(
            [
                f"{distortion}, {model}",
                mean_and_range(errors),
                len(errors),
                number(records[0]["num_params"], 0),
                f"{key[2]:,} x {key[3]}",
                paper_error(distortion, model) or NONE,
            ]
        )
    if not rows:
        return ""
    header = ["distortion, model", "error % (range)", "seeds", "parameters"]
    header += ["images x epochs", "paper's error %, 150,000 steps"]
    caption = "Distorted MNIST, 10,000 test images:"
    return f"{caption}\n\n{table(header, rows)}"


def volumes_table(folder):
    """Error of classifying digits that were made solid and turned."""
    rows = [
        [
            MODELS[record["settings"]["model"]],
            number(record["test_error"]),
            number(record["num_params"], 0),
            record["settings"]["num_train"],
            record["settings"]["epochs"],
            number(record["cpu_minutes"], 0),
        ]
        for record in read_records(folder, "test_error").values()
        if "volume_size" in record["settings"]
    ]
    if not rows:
        return ""
    header = ["digits as solids, 3-D", "error %", "parameters", "digits"]
    header += ["epochs", "CPU minutes"]
    caption = "MNIST digits as turned and shifted solids, 720 test volumes:"
    return f"{caption}\n\n{table(header, rows)}"


def localized_by_digit(folder):
    """Boxes in % that are found, by digit, of images of kind T and TC."""
    found = {"T": {}, "TC": {}}
    for record in read_records(folder, "localized").values():
        settings = record["settings"]
        kind = "TC" if settings["distractors"] else "T"
        found[kind][settings["digit"]] = record["localized"]
    return {
        kind: dict(sorted(by_digit.items()))
        for kind, by_digit in found.items()
        if by_digit
    }


def localization_table(folder):
    """Boxes found without labels, a column for each digit."""
    found = localized_by_digit(folder)
    if not found:
        return ""
    digits = sorted(set().union(*found.values()))
    rows = [
        [
            kind,
            *(number(by_digit.get(digit), 0) for digit in digits),
            number(statistics.mean(by_digit.values()), 1),
            PAPER_LOCALIZED[kind],
        ]
        for kind, by_digit in found.items()
    ]
    header = ["co-localization", *map(str, digits), "mean", "paper"]
    caption = (
        "Boxes in % that overlap by more than a half with the digit that 100 "
        "images have in common, by digit; T translated, TC among 16 pieces "
        "of other digits:"
    )
    return f"{caption}\n\n{table(header, rows)}"


def benchmark_table(path, threads):
    """Time of sampling, as a ratio to PyTorch's."""
    path = pathlib.Path(path)
    rows = json.loads(path.read_text())["rows"] if path.exists() else []
    cells = {}
    for row in rows:
        if row["threads"] == threads:
            shape = " x ".join(map(str, row["shape"]))
            line = cells.setdefault((shape, row["what"]), {})
            line[row["library"], row["mode"]] = row
    lines = []
    for (shape, what), line in cells.items():
        torch = line["torch", "eager"]
        lines.append([f"{shape}, {WORK[what]}", f"{torch['median_ms']:.2f} ms"])
        for column in COLUMNS:
            ratio = line.get(column, {}).get("ratio")
            lines[-1].append(number(ratio))
    if not lines:
        return ""
    header = [f"{threads} threads", "PyTorch", *COLUMNS.values()]
    caption = "Affine warp, as a ratio to PyTorch's `grid_sample` in one run:"
    return f"{caption}\n\n{table(header, lines)}"


def tables(folder):
    """All tables of a folder of records, for results/README.md."""
    benchmark = pathlib.Path(folder) / "benchmark.json"
    parts = [
        distortions_table(folder),
        localization_table(folder),
        volumes_table(folder),
    ]
    parts += [benchmark_table(benchmark, threads) for threads in (2, 1)]
    return [part for part in parts if part]


def summary(folder):
    """Rows of the README's table: what, here, in the paper."""
    shown = {}
    for key, records in runs_by_setting(folder).items():
        distortion, model = DISTORTIONS[key[0]], key[1]
        is_shown = distortion in SUMMARY and key[2] <= SUMMARY_IMAGES
        if is_shown and model in SUMMARY_MODELS:
            errors = [record["test_error"] for record in records]
            paper = paper_error(distortion, model)
            shown.setdefault(distortion, []).append(
                (model, mean_and_range(errors), str(paper))
            )
    rows = [
        [f"{distortion} MNIST, {models}, error in %", here, paper]
        for distortion, runs in shown.items()
        for models, here, paper in [map("; ".join, zip(*runs, strict=True))]
    ]
    found = localized_by_digit(folder)
    if found:
        rows.append(
            [
                f"MNIST, co-localization, {'; '.join(found)}, boxes found %",
                "; ".join(
                    number(statistics.mean(by_digit.values()), 1)
                    for by_digit in found.values()
                ),
                "; ".join(PAPER_LOCALIZED[kind] for kind in found),
            ]
        )
    return rows

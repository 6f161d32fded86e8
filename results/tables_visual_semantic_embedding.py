"""The records of images and sentences in one space, as tables."""

import json
import pathlib

from table_text import NONE
from table_text import number
from table_text import read_records
from table_text import table
from tables_captions import caption_summary
from tables_captions import caption_table
from tables_captions import perplexity_table

ENCODERS = {
    "bag_of_words": "bag of words",
    "peephole_lstm": "peephole LSTM",
    "lstm": "LSTM",
}
# Key in a record, and what it is called.
SCENES = {
    "image_to_text_recall_at_1": "image to text R@1",
    "image_to_text_recall_at_10": "R@10",
    "text_to_image_recall_at_1": "text to image R@1",
    "semantic_text_to_image_recall_at_1": "any true image R@1",
    "color_top_1": "analogies: color",
    "shape_top_1": "shape",
    "color_held_out_top_1": "color, new target",
    "shape_held_out_top_1": "shape, new target",
    "swapped_accuracy": "arguments swapped",
}
KINDS = {
    "color": "color",
    "hair": "hair",
    "hair_color": "color of hair",
    "tone": "skin tone",
    "gender": "gender",
}
BENCHMARKS = {"xla": "XLA", "graph": "no XLA"}


def mean_and_range(values, digits=1):
    """Text of a mean, and of the range in brackets if there is one."""
    mean = number(sum(values) / len(values), digits)
    if len(values) == 1:
        return mean
    low, high = (number(each, digits) for each in (min(values), max(values)))
    return f"{mean} ({low} to {high})"


def scene_runs(folder):
    """Records of the scenes, by encoder."""
    runs = {}
    for record in read_records(folder, "swapped_accuracy").values():
        if record["settings"]["config"] == "basic":
            runs.setdefault(record["settings"]["encoder"], []).append(record)
    return runs


def scene_table(folder):
    """Search, analogies and order of words, by the encoder of sentences."""
    rows = [
        [
            ENCODERS[encoder],
            len(runs),
            *(mean_and_range([run[key] for run in runs]) for key in SCENES),
            mean_and_range([run["cpu_minutes"] for run in runs], 0),
        ]
        for encoder, runs in scene_runs(folder).items()
    ]
    if not rows:
        return ""
    header = ["encoder", "seeds", *SCENES.values(), "CPU minutes"]
    return (
        "Shape scenes, in %, means (range) over seeds: 1,000 unseen pictures "
        "with five captions each; analogies, the right one of 504 pictures "
        "found first; and true captions before those with two things "
        f"exchanged:\n\n{table(header, rows)}"
    )


def emoji_runs(folder):
    """Records of emoji."""
    return list(read_records(folder, "hair_color_top_1").values())


def emoji_table(folder):
    """Analogies of real pictures."""
    rows = []
    for run in emoji_runs(folder):
        for kind, name in KINDS.items():
            found = (run[f"{kind}_top_{k}"] for k in (1, 5))
            rows.append([name, *(number(each, 1) for each in found)])
    if not rows:
        return ""
    found = "; ".join(
        f"{name} {number(run[f'{key}_recall_at_1'], 1)} % first, "
        f"{number(run[f'{key}_recall_at_10'], 1)} % among ten"
        for run in emoji_runs(folder)
        for key, name in (
            ("image_to_text", "image to text"),
            ("text_to_image", "text to image"),
        )
    )
    return (
        f"Emoji of a vendor whose drawings were not seen, {found}. Analogies "
        "of seen pictures, right one of 3,786 found, in %:\n\n"
        f"{table(['what changes', 'first', 'among five'], rows)}"
    )


def benchmark_table(folder):
    """Time of a training step by sentence encoder, and of beam search."""
    path = pathlib.Path(folder) / "benchmark.json"
    if not path.exists():
        return ""
    rows = [
        [
            f"{row['name'].replace('_', ' ')}, {BENCHMARKS[row['mode']]}",
            f"{number(row['median_ms'])} ms",
            number(row["ratio"]),
        ]
        for row in json.loads(path.read_text())["rows"]
    ]
    return (
        "Training steps as a ratio to that with `keras.layers.LSTM`, and beam "
        "search to that without XLA, in one run:\n\n"
        f"{table(['', 'time', 'ratio'], rows)}"
    )


def tables(folder):
    """All tables of a folder of records, for results/README.md."""
    makers = scene_table, emoji_table, caption_table, perplexity_table
    parts = [make(folder) for make in (*makers, benchmark_table)]
    return [part for part in parts if part]


def summary(folder):
    """Rows of the README's table: what, here, in the paper."""
    rows = []
    runs = scene_runs(folder).get("bag_of_words")
    if runs:
        found = (
            mean_and_range([run[key] for run in runs])
            for key in ("image_to_text_recall_at_1", "color_top_1")
        )
        label = "Scenes, image to text R@1 %; image - blue + red, top 1 %"
        rows.append([label, "; ".join(found), NONE])
    return rows + caption_summary(folder)

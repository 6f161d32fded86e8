"""The records of models that write captions, as tables."""

from table_text import NONE
from table_text import number
from table_text import read_records
from table_text import table

MODELS = {
    "log_bilinear": "log-bilinear",
    "multiplicative": "multiplicative",
    "sc_nlm": "SC-NLM",
}
DATA = {"coco": "COCO", "scenes": "shape scenes"}
CAPTIONS = {
    "one_object": "one object",
    "one_object_complete": "and complete",
    "two_objects": "two objects",
    "two_objects_complete": "and complete",
    "tags_as_requested": "tags as requested",
    "naming_a_shape": "naming a shape",
}
FAILURES = ("hallucination", "counting", "contradiction", "ungrammatical")


def caption_runs(folder):
    """Records of captions of scenes."""
    return list(read_records(folder, "tags_as_requested").values())


def caption_table(folder):
    """How much of the captions is right, and what goes wrong."""
    rows = [
        [
            f"{run['settings']['content']} captions, "
            f"weight {run['settings']['language_weight']}",
            *(number(run[key], 1) for key in CAPTIONS),
            *(number(run[key], 1) for key in FAILURES),
            number(run["cider_d"]),
            number(run["cpu_minutes"], 0),
        ]
        for run in caption_runs(folder)
    ]
    if not rows:
        return ""
    header = [
        "content",
        *CAPTIONS.values(),
        *FAILURES,
        "CIDEr-D",
        "CPU minutes",
    ]
    return (
        "Captions of unseen shape scenes by SC-NLM, which has learned from "
        "captions alone; in % of captions all of whose attributes are right, "
        "that leave no object out as well, and that have a failure; a larger "
        f"language weight says less:\n\n{table(header, rows)}"
    )


def perplexity_table(folder):
    """Perplexity of language models of captions."""
    runs = read_records(folder, "test_perplexity").values()
    rows = [
        [
            f"{DATA[run['settings']['data']]}, {MODELS[model]}",
            number(run["test_perplexity"]),
            number(run["validation_perplexity"]),
            number(run["unigram_perplexity"], 1),
            f"{run['parameters']:,}",
            len(run["curve"]),
            number(run["cpu_minutes"], 0),
        ]
        for data in DATA
        for model in MODELS
        for run in runs
        if (run["settings"]["data"], run["settings"]["model"]) == (data, model)
    ]
    if not rows:
        return ""
    header = ["captions, model", "test perplexity", "validation perplexity"]
    header += ["of single words", "parameters", "epochs", "CPU minutes"]
    return (
        "Language models of captions, given the vector of the caption itself "
        "(not the log-bilinear one) and the tags of its words (SC-NLM):\n\n"
        f"{table(header, rows)}"
    )


def caption_summary(folder):
    """Rows of the README's table: what, here, in the paper."""
    return [
        [
            "Captions of scenes, SC-NLM, % all right, of one object; of two",
            f"{number(run['one_object'], 1)}; {number(run['two_objects'], 1)}",
            NONE,
        ]
        for run in caption_runs(folder)
        if run["settings"]["content"] == "mixed"
    ]

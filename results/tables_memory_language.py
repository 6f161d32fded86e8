"""The records of memory networks that predict the next word, as a table."""

from table_text import number
from table_text import read_records
from table_text import table

MODELS = {"memn2n": "MemN2N", "lstm": "LSTM"}


def language_runs(folder):
    """Records of WikiText-2, by the kind of model."""
    return {
        record["settings"]["model"]: record
        for record in read_records(folder, "test_perplexity").values()
        if record["settings"]["data"] == "wikitext2"
    }


def language_table(folder):
    """Perplexity of a memory network of words, and of an LSTM."""
    runs = language_runs(folder)
    if not runs:
        return ""
    rows = [
        [
            MODELS[kind],
            number(run["test_perplexity"], 1),
            number(run["validation_perplexity"], 1),
            f"{run['parameters']:,}",
            len(run["curve"]),
            number(run["cpu_minutes"], 0),
        ]
        for kind, run in sorted(runs.items())
    ]
    header = ["model", "test perplexity", "validation perplexity"]
    header += ["parameters", "epochs", "CPU minutes"]
    about = next(iter(runs.values()))
    return (
        f"Words of WikiText-2, {about['vocabulary_size']:,} of them known, "
        "trained on its validation file but for the last tenth, by which "
        f"epochs are chosen; single words have a perplexity of "
        f"{number(about['unigram_perplexity'], 0)}:\n\n{table(header, rows)}"
    )

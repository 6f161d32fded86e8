"""A training step of the embedding by sentence encoder, and beam search.

Training: 128 pairs of a feature vector and a caption of 16 words, Adam, the
          sum over all negatives; captions go through a diagonal or full
          `PeepholeLSTM`, `keras.layers.LSTM`, or a bag of words. The one of
          Keras divides, in each mode
Search:   `ops.beam_search`, 32 captions of 16 words of 2,000 by 5 beams. The
          one not compiled by XLA divides
Run:      python benchmarks/visual_semantic_embedding.py [--quick]
Writes:   runs/visual_semantic_embedding_benchmark.json, or ..._quick.json

Modes: graph and XLA of TensorFlow. All are timed in turns: A B C A B C. A ratio
is the median over rounds of the ratio within a round, which slow drifts of a
busy machine leave alone.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shlex
import sys
import time
from importlib import metadata

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from autoencoders_report import add_ratios
from autoencoders_report import built_here
from autoencoders_report import table
from autoencoders_report import time_in_turns
from keras import ops
from ntm import machine

import keras_dl4

NAMES = ("part", "name", "mode")
ENCODERS = ("peephole_lstm", "full_peephole_lstm", "lstm", "bag_of_words")
MODES = ("xla", "graph")
BATCH, LENGTH, UNITS, FEATURES = 128, 16, 128, 256
NUM_WORDS, NUM_CAPTIONS, BEAM_WIDTH = 2000, 32, 5
END = 0
# The highest ratios to aim at, under XLA.
GOALS = {"peephole_lstm": 1.3, "beam_search": 1.0}


def build_step(part, name, mode):
    """A training step, or a search, that has run once."""
    keras.utils.set_random_seed(0)
    step = training_step(name, mode) if part == "training" else search(mode)
    step()
    return step


def sentence_encoder(name):
    if not name.startswith("full"):
        return keras_dl4.layers.CaptionEncoder(NUM_WORDS, UNITS, name)
    return keras.Sequential(
        [
            keras.layers.Embedding(NUM_WORDS, UNITS, mask_zero=True),
            keras_dl4.layers.PeepholeLSTM(UNITS, "full"),
        ]
    )


def training_step(name, mode):
    rng = np.random.default_rng(0)
    model = keras_dl4.models.VisualSemanticEmbedding(
        None, sentence_encoder(name), UNITS
    )
    model.compile("adam", jit_compile=mode == "xla")
    lengths = rng.integers(4, LENGTH + 1, (BATCH, 1))
    tokens = rng.integers(1, NUM_WORDS, (BATCH, LENGTH))
    batch = {
        "image": rng.normal(size=(BATCH, FEATURES)).astype("float32"),
        "tokens": np.where(np.arange(LENGTH) < lengths, tokens, 0),
    }
    batch = {n: ops.convert_to_tensor(value) for n, value in batch.items()}
    ids = ops.arange(BATCH)
    losses = []

    def step():
        losses.append(float(model.train_on_batch(batch, ids)))
        if not np.isfinite(losses[-1]):
            raise ArithmeticError(f"{name}: the loss is {losses[-1]}.")

    return step


def search(mode):
    """Words of a recurrent network with random weights, which never ends."""
    table, back, out = (
        ops.convert_to_tensor(keras.random.normal(shape, stddev=0.1, seed=1))
        for shape in ((NUM_WORDS, UNITS), (UNITS, UNITS), (UNITS, NUM_WORDS))
    )

    def predict(words, position, state):
        state = ops.tanh(ops.matmul(state, back) + ops.take(table, words, 0))
        return ops.log_softmax(ops.matmul(state, out)), state

    @tf.function(jit_compile=mode == "xla")
    def run(state):
        return keras_dl4.ops.beam_search(
            predict,
            ops.zeros((NUM_CAPTIONS,), "int32") + 1,
            state,
            BEAM_WIDTH,
            LENGTH,
            END,
            min_length=LENGTH - 1,
        )

    state = keras.random.normal((NUM_CAPTIONS, UNITS), seed=2)

    def step():
        _, scores, lengths = run(state)
        is_whole = np.all(np.asarray(lengths) >= LENGTH - 1)
        if not is_whole or not np.all(np.isfinite(scores)):
            raise ArithmeticError("The search did not find whole captions.")

    return step


def measure(args):
    """Rows of training, then of the search, each in turns of their own."""
    rows = []
    for part, names, divides in (
        ("training", args.encoders, {"name": "lstm"}),
        ("search", ["beam_search"], {"mode": "graph"}),
    ):
        settings = [(part, name, mode) for name in names for mode in args.modes]
        found = time_in_turns(
            NAMES,
            settings,
            lambda setting: built_here(build_step, setting),
            args.rounds,
        )
        add_ratios(found, divides, ("mode",) if part == "training" else ())
        rows += found
    for row in rows:
        if row["mode"] == "xla" and row["name"] in GOALS:
            row["goal"] = GOALS[row["name"]]
    return rows


def parse(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="3 rounds")
    add("--encoders", nargs="+", choices=ENCODERS, default=list(ENCODERS))
    add("--modes", nargs="+", choices=MODES, default=list(MODES))
    add("--rounds", type=int, help="(default: 15)")
    add("--out", type=pathlib.Path, help="JSON file to write")
    args = parser.parse_args(argv)
    if args.rounds is None:
        args.rounds = 3 if args.quick else 15
    if args.out is None:
        stem = f"{pathlib.Path(__file__).stem}_benchmark"
        args.out = pathlib.Path(f"runs/{stem}{'_quick' * args.quick}.json")
    return args


def main(argv=None):
    start = time.perf_counter()
    argv = sys.argv[1:] if argv is None else argv
    args = parse(argv)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    command = ["python", "benchmarks/visual_semantic_embedding.py", *argv]
    record = {
        "command": shlex.join(command),
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "rounds": args.rounds,
        "versions": {
            "python": platform.python_version(),
            "keras": metadata.version("keras"),
            "tensorflow": tf.__version__,
        },
        "rows": measure(args),
    }
    print(f"\n{table(NAMES, record['rows'])}", flush=True)
    record["minutes"] = (time.perf_counter() - start) / 60
    args.out.write_text(json.dumps(record, indent=1) + "\n")
    print(f"\n{record['minutes']:.1f} minutes. Written: {args.out}")
    return record


if __name__ == "__main__":
    main()

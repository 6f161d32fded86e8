"""A memory network that predicts the next word, beside an LSTM of its size.

Paper:  End-To-End Memory Networks, https://arxiv.org/abs/1503.08895, section 5
Run:    python examples/memn2n_language_model.py
        python examples/memn2n_language_model.py --model lstm
        python examples/memn2n_language_model.py --data wikitext2 --hops 6
            --embedding-dim 150 --memory-size 100 --min-count 2
Expect: a test perplexity near 2.1 for generated text (single words: 28.6)
Writes: runs/memn2n_language_model/ (result.json, model.keras)

The last tenth of the training text decides when to stop; the vocabulary is of
the rest. WikiText-2 is trained on its validation file, since the training file
is not at hand, and tested on its test file.
"""

import argparse
import math
import os
import pathlib
import shlex
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import keras_dl4
from keras_dl4.callbacks import RunRecorder
from keras_dl4.datasets import language_text

NAME = "examples/memn2n_language_model.py"
SETTINGS = (
    "model data num_words min_count embedding_dim hops memory_size epochs "
    "batch_size learning_rate patience seed"
).split()
NUM_STREAMS = 20


def texts(args):
    """Words to train on and words to test on."""
    if args.data == "generated":
        return [
            language_text.split_words(language_text.generate(number, seed))
            for number, seed in (
                (args.num_words, args.seed),
                (max(args.num_words // 4, 100), args.seed + 1),
            )
        ]
    if args.data == "wikitext2":
        parts = ("wikitext2.valid", "wikitext2.test")
        found = [
            language_text.split_words(language_text.load(part, args.data_dir))
            for part in parts
        ]
    else:
        text = language_text.load("tinyshakespeare", args.data_dir)
        words = language_text.split_words(text, is_tokenized=False)
        first = len(words) * 9 // 10
        found = [words[:first], words[first:]]
    return [words[: args.num_words] for words in found]


def load(args):
    """Ids to train on, to stop by and to test on, and the vocabulary."""
    words, test = texts(args)
    first = len(words) * 9 // 10
    parts = words[:first], words[first:], test
    vocabulary = language_text.make_vocabulary(parts[0], args.min_count)
    ids = [language_text.encode_words(part, vocabulary) for part in parts]
    return ids, vocabulary


def unigram_perplexity(ids, test, size):
    """Of the frequencies of single words, each counted once more."""
    counts = np.bincount(ids, minlength=size) + 1.0
    return float(np.exp(-np.mean(np.log(counts / counts.sum())[test])))


def memory_network(args, size):
    model = keras_dl4.models.MemN2NLanguageModel(
        size, args.embedding_dim, args.hops, args.memory_size
    )
    model.build((None, args.memory_size))
    return model


def lstm(args, size):
    """An LSTM whose parameters are as many as those of the memory network."""
    wanted = memory_network_parameters(args, size)
    # 2 V h + V + 8 h^2 + 4 h, of which the root is taken.
    linear = 2.0 * size + 4.0
    root = math.sqrt(linear**2 + 32.0 * (wanted - size))
    units = max(1, round((root - linear) / 16.0))
    return keras.Sequential(
        [
            keras.Input(batch_shape=(NUM_STREAMS, args.memory_size)),
            keras.layers.Embedding(size, units),
            keras.layers.LSTM(units, return_sequences=True, stateful=True),
            keras.layers.Dense(size),
        ]
    )


def memory_network_parameters(args, size):
    """A, C and W, two tables of time, and H."""
    dim = args.embedding_dim
    return 3 * size * dim + 2 * args.memory_size * dim + dim * dim


class ResetStates(keras.callbacks.Callback):
    """A stream starts anew in each epoch, and in each evaluation."""

    def on_epoch_begin(self, epoch, logs=None):
        self.reset()

    def on_test_begin(self, logs=None):
        self.reset()

    def reset(self):
        for layer in self.model.layers:
            if getattr(layer, "stateful", False):
                layer.reset_states()


class Shuffled(keras.utils.PyDataset):
    """Batches in an order that depends on the seed and the epoch alone."""

    def __init__(self, x, y, batch_size, seed, epoch):
        super().__init__()
        self.x, self.y, self.batch_size = x, y, batch_size
        self.seed, self.epoch = seed, epoch
        self.draw_order()

    def draw_order(self):
        rng = np.random.default_rng([self.seed, self.epoch])
        self.order = rng.permutation(len(self.y))

    def on_epoch_end(self):
        self.epoch += 1
        self.draw_order()

    def __len__(self):
        return math.ceil(len(self.y) / self.batch_size)

    def __getitem__(self, number):
        first = number * self.batch_size
        chosen = self.order[first : first + self.batch_size]
        return self.x[chosen], self.y[chosen]


def laid_out(args, ids):
    """What a model is fitted to: arguments `x`, `y` and `sample_weight`."""
    if args.model == "memn2n":
        x, y = language_text.word_windows(ids, args.memory_size)
        return {"x": x, "y": y}
    names = ("x", "y", "sample_weight")
    streams = language_text.word_streams(ids, NUM_STREAMS, args.memory_size)
    return dict(zip(names, streams, strict=True))


def loss_of(model, args, ids):
    """Mean cross-entropy of a word, each of them once."""
    options = {"batch_size": args.batch_size, "verbose": 0}
    options["callbacks"] = [ResetStates()]
    logs = model.evaluate(**laid_out(args, ids), return_dict=True, **options)
    return logs["cross_entropy"]


class StopByCurve(keras.callbacks.Callback):
    """Stops like `EarlyStopping`, also in a run that is resumed."""

    def __init__(self, recorder, patience):
        super().__init__()
        self.recorder, self.patience = recorder, patience

    def is_over(self):
        losses = [
            point["val_cross_entropy"]
            for point in self.recorder.record["curve"]
        ]
        return len(losses) > self.patience + np.argmin([*losses, np.inf])

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = self.is_over()


def train(args, model, ids, recorder):
    """Trains until the loss of the held out words does not fall any more."""
    data = laid_out(args, ids[0])
    backup = keras_dl4.callbacks.AtomicBackup(args.out / "backup.weights.h5")
    epoch = 0
    if args.resume:
        steps_per_epoch = math.ceil(len(data["x"]) / args.batch_size)
        epoch = backup.restore(model, steps_per_epoch)
        recorder.resume(epoch)
    stop = StopByCurve(recorder, args.patience)
    if stop.is_over():
        return
    checkpoint = keras.callbacks.ModelCheckpoint(
        args.out / "model.keras",
        "val_cross_entropy",
        save_best_only=True,
        mode="min",
        initial_value_threshold=recorder.best("val_cross_entropy"),
    )
    if args.model == "memn2n":
        batches = Shuffled(
            **data, batch_size=args.batch_size, seed=args.seed, epoch=epoch
        )
        data = {"x": batches}
    else:
        data["batch_size"] = args.batch_size
    model.fit(
        **data,
        validation_data=tuple(laid_out(args, ids[1]).values()),
        initial_epoch=epoch,
        epochs=args.epochs,
        shuffle=False,
        validation_batch_size=args.batch_size,
        verbose=args.verbose,
        callbacks=[ResetStates(), recorder, checkpoint, stop, backup],
    )


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--model", choices=("memn2n", "lstm"), default="memn2n")
    sources = ("generated", "wikitext2", "shakespeare")
    add("--data", choices=sources, default="generated")
    add("--data-dir", help="of the files (default: KERAS_DL4_DATA)")
    add("--num-words", type=int, help="of the texts (default: all; or 20000)")
    add("--min-count", type=int, default=1, help="of words that are known")
    add("--embedding-dim", type=int, default=32)
    add("--hops", type=int, default=3)
    add("--memory-size", type=int, default=30, help="or steps of the LSTM")
    add("--epochs", type=int, default=10, help="at most")
    add("--batch-size", type=int, default=128, help="(LSTM: 20 streams)")
    add("--learning-rate", type=float, default=0.003, help="of Adam")
    add("--patience", type=int, default=2, help="epochs without improvement")
    add("--seed", type=int, default=0)
    add("--out", default="runs/memn2n_language_model")
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="go on with the run in --out")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--verbose", type=int, choices=(0, 1, 2), default=1)
    args = parser.parse_args(argv)
    args.out = pathlib.Path(args.out)
    if args.num_words is None and args.data == "generated":
        args.num_words = 20_000
    if args.model == "lstm":
        args.batch_size = NUM_STREAMS
    return args


def main(argv=None):
    args = parse(argv)
    keras_dl4.callbacks.prepare_run_folder(
        args.out, args.resume, args.overwrite
    )
    keras.utils.set_random_seed(args.seed)
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS},
        command=f"{NAME} {shlex.join(argv or sys.argv[1:])}",
    )
    ids, vocabulary = load(args)
    build = memory_network if args.model == "memn2n" else lstm
    model = build(args, len(vocabulary))
    cross_entropy = keras.metrics.SparseCategoricalCrossentropy(
        "cross_entropy", from_logits=True
    )
    model.compile(
        keras.optimizers.Adam(args.learning_rate, global_clipnorm=5.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        weighted_metrics=[cross_entropy],
    )
    train(args, model, ids, recorder)
    best = keras.saving.load_model(args.out / "model.keras")
    results = {
        "test_perplexity": math.exp(loss_of(best, args, ids[2])),
        "validation_perplexity": math.exp(recorder.best("val_cross_entropy")),
        "unigram_perplexity": unigram_perplexity(
            ids[0], ids[2], len(vocabulary)
        ),
        "parameters": sum(
            math.prod(weight.shape) for weight in best.trainable_weights
        ),
        "vocabulary_size": len(vocabulary),
    }
    recorder.add(**results, num_words=[len(part) for part in ids])
    for name, value in results.items():
        print(f"{name.replace('_', ' '):24} {value:12.2f}")
    print(f"{recorder.record['minutes']:.1f} minutes. See {args.out}/")
    return results


if __name__ == "__main__":
    main()

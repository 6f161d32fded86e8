"""Three language models of captions: words, words and content, and structure.

Paper:  Unifying Visual-Semantic Embeddings with Multimodal Neural Language
        Models, https://arxiv.org/abs/1411.2539, section 3
Run:    python examples/caption_language_models.py
        python examples/caption_language_models.py --model log_bilinear
        python examples/caption_language_models.py --data coco
Expect: for captions of shapes a test perplexity near 3.3 (log_bilinear), 1.14
        (multiplicative) and 1.12 (sc_nlm); single words: 28.9
Writes: runs/caption_language_models_<data>_<model>/ (result.json, model.keras)

The content of a caption is the mean of its own words' vectors, of length one:
those of GloVe for COCO, random ones for captions of shapes. So the perplexity
of `multiplicative` and `sc_nlm` is one given what the caption is about, and
cannot be set beside that of words alone but to see what content and structure
tell; `sc_nlm` is given the tag of each word as well, and how long the caption
is. `--content none` leaves the content out.

Captions of more than `--max-words` words are left out. All others count in
full, with the end and with rare words, which are one word, "[UNK]".
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
from keras_dl4.datasets import image_captions
from keras_dl4.datasets import shape_scenes

NAME = "examples/caption_language_models.py"
SETTINGS = (
    "model data content num_train max_words min_count embedding_dim "
    "context_size factors tag_dim future_tags epochs batch_size learning_rate "
    "patience seed"
).split()
MODELS = ("log_bilinear", "multiplicative", "sc_nlm")
PARTS = ("train", "val", "test")
WORD_DIM = 50
VECTORS = "multimodal/glove6b_50d_subset.npz"


def load_captions(args):
    """`{part: (captions, tags)}`, sequences of words and of their tags."""
    parts = {part: ([], []) for part in PARTS}
    if args.data == "coco":
        for image in image_captions.load_coco_captions(args.data_dir):
            parts[image.split][0].extend(image.captions)
            parts[image.split][1].extend(image.tags)
    else:
        # Of five captions each.
        numbers = (math.ceil((args.num_train or 10_000) / 5), 200, 500)
        for part, number in zip(PARTS, numbers, strict=True):
            scenes = shape_scenes.ShapeScenes(
                "basic", part, num_examples=number, seed=args.seed
            )
            for index in range(number):
                for caption in scenes.captions(index):
                    parts[part][0].append(caption.tokens)
                    parts[part][1].append(caption.tags)
    for part, (captions, tags) in parts.items():
        kept = [n for n, c in enumerate(captions) if len(c) <= args.max_words]
        kept = kept[: args.num_train if part == "train" else None]
        parts[part] = [captions[n] for n in kept], [tags[n] for n in kept]
    return parts


def word_vectors(args, vocabulary):
    """A vector for each word of the vocabulary, zero where none is known."""
    table = np.zeros((len(vocabulary), WORD_DIM), "float32")
    if args.content == "none":
        return table
    if args.data == "scenes":
        rng = np.random.default_rng(0)
        table[2:] = rng.normal(size=(len(vocabulary) - 2, WORD_DIM))
        return table
    top = args.data_dir or os.environ.get("KERAS_DL4_DATA", "")
    path = args.word_vectors or os.path.join(top, VECTORS)
    words, vectors = image_captions.load_word_vectors(path, vocabulary)
    places = {word: number for number, word in enumerate(vocabulary)}
    table[[places[word] for word in words]] = vectors
    return table


def load(args):
    """`{part: inputs}` of a model, the vocabulary, and the number of tags."""
    parts = load_captions(args)
    vocabulary = image_captions.make_vocabulary(
        parts["train"][0], args.min_count
    )
    found = {tag for _, several in parts.values() for t in several for tag in t}
    tag_names = ["", *sorted(found)]
    table = word_vectors(args, vocabulary)
    encode, data = image_captions.encode_captions, {}
    for part, (captions, tags) in parts.items():
        tokens = encode(captions, vocabulary, args.max_words)
        content = table[tokens].sum(axis=1)
        lengths = np.linalg.norm(content, axis=1, keepdims=True)
        data[part] = {
            "tokens": tokens,
            "tags": encode(tags, tag_names, args.max_words),
            "content": content / np.maximum(lengths, 1e-6),
        }
    return data, vocabulary, len(tag_names)


def build(args, vocabulary, num_tags):
    sizes = vocabulary, args.embedding_dim, args.context_size
    if args.model == "log_bilinear":
        return keras_dl4.models.LogBilinearLanguageModel(*sizes)
    options = {"content_dim": WORD_DIM, "num_factors": args.factors}
    if args.model == "multiplicative":
        return keras_dl4.models.MultiplicativeLanguageModel(*sizes, **options)
    return keras_dl4.models.SCNLM(
        vocabulary,
        num_tags,
        *sizes[1:],
        tag_dim=args.tag_dim,
        future_tags=args.future_tags,
        **options,
    )


def unigram_perplexity(data, size):
    """Of the frequencies of words and ends, each counted once more."""
    counts = np.bincount(data["train"]["tokens"].ravel(), minlength=size)
    counts[0] = len(data["train"]["tokens"])
    tokens = data["test"]["tokens"]
    found = np.r_[tokens[tokens > 0], np.zeros(len(tokens), "int32")]
    probabilities = (counts + 1.0) / (counts + 1.0).sum()
    return float(np.exp(-np.mean(np.log(probabilities)[found])))


class Shuffled(keras.utils.PyDataset):
    """Batches in an order that depends on the seed and the epoch alone."""

    def __init__(self, inputs, batch_size, seed, epoch):
        super().__init__()
        self.inputs, self.batch_size = inputs, batch_size
        self.seed, self.epoch = seed, epoch
        self.draw_order()

    def draw_order(self):
        rng = np.random.default_rng([self.seed, self.epoch])
        self.order = rng.permutation(len(self.inputs["tokens"]))

    def on_epoch_end(self):
        self.epoch += 1
        self.draw_order()

    def __len__(self):
        return math.ceil(len(self.order) / self.batch_size)

    def __getitem__(self, number):
        first = number * self.batch_size
        chosen = self.order[first : first + self.batch_size]
        return ({name: each[chosen] for name, each in self.inputs.items()},)


class StopByCurve(keras.callbacks.Callback):
    """Stops like `EarlyStopping`, also in a run that is resumed."""

    def __init__(self, recorder, patience):
        super().__init__()
        self.recorder, self.patience = recorder, patience

    def is_over(self):
        curve = self.recorder.record["curve"]
        losses = [point["val_perplexity"] for point in curve]
        return len(losses) > self.patience + np.argmin([*losses, np.inf])

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = self.is_over()


def train(args, model, data, recorder):
    """Trains until held out captions are not predicted better any more."""
    backup = keras_dl4.callbacks.AtomicBackup(args.out / "backup.weights.h5")
    epoch = 0
    if args.resume:
        steps = math.ceil(len(data["train"]["tokens"]) / args.batch_size)
        epoch = backup.restore(model, steps)
        recorder.resume(epoch)
    stop = StopByCurve(recorder, args.patience)
    if stop.is_over():
        return
    checkpoint = keras.callbacks.ModelCheckpoint(
        args.out / "model.keras",
        "val_perplexity",
        save_best_only=True,
        mode="min",
        initial_value_threshold=recorder.best("val_perplexity"),
    )
    model.fit(
        Shuffled(data["train"], args.batch_size, args.seed, epoch),
        validation_data=data["val"],
        validation_batch_size=args.batch_size,
        initial_epoch=epoch,
        epochs=args.epochs,
        shuffle=False,
        verbose=args.verbose,
        callbacks=[recorder, checkpoint, stop, backup],
    )


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--model", choices=MODELS, default="sc_nlm")
    add("--data", choices=("scenes", "coco"), default="scenes")
    add("--data-dir", help="of the files of COCO (default: KERAS_DL4_DATA)")
    add("--word-vectors", help=f"file (default: {VECTORS} there)")
    add("--content", choices=("words", "none"), default="words")
    add("--num-train", type=int, help="captions (default: all)")
    add("--max-words", type=int, default=20, help="of a caption")
    add("--min-count", type=int, default=5, help="of words that are known")
    add("--embedding-dim", type=int, default=100)
    add("--context-size", type=int, default=5)
    add("--factors", type=int, default=100)
    add("--tag-dim", type=int, default=100)
    add("--future-tags", type=int, default=3)
    add("--epochs", type=int, help="at most (default: 8, coco: 30)")
    add("--batch-size", type=int, default=128)
    add("--learning-rate", type=float, default=0.002, help="of Adam")
    add("--patience", type=int, default=2, help="epochs without improvement")
    add("--seed", type=int, default=0)
    add("--out", help="default: runs/caption_language_models_<data>_<model>")
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="go on with the run in --out")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--verbose", type=int, choices=(0, 1, 2), default=1)
    args = parser.parse_args(argv)
    default = f"runs/caption_language_models_{args.data}_{args.model}"
    args.out = pathlib.Path(args.out or default)
    args.epochs = args.epochs or {"scenes": 8, "coco": 30}[args.data]
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
    data, vocabulary, num_tags = load(args)
    model = build(args, vocabulary, num_tags)
    data = {
        part: {name: inputs[name] for name in model.input_names}
        for part, inputs in data.items()
    }
    model.build({name: each.shape for name, each in data["train"].items()})
    model.compile(keras.optimizers.Adam(args.learning_rate))
    train(args, model, data, recorder)
    best = keras.saving.load_model(args.out / "model.keras")
    options = {"batch_size": args.batch_size, "verbose": 0}
    logs = best.evaluate(data["test"], return_dict=True, **options)
    results = {
        "test_perplexity": logs["perplexity"],
        "validation_perplexity": recorder.best("val_perplexity"),
        "unigram_perplexity": unigram_perplexity(data, len(vocabulary)),
        "parameters": best.count_params(),
        "vocabulary_size": len(vocabulary),
    }
    numbers = [len(data[part]["tokens"]) for part in PARTS]
    recorder.add(**results, num_captions=numbers)
    for name, value in results.items():
        print(f"{name.replace('_', ' '):24} {value:12.2f}")
    print(f"{recorder.record['minutes']:.1f} minutes. See {args.out}/")
    return results


if __name__ == "__main__":
    main()

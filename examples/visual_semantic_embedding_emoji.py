"""Emoji of two vendors and their names, in one space.

Paper:  Unifying Visual-Semantic Embeddings with Multimodal Neural Language
        Models, https://arxiv.org/abs/1411.2539
Run:    python examples/visual_semantic_embedding_emoji.py --data-dir ...
        where --data-dir, or KERAS_DL4_DATA, has multimodal/emoji32.json.gz and
        multimodal/emoji32_images.npz; without them there is nothing to run
Expect: of the pictures of a vendor whose drawings of these emoji were never
        seen at least 50 % find a caption of their own first; a blue heart
        minus "blue" plus "red" is nearest to a red heart in at least 70 % of
        all such questions about colors
Writes: runs/visual_semantic_embedding_emoji/ (result.json, figures, model)

Trained on all pictures of Twitter, and on those of Google that are not of the
test: its emoji are known, its pictures are not. The questions are about
pictures of Twitter, which were seen.
"""

import argparse
import itertools
import os
import pathlib
import shlex
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers

import keras_dl4
from keras_dl4 import evaluation
from keras_dl4 import figures
from keras_dl4.callbacks import AtomicBackup
from keras_dl4.callbacks import RunRecorder
from keras_dl4.datasets.image_captions import CaptionPairs
from keras_dl4.datasets.image_captions import encode_captions
from keras_dl4.datasets.image_captions import load_emoji
from keras_dl4.datasets.image_captions import make_vocabulary

NAME = "examples/visual_semantic_embedding_emoji.py"
ENCODERS = ("bag_of_words", "peephole_lstm", "lstm")
KINDS = ("color", "hair", "hair_color", "tone", "gender")
SETTINGS = (
    "encoder num_train epochs batch_size learning_rate margin embedding_dim "
    "seed strategy jit"
).split()
GOALS = {
    "image_to_text_recall_at_1": 50.0,
    "image_to_text_recall_at_10": 80.0,
    "color_top_1": 70.0,
    **{f"{kind}_top_5": 88.0 for kind in KINDS},
}


def as_floats(images):
    return images.astype("float32") / np.float32(255.0)


def training_pairs(args, emoji, vocabulary):
    seen = np.flatnonzero(emoji["split"] != "test")
    chosen = np.concatenate([np.arange(len(emoji["split"])), seen])
    images = np.concatenate([emoji["twitter"], emoji["google"][seen]])
    if args.num_train is not None:
        few = np.random.default_rng(0).permutation(len(images))
        chosen, images = (x[few[: args.num_train]] for x in (chosen, images))
    captions = emoji["captions"]
    length = max(len(caption) for each in captions for caption in each)
    tokens = [encode_captions(each, vocabulary, length) for each in captions]
    return CaptionPairs(
        images,
        [tokens[number] for number in chosen],
        emoji["twitter_group"][chosen],  # equal pictures are no negatives
        batch_size=args.batch_size,
        seed=args.seed,
    )


def build_model(args, vocabulary):
    image_encoder = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Rescaling(-1.0, 1.0),  # the white ground becomes 0
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(96, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
        ],
        name="image_encoder",
    )
    return keras_dl4.models.VisualSemanticEmbedding(
        image_encoder,
        keras_dl4.layers.CaptionEncoder(
            len(vocabulary), args.embedding_dim, args.encoder
        ),
        args.embedding_dim,
        vocabulary,
    )


def train(args, model, data, recorder, placement):
    rate = keras.optimizers.schedules.CosineDecay(
        args.learning_rate, args.epochs * len(data), alpha=0.05
    )
    model.compile(
        keras.optimizers.Adam(rate),
        keras_dl4.losses.PairwiseRankingLoss(args.margin),
        jit_compile=placement.jit_compile,
    )
    backup = AtomicBackup(args.out / "backup.weights.h5")
    epoch = 0
    if args.resume:
        model.build({"image": (None, 32, 32, 3), "tokens": (None, None)})
        epoch = backup.restore(model, len(data))
        recorder.resume(epoch)
        print(f"Going on after epoch {epoch} of {args.epochs}.", flush=True)
    model.fit(
        data,
        epochs=args.epochs,
        initial_epoch=epoch,
        shuffle=False,
        verbose=args.verbose,
        callbacks=[
            keras.callbacks.TerminateOnNaN(raise_error=True),
            keras.callbacks.LambdaCallback(
                on_epoch_begin=lambda epoch, logs: setattr(data, "epoch", epoch)
            ),
            recorder,
            backup,
        ],
    )


def in_parts(encode, values, size=500):
    """Vectors of many images or captions, some at a time."""
    parts = [
        encode(values[start : start + size])
        for start in range(0, len(values), size)
    ]
    return np.concatenate([keras.ops.convert_to_numpy(part) for part in parts])


def unseen(emoji):
    """Pictures of the test, all of their captions, and what is true of what.

    A caption of several emoji is one text, true of each; emoji whose pictures
    are equal have the captions of all of them.
    """
    chosen = np.flatnonzero(emoji["split"] == "test")
    said = {}
    for number in chosen:
        for caption in emoji["captions"][number]:
            groups = said.setdefault(" ".join(caption), set())
            groups.add(emoji["google_group"][number])
    truth = [
        np.isin(emoji["google_group"][chosen], list(groups))
        for groups in said.values()
    ]
    images = as_floats(emoji["google"][chosen])
    return images, list(said), np.transpose(truth)


def evaluate_retrieval(model, emoji):
    images, texts, truth = unseen(emoji)
    return evaluation.retrieval_metrics(
        in_parts(model.encode_image, images),
        in_parts(model.encode_text, texts),
        truth,
    )


def evaluate_analogies(model, emoji):
    """Answers by what is changed; equal pictures are equally right."""
    questions, groups = emoji["analogies"], emoji["twitter_group"]
    pictures = in_parts(model.encode_image, as_floats(emoji["twitter"]))
    minus, plus = (
        in_parts(model.encode_text, questions[name].tolist())
        for name in ("minus", "plus")
    )
    results = {}
    for kind in KINDS:
        rows = questions["kind"] == kind
        targets = groups[questions["target"][rows]][:, np.newaxis] == groups
        found = evaluation.analogy_accuracy(
            pictures,
            questions["source"][rows],
            minus[rows],
            plus[rows],
            targets,
        )
        results |= {f"{kind}_{name}": value for name, value in found.items()}
    return results


def draw_curve(args, record, num_train):
    curve = [(point["epoch"], point["loss"]) for point in record["curve"]]
    epochs, losses = np.transpose(curve)
    figure = figures.plot_learning_curves(
        {args.encoder: (num_train * epochs, losses)},
        ylabel="Ranking loss of a pair",
    )
    figure.axes[0].set_xlabel("Training pairs (thousands)")
    figure.savefig(args.out / "learning_curve.png", dpi=150)


def draw_search(args, model, emoji, k=4):
    """What some unseen pictures find among all captions of the test."""
    images, texts, truth = unseen(emoji)
    few = np.linspace(0, len(images) - 1, 12).astype(int)
    vectors = in_parts(model.encode_text, texts)
    scores = in_parts(model.encode_image, images[few]) @ vectors.T
    found = np.argsort(-scores, axis=1)[:, :k]
    figures.plot_found_texts(
        images[few],
        [[texts[place] for place in places] for places in found],
        np.take_along_axis(truth[few], found, axis=1),
    ).savefig(args.out / "found_texts.png", dpi=150)


def draw_analogies(args, model, emoji, k=6):
    """Two questions of each kind, and the plane of what has a color."""
    images, groups = as_floats(emoji["twitter"]), emoji["twitter_group"]
    questions = emoji["analogies"]
    chosen = np.concatenate(
        [np.flatnonzero(questions["kind"] == kind)[[0, -1]] for kind in KINDS]
    )
    sources, minus, plus, targets = (
        questions[name][chosen]
        for name in ("source", "minus", "plus", "target")
    )
    model.build_index(images)
    asked = zip(sources.tolist(), minus, plus, strict=True)
    found = np.array([model.analogy(*each, k)[0] for each in asked])
    figures.plot_analogies(
        images[sources],
        list(zip(minus, plus, strict=True)),
        images[found],
        groups[found] == groups[targets][:, np.newaxis],
    ).savefig(args.out / "analogies.png", dpi=150)
    rows = questions["kind"] == "color"
    colored, first = np.unique(questions["source"][rows], return_index=True)
    shown = questions["minus"][rows][first].tolist()
    colors = sorted(set(shown))
    figures.plot_joint_embedding(
        in_parts(model.encode_image, images[colored]),
        in_parts(model.encode_text, colors),
        colors,
        image_labels=shown,
        colors={color: color.replace(" ", "") for color in colors},
    ).savefig(args.out / "joint_embedding.png", dpi=150)


def report(args, results):
    print(f"\n{'':36} {args.encoder:>14} {'expected':>9}")
    for name, value in results.items():
        goal = GOALS.get(name) if args.encoder == "bag_of_words" else None
        expected = "" if goal is None else f"{goal:9.0f}"
        print(f"{name.replace('_', ' '):36} {value:14.1f} {expected}")


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--encoder", choices=ENCODERS, default="bag_of_words")
    add("--data-dir", help="of the emoji (default: KERAS_DL4_DATA)")
    add("--num-train", type=int, help="pictures (default: all)")
    add("--epochs", type=int, default=60)
    add("--batch-size", type=int, default=128)
    add("--learning-rate", type=float, default=1e-3)
    add("--margin", type=float, default=0.2)
    add("--embedding-dim", type=int, default=128)
    add("--seed", type=int, default=0)
    add("--out", default="runs/visual_semantic_embedding_emoji")
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="go on with the run in --out")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--verbose", type=int, choices=(0, 1, 2), default=1)
    keras_dl4.distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    args.out = pathlib.Path(args.out)
    return args


def main(argv=None):
    args = parse(argv)
    emoji = load_emoji(args.data_dir)
    keras_dl4.callbacks.prepare_run_folder(
        args.out, args.resume, args.overwrite
    )
    keras.utils.set_random_seed(args.seed)
    placement = keras_dl4.distribute.configure(
        args.strategy, args.jit, convolutions=True
    )
    vocabulary = make_vocabulary(itertools.chain(*emoji["captions"]))
    data = training_pairs(args, emoji, vocabulary)
    with placement.scope():
        model = build_model(args, vocabulary)
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS},
        command=f"{NAME} {shlex.join(argv or sys.argv[1:])}",
    )
    train(args, model, data, recorder, placement)
    results = {
        **evaluate_retrieval(model, emoji),
        **evaluate_analogies(model, emoji),
    }
    recorder.add(
        num_params=model.count_params(), num_pairs=len(data.images), **results
    )
    model.save(args.out / "model.keras")
    draw_curve(args, recorder.record, len(data.images))
    draw_search(args, model, emoji)
    draw_analogies(args, model, emoji)
    report(args, results)
    minutes = recorder.record["minutes"]
    print(f"{minutes:.1f} minutes of training. See {args.out}/")
    return results


if __name__ == "__main__":
    main()

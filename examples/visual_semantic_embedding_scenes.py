"""Pictures of shapes and sentences about them, in one space.

Paper:  Unifying Visual-Semantic Embeddings with Multimodal Neural Language
        Models, https://arxiv.org/abs/1411.2539
Run:    python examples/visual_semantic_embedding_scenes.py
        python examples/visual_semantic_embedding_scenes.py \\
            --encoder peephole_lstm
Expect: of 1,000 unseen pictures at least 65 % find one of their own five
        captions first of 5,000; a picture minus "blue" plus "red" is nearest
        to the same shape in red in at least 60 % of all such questions. A bag
        of words cannot tell "a left of b" from "b left of a"; an LSTM can, in
        at least 85 %
Writes: runs/visual_semantic_embedding_scenes_<encoder>/ (result.json, figures,
        model)

Of five captions those are learned that tell the most; all five are searched. An
LSTM learns relations above all, and from scenes beside their mirror images,
which --no-mirror leaves out.
"""

import argparse
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
from keras_dl4.datasets import ShapeScenes
from keras_dl4.datasets import shape_scenes
from keras_dl4.datasets.image_captions import CaptionPairs

NAME = "examples/visual_semantic_embedding_scenes.py"
ENCODERS = ("bag_of_words", "peephole_lstm", "lstm")
SETTINGS = (
    "encoder config num_train num_tests epochs batch_size learning_rate margin "
    "embedding_dim mirror seed strategy jit"
).split()
# Of five captions the first tells all, the third and the fourth a relation.
FULL, RELATED = [0, 2, 3], [0, 2, 2, 3, 3]
KINDS = ("color", "shape", "size", "background")
# A bag of words tells no order; an LSTM does, but words cannot be added there.
GOALS = {
    "image_to_text_recall_at_1": 65.0,
    "image_to_text_recall_at_10": 90.0,
    "color_top_1": 60.0,
    "shape_top_1": 75.0,
    "color_held_out_top_1": 60.0,
    "shape_held_out_top_1": 60.0,
    "swapped_accuracy": 50.0,
}
LSTM_GOALS = {"swapped_accuracy": 85.0}


def scenes_of(args, split, num_examples=None):
    # Scenes do not depend on the seed of a run: all learn and answer the same.
    return ShapeScenes(args.config, split, num_examples=num_examples)


def as_floats(images):
    return images.astype("float32") / np.float32(255.0)


def training_pairs(args):
    scenes = scenes_of(args, "train", args.num_train)
    images, tokens = scenes.images(), scenes.token_ids()
    size, seed = args.batch_size, args.seed
    if not args.mirror:
        tokens = tokens[:, FULL]
        return CaptionPairs(images, tokens, batch_size=size, seed=seed)
    tokens = tokens[:, RELATED]
    pairs = CaptionPairs(images, tokens, batch_size=size // 2, seed=seed)
    return shape_scenes.MirroredPairs(pairs)


def build_model(args):
    def convolution(filters):
        return layers.Conv2D(filters, 3, padding="same", activation="relu")

    # A bag of words minds no places: its network may forget them.
    is_bag = args.encoder == "bag_of_words"
    pooled = [layers.GlobalMaxPooling2D()]
    if not is_bag:
        pooled = [layers.MaxPooling2D(4, 2), layers.Flatten()]
        pooled += [layers.Dense(256, activation="relu")]
    image_encoder = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            convolution(32),
            layers.MaxPooling2D(2),
            convolution(64),
            layers.MaxPooling2D(2),
            convolution(96),
            *pooled,
        ],
        name="image_encoder",
    )
    vocabulary = list(shape_scenes.VOCABULARY)
    # From small words an LSTM takes long to learn that their order matters.
    words = "uniform" if is_bag else keras.initializers.RandomNormal(0.0, 1.0)
    size = args.embedding_dim
    sentence_encoder = keras_dl4.layers.CaptionEncoder(
        len(vocabulary), size, args.encoder, words_initializer=words
    )
    return keras_dl4.models.VisualSemanticEmbedding(
        image_encoder, sentence_encoder, size, vocabulary
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


def evaluate_retrieval(model, scenes):
    """Recalls, by the captions of a picture, and by all that are true of it."""
    numbers = range(scenes.num_examples)
    captions = [scenes.captions(number) for number in numbers]
    texts = [caption.text for each in captions for caption in each]
    images = in_parts(model.encode_image, as_floats(scenes.images()))
    vectors = in_parts(model.encode_text, texts)
    own = np.repeat(numbers, [len(each) for each in captions])
    paired = evaluation.retrieval_metrics(images, vectors, own)
    truth = shape_scenes.caption_truth(texts, list(map(scenes.scene, numbers)))
    semantic = evaluation.retrieval_metrics(images, vectors, truth)
    return paired | {f"semantic_{name}": v for name, v in semantic.items()}


def evaluate_analogies(args, model, gallery):
    """Answers by what is changed, of all and of those never seen together."""
    scenes = [gallery.scene(number) for number in range(gallery.num_examples)]
    questions = shape_scenes.analogy_questions(scenes, KINDS)
    pictures = in_parts(model.encode_image, as_floats(gallery.images()))
    words = np.unique(questions["plus"])
    vectors = in_parts(model.encode_text, words.tolist())
    vector_of = dict(zip(words, vectors, strict=True))
    minus = np.array([vector_of[word] for word in questions["minus"]])
    plus = np.array([vector_of[word] for word in questions["plus"]])
    is_new = has_new_target(args, questions, scenes)
    results = {}
    for kind in KINDS:
        is_kind = questions["kind"] == kind
        for name, rows, target in (
            ("", is_kind, "target"),
            ("_held_out", is_kind & is_new, "target"),
            ("_exact", is_kind, "exact_target"),
        ):
            found = evaluation.analogy_accuracy(
                pictures,
                questions["source"][rows],
                minus[rows],
                plus[rows],
                questions[target][rows],
                ks=(1, 5),
            )
            results |= {f"{kind}{name}_{k}": v for k, v in found.items()}
    return results


def has_new_target(args, questions, scenes):
    """Whether no picture of the training set shows what is asked for."""
    train = scenes_of(args, "train", args.num_train)
    seen = {
        (thing.shape, thing.color)
        for number in range(train.num_examples)
        for thing in train.scene(number).objects
    }
    single = [scene.objects[0] for scene in scenes]
    is_new = np.array([(x.shape, x.color) not in seen for x in single])
    return np.any(questions["target"] & is_new, axis=1)


def evaluate_minimal_pairs(model, scenes):
    """How often a true caption beats one that differs in one respect."""
    pairs = [scenes.minimal_pair(n) for n in range(scenes.num_examples)]
    images = in_parts(model.encode_image, as_floats(scenes.images()))
    vectors = {
        name: in_parts(model.encode_text, [pair[name] for pair in pairs])
        for name in pairs[0]
    }
    true = vectors.pop("caption")
    return {
        f"{name}_accuracy": evaluation.minimal_pair_accuracy(
            images, true, false
        )
        for name, false in vectors.items()
    }


def draw_curve(args, record):
    curve = [(point["epoch"], point["loss"]) for point in record["curve"]]
    epochs, losses = np.transpose(curve)
    figure = figures.plot_learning_curves(
        {args.encoder: (args.num_train * epochs, losses)},
        ylabel="Ranking loss of a pair",
    )
    figure.axes[0].set_xlabel("Training pairs (thousands)")
    figure.savefig(args.out / "learning_curve.png", dpi=150)


def draw_search(args, model, scenes, k=5):
    """What captions find among pictures, and pictures among captions."""
    number, images = scenes.num_examples, as_floats(scenes.images())
    pictured = list(map(scenes.scene, range(number)))
    model.build_index(images)
    texts = [scenes.captions(n)[0].text for n in range(min(6, number))]
    found, _ = model.search(texts, k)
    truth = shape_scenes.caption_truth(texts, pictured)
    rows = np.arange(len(texts))[:, np.newaxis]
    figures.plot_found_images(texts, images[found], truth[found, rows]).savefig(
        args.out / "found_images.png", dpi=150
    )
    texts = sorted({c.text for n in range(number) for c in scenes.captions(n)})
    few, vectors = images[:6], in_parts(model.encode_text, texts)
    scores = in_parts(model.encode_image, few) @ vectors.T
    found = np.argsort(-scores, axis=1)[:, :k]
    truth = shape_scenes.caption_truth(texts, pictured[:6])
    figures.plot_found_texts(
        few,
        [[texts[place] for place in places] for places in found],
        np.take_along_axis(truth, found, axis=1),
        columns=2,
    ).savefig(args.out / "found_texts.png", dpi=150)


def draw_analogies(args, model, gallery, k=6):
    images = as_floats(gallery.images())
    scenes = [gallery.scene(number) for number in range(gallery.num_examples)]
    questions = shape_scenes.analogy_questions(scenes, KINDS)
    chosen = np.random.default_rng(0).integers(len(questions["source"]), size=8)
    sources, words, targets = (
        questions["source"][chosen],
        [(questions["minus"][n], questions["plus"][n]) for n in chosen],
        questions["target"][chosen],
    )
    model.build_index(images)
    found = np.array(
        [
            model.analogy(int(source), *pair, k)[0]
            for source, pair in zip(sources, words, strict=True)
        ]
    )
    figures.plot_analogies(
        images[sources],
        words,
        images[found],
        np.take_along_axis(targets, found, axis=1),
    ).savefig(args.out / "analogies.png", dpi=150)


def draw_plane(args, model, gallery):
    """Large shapes on one ground, and the words for their colors."""
    scenes = [gallery.scene(number) for number in range(gallery.num_examples)]
    chosen = [
        number
        for number, scene in enumerate(scenes)
        if scene.background == "black" and scene.objects[0].size == "large"
    ]
    shown = [scenes[number].objects[0].color for number in chosen]
    colors = sorted(set(shown))
    figures.plot_joint_embedding(
        in_parts(model.encode_image, as_floats(gallery.images(chosen))),
        in_parts(model.encode_text, colors),
        colors,
        image_labels=shown,
        colors={color: color for color in colors},
    ).savefig(args.out / "joint_embedding.png", dpi=150)


def report(args, results):
    goals = GOALS if args.encoder == "bag_of_words" else LSTM_GOALS
    print(f"\n{'':42} {args.encoder:>14} {'expected':>9}")
    for name, value in results.items():
        goal = goals.get(name)
        expected = "" if goal is None else f"{goal:9.0f}"
        print(f"{name.replace('_', ' '):42} {value:14.1f} {expected}")


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--encoder", choices=ENCODERS, default="bag_of_words")
    add("--config", choices=("basic", "full"), default="basic")
    add("--num-train", type=int, default=6000, help="pictures")
    add("--num-tests", type=int, default=1000, help="pictures")
    add("--epochs", type=int, help="(default: 80; LSTM: 54)")
    add("--batch-size", type=int, default=128)
    add("--learning-rate", type=float, default=2e-3)
    add(
        "--mirror",
        action=argparse.BooleanOptionalAction,
        help="learn scenes beside their mirror images (default: for an LSTM)",
    )
    add("--margin", type=float, default=0.2)
    add("--embedding-dim", type=int, default=128)
    add("--seed", type=int, default=0)
    add("--out", help="folder of the run (default: runs/<this>_<encoder>)")
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="go on with the run in --out")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--verbose", type=int, choices=(0, 1, 2), default=1)
    keras_dl4.distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    is_bag = args.encoder == "bag_of_words"
    if args.epochs is None:
        args.epochs = 80 if is_bag else 54
    if args.mirror is None:
        args.mirror = not is_bag
    stem = pathlib.Path(NAME).stem
    args.out = pathlib.Path(args.out or f"runs/{stem}_{args.encoder}")
    return args


def main(argv=None):
    args = parse(argv)
    keras_dl4.callbacks.prepare_run_folder(
        args.out, args.resume, args.overwrite
    )
    keras.utils.set_random_seed(args.seed)
    placement = keras_dl4.distribute.configure(
        args.strategy, args.jit, convolutions=True
    )
    data = training_pairs(args)
    with placement.scope():
        model = build_model(args)
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS},
        command=f"{NAME} {shlex.join(argv or sys.argv[1:])}",
    )
    train(args, model, data, recorder, placement)
    test = scenes_of(args, "test", args.num_tests)
    gallery = scenes_of(args, "gallery")
    results = {
        **evaluate_retrieval(model, test),
        **evaluate_analogies(args, model, gallery),
        **evaluate_minimal_pairs(
            model, scenes_of(args, "minimal_pairs", args.num_tests)
        ),
    }
    recorder.add(num_params=model.count_params(), **results)
    model.save(args.out / "model.keras")
    draw_curve(args, recorder.record)
    draw_search(args, model, test)
    draw_analogies(args, model, gallery)
    draw_plane(args, model, gallery)
    report(args, results)
    minutes = recorder.record["minutes"]
    print(f"{minutes:.1f} minutes of training. See {args.out}/")
    return results


if __name__ == "__main__":
    main()

"""Captions of pictures, by a model that has learned from captions alone.

Paper:  Unifying Visual-Semantic Embeddings with Multimodal Neural Language
        Models, https://arxiv.org/abs/1411.2539, sections 2.4 and 3
Run:    python examples/sc_nlm_scenes.py
        python examples/sc_nlm_scenes.py --embedding \\
            runs/visual_semantic_embedding_scenes_peephole_lstm/model.keras
Expect: of 1,000 unseen pictures all that a caption says is right of at least
        90 % with one object and 70 % with two; under structures that are asked
        for, at least 98 % of the sentences have the tags of these
Writes: runs/sc_nlm_scenes/ (result.json, captions.png, captioner.keras,
        embedding.keras, with --demo a SavedModel)

First an embedding of pictures and captions is trained, or a trained one loaded.
The language model then sees captions, their tags, and their vectors in that
space, but never a picture. A picture is described by its vector, in the place
of that of a caption: sentences are searched under structures that captions
have, and ranked by their cosine with the picture and their own probability.

The content of a caption is the paper's with `--content own --noise 0`: its own
vector, from which its words can be read off, and even its structure. Vectors of
pictures are not like that, and sentences came out wrong. So by default contents
are random mixtures of the vectors of the five captions of a scene, with noise
of half their length: the model learns how sure it can be of what.

Captions of pictures with one and two objects are counted apart: those of which
each attribute is right by the grammar of the scenes; those which are true, in
the relation and the number of things as well; and those which are true and
complete, since of two objects a caption may name just one. The larger
`--language-weight` is, the less is said, and the more of it is right:
`naming a shape` and `words` tell how much.
"""

import argparse
import collections
import os
import pathlib
import shlex
import shutil
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers

import keras_dl4
from keras_dl4 import evaluation
from keras_dl4.callbacks import AtomicBackup
from keras_dl4.callbacks import RunRecorder
from keras_dl4.datasets import ShapeScenes
from keras_dl4.datasets import TagStructures
from keras_dl4.datasets import shape_scenes
from keras_dl4.datasets.image_captions import CaptionPairs

NAME = "examples/sc_nlm_scenes.py"
SETTINGS = (
    "embedding encoder num_pictures embedding_epochs num_train epochs content "
    "noise batch_size learning_rate embedding_dim word_dim num_factors tag_dim "
    "future_tags num_structures beam_width language_weight num_tests seed"
).split()
VOCABULARY = list(shape_scenes.VOCABULARY)
IDS = {word: number for number, word in enumerate(VOCABULARY)}
TAGS = ["", *shape_scenes.TAGS]
# What the words of a tag say of a thing.
KINDS = {
    "CD": "count",
    "JJ-SIZE": "size",
    "JJ-COLOR": "color",
    "NN-SHAPE": "shape",
    "NN-BG": "background",
    "REL": "relation",
}
FAILURES = ("hallucination", "counting", "contradiction", "ungrammatical")
GOALS = {
    "one_object": 90.0,
    "two_objects": 70.0,
    "tags_as_requested": 98.0,
}


def as_floats(images):
    return images.astype("float32") / np.float32(255.0)


def in_parts(encode, values, size=500):
    """Vectors of many images or captions, some at a time."""
    parts = [
        encode(values[start : start + size])
        for start in range(0, len(values), size)
    ]
    return np.concatenate([keras.ops.convert_to_numpy(part) for part in parts])


def embedding_of(args):
    image_encoder = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(96, 3, padding="same", activation="relu"),
            layers.GlobalMaxPooling2D(),
        ],
        name="image_encoder",
    )
    encoder = keras_dl4.layers.CaptionEncoder(
        len(VOCABULARY), args.embedding_dim, args.encoder
    )
    return keras_dl4.models.VisualSemanticEmbedding(
        image_encoder, encoder, args.embedding_dim, VOCABULARY
    )


def train_embedding(args):
    """Trains on pictures with their captions; or loads what was trained."""
    made = args.out / "embedding.keras"
    if args.embedding or (args.resume and made.exists()):
        return keras.saving.load_model(args.embedding or made)
    scenes = ShapeScenes("basic", num_examples=args.num_pictures)
    data = CaptionPairs(
        scenes.images(), scenes.token_ids(), batch_size=128, seed=args.seed
    )
    model = embedding_of(args)
    model.build({"image": (None, 32, 32, 3), "tokens": (None, None)})
    recorder = RunRecorder(
        args.out / "embedding.json", {"seed": args.seed}, command=args.command
    )
    fit(args, model, data, recorder, "embedding", args.embedding_epochs, 1e-3)
    model.save(made)
    return model


def fit(args, model, data, recorder, name, epochs, learning_rate):
    """Trains, from where a run that is resumed was."""
    rate = keras.optimizers.schedules.CosineDecay(
        learning_rate, epochs * len(data), alpha=0.05
    )
    placement = keras_dl4.distribute.configure(convolutions=True)
    model.compile(
        keras.optimizers.Adam(rate), jit_compile=placement.jit_compile
    )
    backup = AtomicBackup(args.out / f"{name}_backup.weights.h5")
    epoch = 0
    if args.resume:
        epoch = backup.restore(model, len(data))
        recorder.resume(epoch)
        print(f"{name}: after epoch {epoch} of {epochs}.", flush=True)
    model.fit(
        data,
        epochs=epochs,
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


class Captions(keras.utils.PyDataset):
    """Captions and their tags, five of each scene, with contents.

    Batches depend on the seed and the epoch alone.
    """

    def __init__(self, inputs, args):
        super().__init__()
        self.inputs, self.args, self.epoch = inputs, args, 0
        self.shape = inputs["tokens"].shape[:2]

    def __len__(self):
        return max(1, np.prod(self.shape) // self.args.batch_size)

    def __getitem__(self, number):
        seeds, size = [self.args.seed, self.epoch], self.args.batch_size
        order = np.random.default_rng(seeds).permutation(np.prod(self.shape))
        chosen = order[number * size : (number + 1) * size]
        scenes, captions = np.unravel_index(chosen, self.shape)
        batch = {
            name: self.inputs[name][scenes, captions]
            for name in ("tokens", "tags")
        }
        rng = np.random.default_rng([*seeds, number])
        weights = np.eye(self.shape[1])[captions]
        if self.args.content == "mixed":
            weights = rng.dirichlet([0.5] * self.shape[1], len(chosen))
        content = self.inputs["content"][scenes]
        content = np.einsum("bk,bkd->bd", weights, content)
        noise = rng.normal(size=content.shape) / np.sqrt(content.shape[1])
        content += self.args.noise * noise
        content /= np.linalg.norm(content, axis=-1, keepdims=True)
        return ({**batch, "content": content.astype("float32")},)


def captions_of(scenes, embedding):
    """What the language model is trained on: no picture is among it."""
    tokens = scenes.token_ids()
    flat = tokens.reshape(-1, tokens.shape[-1])
    content = in_parts(embedding.encode_text, flat, 2000)
    return {
        "tokens": tokens,
        "tags": scenes.tag_ids(),
        "content": content.reshape(*tokens.shape[:2], -1),
    }


def train_captioner(args, embedding, recorder):
    scenes = ShapeScenes("basic", num_examples=args.num_train)
    inputs = captions_of(scenes, embedding)
    model = keras_dl4.models.SCNLM(
        VOCABULARY,
        len(TAGS),
        args.word_dim,
        content_dim=embedding.embedding_dim,
        tag_dim=args.tag_dim,
        num_factors=args.num_factors,
        future_tags=args.future_tags,
        embedding=embedding,
        structures=TagStructures.from_tags(
            inputs["tags"].reshape(-1, inputs["tags"].shape[-1])
        ),
    )
    data = Captions(inputs, args)
    model.build({name: x.shape for name, x in data[0][0].items()})
    rate = args.learning_rate
    fit(args, model, data, recorder, "captioner", args.epochs, rate)
    model.save(args.out / "captioner.keras")
    return model, word_tags(inputs)


def word_tags(inputs):
    """The tag of each word, of which it has but one."""
    tags = np.zeros(len(VOCABULARY), "int32")
    tags[inputs["tokens"]] = inputs["tags"]
    return tags


def evaluate_structures(args, model, scenes, vectors, tag_of):
    """Whether sentences have the tags asked for: those of true captions."""
    number = len(vectors)
    wanted = scenes.tag_ids()[np.arange(number), np.arange(number) % 5]
    words, _ = model.generate(vectors, wanted, args.beam_width)
    words = keras.ops.convert_to_numpy(words)[:, 0]
    is_right = np.all(tag_of[words] == wanted, axis=-1)
    return {"tags_as_requested": 100.0 * float(is_right.mean())}


def evaluate_captions(texts, scenes):
    """How much is right, by the number of things, and what goes wrong."""
    numbers = range(len(texts))
    pictured = [scenes.scene(number) for number in numbers]
    verdicts = list(map(shape_scenes.evaluate_caption, texts, pictured))
    table = 100.0 * np.array(
        [
            [all(v["attributes"].values() or [False]), v["true"], v["complete"]]
            for v in verdicts
        ]
    )
    results, counts = {}, np.array([len(each.objects) for each in pictured])
    for number, name in ((1, "one_object"), (2, "two_objects")):
        means = table[counts == number].mean(axis=0)
        for suffix, mean in zip(("", "_true", "_complete"), means, strict=True):
            results[name + suffix] = float(mean)
    # How much captions say at all.
    shapes = [v["attributes"].get("shape") is not None for v in verdicts]
    results["naming_a_shape"] = 100.0 * float(np.mean(shapes))
    results["words"] = float(np.mean([len(text.split()) for text in texts]))
    failed = count_failures(verdicts)
    results |= {kind: 100.0 * n / len(texts) for kind, n in failed.items()}
    references = [[c.text for c in scenes.captions(n)] for n in numbers]
    results |= evaluation.bleu(texts, references)
    results["rouge_l"] = evaluation.rouge_l(texts, references)
    results["cider_d"] = evaluation.cider_d(texts, references)
    return results, verdicts


def count_failures(verdicts):
    found = collections.Counter(f for v in verdicts for f in v["failures"])
    return {kind: found[kind] for kind in FAILURES}


def draw(args, texts, verdicts, scenes, tag_of, number=12):
    """Captions of a few pictures, with what is right and wrong in color."""
    texts = texts[:number]
    tags = [[TAGS[tag_of[IDS[word]]] for word in t.split()] for t in texts]
    keras_dl4.figures.plot_captions(
        scenes.images()[:number],
        texts,
        [
            [verdict["attributes"].get(KINDS.get(tag)) for tag in each]
            for verdict, each in zip(verdicts, tags, strict=False)
        ],
        failures=count_failures(verdicts),
        title=f"Of {len(verdicts)} captions",
    ).savefig(args.out / "captions.png", dpi=150)


def export(args, model):
    path = args.out / "saved_model" / "1"
    shutil.rmtree(path.parent, ignore_errors=True)  # of a run that was resumed
    keras_dl4.serving.export_visual_semantic_embedding(
        model.embedding,
        path,
        model,
        num_structures=args.num_structures,
        beam_width=args.beam_width,
        language_weight=args.language_weight,
    )
    print(f"{path}: loaded without keras_dl4 in a clean process, it agrees.")


def report(args, results):
    print(f"\n{'':24} {'%':>8} {'expected':>9}")
    for name, value in results.items():
        goal = f"{GOALS[name]:9.0f}" if name in GOALS else ""
        print(f"{name.replace('_', ' '):24} {value:8.2f} {goal}")


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--embedding", help="a trained one, .keras (default: train one)")
    add("--encoder", choices=("peephole_lstm", "lstm", "bag_of_words"))
    add("--num-pictures", type=int, default=6000, help="to train it on")
    add("--embedding-epochs", type=int, default=32)
    add("--embedding-dim", type=int, default=128)
    add("--num-train", type=int, default=6000, help="scenes of captions")
    add("--epochs", type=int, default=6)
    add("--content", choices=("mixed", "own"), default="mixed")
    add("--noise", type=float, default=0.5, help="length, on contents")
    add("--batch-size", type=int, default=256)
    add("--learning-rate", type=float, default=4e-3)
    add("--word-dim", type=int, default=32)
    add("--num-factors", type=int, default=128)
    add("--tag-dim", type=int, default=128)
    add("--future-tags", type=int, default=3)
    add("--num-structures", type=int, default=40)
    add("--beam-width", type=int, default=3)
    add("--language-weight", type=float, default=0.2, help="cosine: 1")
    add("--num-tests", type=int, default=1000, help="pictures")
    add("--seed", type=int, default=0)
    add("--out", default="runs/sc_nlm_scenes", help="folder of the run")
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="go on with the run in --out")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--demo", action="store_true", help="overwrite, and export")
    add("--verbose", type=int, choices=(0, 1, 2), default=1)
    parser.set_defaults(encoder="peephole_lstm")
    args = parser.parse_args(argv)
    args.out = pathlib.Path(args.out)
    args.command = f"{NAME} {shlex.join(argv or sys.argv[1:])}"
    if args.demo and keras.backend.backend() != "tensorflow":
        parser.error("--demo exports a SavedModel: it needs TensorFlow")
    return args


def main(argv=None):
    args = parse(argv)
    overwrite = args.overwrite or (args.demo and not args.resume)
    keras_dl4.callbacks.prepare_run_folder(args.out, args.resume, overwrite)
    keras.utils.set_random_seed(args.seed)
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS},
        command=args.command,
    )
    embedding = train_embedding(args)
    model, tag_of = train_captioner(args, embedding, recorder)
    test = ShapeScenes("basic", "test", num_examples=args.num_tests)
    images = as_floats(test.images())
    vectors = in_parts(embedding.encode_image, images)
    texts, _ = model.caption(
        images,
        1,
        num_structures=args.num_structures,
        beam_width=args.beam_width,
        language_weight=args.language_weight,
    )
    texts = [each for (each,) in texts]
    results, verdicts = evaluate_captions(texts, test)
    results |= evaluate_structures(args, model, test, vectors, tag_of)
    recorder.add(num_params=model.count_params(), **results)
    draw(args, texts, verdicts, test, tag_of)
    if args.demo:
        export(args, model)
    report(args, results)
    print(f"{recorder.record['minutes']:.1f} minutes. See {args.out}/")
    return results


if __name__ == "__main__":
    main()

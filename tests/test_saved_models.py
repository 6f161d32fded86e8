"""The models that are shipped can be served and do what is said of them."""

import os
import pathlib

import numpy as np
import pytest

from keras_dl4.datasets import CopyTask
from keras_dl4.datasets import ShapeScenes
from keras_dl4.datasets import babi
from keras_dl4.datasets import distort_digits
from keras_dl4.datasets import load_digits
from keras_dl4.datasets import shape_scenes
from keras_dl4.serving import check_saved_model
from tests.test_examples import load_example

tf = pytest.importorskip("tensorflow")

ROOT = pathlib.Path(__file__).parents[1]
# `make saved-models` asks for new ones to be tested before they replace these.
FOLDER = ROOT / os.environ.get("KERAS_DL4_SAVED_MODELS", "saved_models")
NTM_COPY = FOLDER / "ntm_copy/1"
DIGITS = FOLDER / "spatial_transformer_digits/1"
VARIATIONAL = FOLDER / "variational_autoencoder_digits/1"
STORIES = FOLDER / "memn2n_babi/1"
GAN = FOLDER / "gan_digits/1"
SCENES = FOLDER / "sc_nlm_scenes/1"

# Task of bAbI: the largest share of wrong answers.
MOST_WRONG = {
    1: 0.01,
    4: 0.03,
    6: 0.06,
    9: 0.06,
    11: 0.03,
    12: 0.01,
    13: 0.01,
    15: 0.02,
    20: 0.01,
}


@pytest.fixture(scope="module")
def ntm_copy():
    # Yielded rather than its signature, which does not keep it alive.
    yield tf.saved_model.load(str(NTM_COPY))


def test_ntm_copy_keeps_the_serving_contract():
    report = check_saved_model(NTM_COPY)
    assert report["signatures"]["serving_default"] == {
        "inputs": {"sequence": {"dtype": "float32", "shape": (None, None, 9)}},
        "outputs": {"logits": {"dtype": "float32", "shape": (None, None, 8)}},
    }


@pytest.mark.parametrize(
    ("length", "most_wrong"), [(20, 0.0), (30, 0.0), (50, 0.0), (120, 0.01)]
)
def test_ntm_copy_copies(ntm_copy, length, most_wrong):
    # A seed that neither training, validation nor the example's tests use.
    x, y, weight = CopyTask(20, seed=2_000_000_033).batch_of(length)
    serve = ntm_copy.signatures["serving_default"]
    logits = serve(sequence=tf.constant(x))["logits"].numpy()
    answer = weight > 0
    assert answer.sum() == 20 * length
    wrong = np.mean((logits[answer] > 0) != (y[answer] > 0.5))
    assert wrong <= most_wrong


def test_digits_keep_the_serving_contract():
    report = check_saved_model(DIGITS)
    shape = (None, 42, 42, 1)
    assert report["signatures"]["serving_default"] == {
        "inputs": {"image": {"dtype": "float32", "shape": shape}},
        "outputs": {"logits": {"dtype": "float32", "shape": (None, 10)}},
    }


def test_digits_are_recognized():
    _, (x, y) = load_digits()
    # A seed that neither training, validation nor the example's tests use.
    data = distort_digits(
        "RTS", x, y, seed=2_000_000_033, num_examples=500, fixed_epoch=True
    )
    images, labels = data.arrays()
    loaded = tf.saved_model.load(str(DIGITS))
    logits = loaded.signatures["serving_default"](image=tf.constant(images))
    wrong = np.mean(np.argmax(logits["logits"], axis=-1) != labels)
    assert wrong <= 0.1


@pytest.fixture(scope="module")
def story_answers():
    yield tf.saved_model.load(str(STORIES))


def test_story_answers_keep_the_serving_contract():
    report = check_saved_model(STORIES)["signatures"]
    text = {"dtype": "string", "shape": (None,)}
    for name in ("answer", "serving_default"):
        assert report[name]["inputs"] == {"story": text, "question": text}
        assert report[name]["outputs"]["answer"] == text
        assert set(report[name]["outputs"]) == {
            *("answer", "probability", "attention")
        }


@pytest.mark.parametrize(("task", "most_wrong"), MOST_WRONG.items())
def test_story_answers_are_right(story_answers, task, most_wrong):
    # A seed that neither training nor its test uses.
    data = babi.generate(task, 500, seed=2_000_000_033)
    found = story_answers.signatures["answer"](
        story=tf.constant([" ".join(story) for story in data.stories]),
        question=tf.constant(data.questions),
    )
    answers = [answer.decode() for answer in found["answer"].numpy()]
    pairs = zip(answers, data.answers, strict=True)
    assert np.mean([found != right for found, right in pairs]) <= most_wrong
    shares = found["attention"].numpy().sum(axis=-1)
    assert np.all(shares < 1.001)


@pytest.fixture(scope="module")
def gan():
    yield tf.saved_model.load(str(GAN))


def test_gan_keeps_the_serving_contract():
    report = check_saved_model(GAN)["signatures"]
    latent = {"dtype": "float32", "shape": (None, 32)}
    image = {"dtype": "float32", "shape": (None, 28, 28, 1)}
    assert report["generate"]["inputs"] == {"latent": latent}
    assert report["generate"]["outputs"] == {"sample": image}
    assert report["discriminate"]["inputs"] == {"data": image}
    assert set(report["discriminate"]["outputs"]) == {"logit", "score"}


def test_gan_makes_digits_of_all_classes(gan):
    """A classifier of real digits knows most of the samples for sure."""
    example = load_example("gan_digits")
    arguments = example.parse([])
    judge, accuracy = example.train_classifier(arguments, *load_digits())
    assert accuracy >= 0.97
    latent = tf.random.stateless_normal((1000, 32), seed=(1, 2))
    samples = gan.signatures["generate"](latent=latent)["sample"]
    shares = judge.predict(samples, verbose=0)
    assert np.mean(shares.max(axis=1) > 0.9) >= 0.8
    assert np.bincount(shares.argmax(axis=1), minlength=10).min() >= 30
    scores = gan.signatures["discriminate"](data=samples)["score"]
    assert 0.05 < float(tf.reduce_mean(scores)) < 0.95


@pytest.fixture(scope="module")
def variational():
    yield tf.saved_model.load(str(VARIATIONAL))


def ask(loaded, signature, **inputs):
    """The one output of a signature, as an array."""
    tensors = {name: tf.constant(value) for name, value in inputs.items()}
    (output,) = loaded.signatures[signature](**tensors).values()
    return output.numpy()


def test_variational_autoencoder_keeps_the_serving_contract():
    signatures = check_saved_model(VARIATIONAL)["signatures"]
    found = {
        name: {
            **{key: tensor["shape"] for key, tensor in each["inputs"].items()},
            **{key: tensor["shape"] for key, tensor in each["outputs"].items()},
        }
        for name, each in signatures.items()
    }
    image, code = (None, 28, 28, 1), (None, 2)
    assert found["encode"] == {"image": image, "code": code}
    assert found["decode"] == {"code": code, "reconstruction": image}
    assert found["reconstruct"] == {"image": image, "reconstruction": image}
    assert found["sample"] == {"seed": (None,), "sample": image}


def test_variational_autoencoder_reconstructs_digits(variational):
    _, (x, _) = load_digits()
    made = ask(variational, "reconstruct", image=x)
    code = ask(variational, "encode", image=x)
    np.testing.assert_allclose(
        ask(variational, "decode", code=code), made, atol=1e-5
    )
    # Two numbers an image explain this much of how images differ.
    unexplained = np.mean((made - x) ** 2) / np.mean((x - x.mean(0)) ** 2)
    assert unexplained < 0.45
    # The prior of the codes is standard normal.
    assert np.all(abs(code.mean(0)) < 0.5)
    assert np.all((code.std(0) > 0.6) & (code.std(0) < 1.3))


def test_variational_autoencoder_samples_digits(variational):
    """Samples are as close to some digit as other digits are."""
    (x, _), (test, _) = load_digits()
    seeds = np.arange(100, dtype="int32")
    samples = ask(variational, "sample", seed=seeds)
    np.testing.assert_allclose(
        ask(variational, "sample", seed=seeds[7:8])[0], samples[7], atol=1e-5
    )

    def distance(images):
        """Squared, to the closest training image, on average."""
        flat, known = (part.reshape(len(part), -1) for part in (images, x))
        squares = (flat**2).sum(1)[:, None] + (known**2).sum(1)
        return np.mean((squares - 2.0 * flat @ known.T).min(axis=1))

    assert distance(samples) < 1.2 * distance(test)
    assert samples.std(axis=0).mean() > 0.5 * x.std(axis=0).mean()


@pytest.fixture(scope="module")
def scenes():
    """Pictures that neither training nor the example's tests use."""
    data = ShapeScenes("basic", "test", seed=2_000_000_033, num_examples=200)
    images = data.images().astype("float32") / np.float32(255.0)
    yield tf.saved_model.load(str(SCENES)).signatures, images, data


def test_scenes_keep_the_serving_contract():
    signatures = check_saved_model(SCENES)["signatures"]
    image = {"image": {"dtype": "float32", "shape": (None, 32, 32, 3)}}
    text = {"text": {"dtype": "string", "shape": (None,)}}
    taken = {name: each["inputs"] for name, each in signatures.items()}
    assert taken["encode_image"] == taken["caption"] == image
    assert taken["encode_text"] == text
    assert taken["score"] == image | text
    assert taken["serving_default"] == image


def test_captions_of_scenes_are_right(scenes):
    signatures, images, data = scenes
    found = signatures["caption"](image=tf.constant(images))["caption"]
    is_right = [[], []]
    for number, (best, *_) in enumerate(found.numpy()):
        scene = data.scene(number)
        verdict = shape_scenes.evaluate_caption(best.decode(), scene)
        is_right[len(scene.objects) - 1].append(verdict["true"])
    one, two = map(np.mean, is_right)
    assert one >= 0.95 and two >= 0.65


def test_sentences_find_their_scenes(scenes):
    signatures, images, data = scenes
    texts = [data.captions(number)[0].text for number in range(len(images))]
    pictures = signatures["encode_image"](image=tf.constant(images))
    sentences = signatures["encode_text"](text=tf.constant(texts))
    scores = sentences["embedding"].numpy() @ pictures["embedding"].numpy().T
    truth = shape_scenes.caption_truth(
        texts, [data.scene(number) for number in range(len(images))]
    )
    best = scores.argmax(axis=1)
    assert np.mean(truth[best, np.arange(len(texts))]) >= 0.8
    pair = {"image": tf.constant(images), "text": tf.constant(texts)}
    np.testing.assert_allclose(
        signatures["score"](**pair)["score"], np.diag(scores), atol=1e-5
    )

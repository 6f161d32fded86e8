"""A GAN is exported to make samples and to judge data."""

import keras
import numpy as np
import pytest

from keras_dl4 import serving
from tests.models.gan_reference import DATA
from tests.models.gan_reference import NOISE
from tests.models.gan_reference import linear_gan
from tests.models.test_gan_labels import conditional_gan

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow exports"
)


@pytest.mark.parametrize("with_labels", [False, True])
def test_signatures_answer_as_the_model(with_labels, tmp_path):
    import tensorflow as tf

    gan = conditional_gan() if with_labels else linear_gan(ema_momentum=0.5)
    serving.export_gan(gan, tmp_path / "1")
    served = tf.saved_model.load(tmp_path / "1").signatures
    labels = np.int32(np.arange(8) % 3)
    given = {"label": tf.constant(labels)} if with_labels else {}
    made = served["generate"](latent=tf.constant(NOISE), **given)["sample"]
    judged = served["discriminate"](data=tf.constant(DATA), **given)
    expected = gan.generate(NOISE, labels if with_labels else None)
    np.testing.assert_allclose(made, expected, rtol=1e-5, atol=1e-6)
    logits = np.array(gan([DATA, labels] if with_labels else DATA))
    np.testing.assert_allclose(judged["logit"], logits, rtol=1e-5, atol=1e-6)
    probabilities = 1.0 / (1.0 + np.exp(-logits))
    np.testing.assert_allclose(judged["score"], probabilities, rtol=1e-5)


@pytest.mark.parametrize("with_labels", [False, True])
def test_gan_says_itself_what_is_served(with_labels, tmp_path):
    gan = conditional_gan() if with_labels else linear_gan()
    report = serving.export_saved_model(gan, tmp_path / "1")
    named = {"data", "label"} if with_labels else {"data"}
    assert set(report["signatures"]["serving_default"]["inputs"]) == named
    assert {"generate", "discriminate"} < set(report["signatures"])

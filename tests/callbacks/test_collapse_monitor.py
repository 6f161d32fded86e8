import types
import warnings

import numpy as np
import pytest

from keras_dl4.callbacks import CollapseMonitor

IMAGES = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 0.0]])
TOKENS = np.array([[3.0, 4.0], [6.0, 8.0], [3.0, 4.0]])


def after_epoch(images, tokens, **options):
    """Logs and model, whose vectors are its inputs."""
    monitor = CollapseMonitor({"image": images, "tokens": tokens}, **options)
    monitor.set_model(
        types.SimpleNamespace(
            encode_image=np.array, encode_text=np.array, stop_training=False
        )
    )
    logs = {}
    monitor.on_epoch_end(4, logs)
    return logs, monitor.model


def test_cosines_are_means_over_pairs():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        logs, model = after_epoch(IMAGES, IMAGES)
    np.testing.assert_allclose(logs["image_cosine"], -1.0 / 3.0)
    assert not model.stop_training


@pytest.mark.parametrize("stop", [False, True])
def test_equal_directions_are_a_collapse(stop):
    with pytest.warns(UserWarning, match="text_cosine is 1.0000 after epoch 5"):
        logs, model = after_epoch(IMAGES, TOKENS, stop=stop)
    np.testing.assert_allclose(logs["text_cosine"], 1.0)
    assert model.stop_training == stop


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="`threshold` must be a cosine"):
        after_epoch(IMAGES, TOKENS, threshold=2.0)
    with pytest.raises(ValueError, match="Pass two or more"):
        after_epoch(IMAGES[:1], TOKENS[:1])

import types

import numpy as np
import pytest

from keras_dl4.callbacks import RetrievalEvaluation


def after_epoch(images, tokens, ids, **options):
    """Logs with a model whose vectors are its inputs."""
    inputs = {"image": images, "tokens": tokens}
    evaluation = RetrievalEvaluation(inputs, ids, **options)
    evaluation.set_model(
        types.SimpleNamespace(encode_image=np.array, encode_text=np.array)
    )
    logs = {"loss": 1.0}
    evaluation.on_epoch_end(0, logs)
    return logs


def test_captions_of_one_image_share_it():
    """Image 7 has two captions, and one of image 3 is nearer to it."""
    images = np.array([[0, 1], [1, 0], [0, 1]])
    tokens = np.array([[0, 1], [0.2, 1], [1, 0]])
    logs = after_epoch(images, tokens, [7, 3, 7], ks=(1,), batch_size=2)
    assert logs["loss"] == 1.0
    # Images are [1, 0] of 3 and [0, 1] of 7.
    assert logs["val_image_to_text_recall_at_1"] == 25.0
    np.testing.assert_allclose(logs["val_text_to_image_recall_at_1"], 100 / 3)


@pytest.mark.parametrize("ids", [[1, 2], [[1], [2], [3]]])
def test_other_numbers_of_ids_are_refused(ids):
    with pytest.raises(ValueError, match="an image id for each caption"):
        after_epoch(np.eye(3), np.eye(3), ids)

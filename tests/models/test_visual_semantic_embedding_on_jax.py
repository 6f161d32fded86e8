import importlib.util
import os
import subprocess
import sys

import pytest

SCRIPT = """
import keras
import numpy as np
from keras_dl4.callbacks import HardNegativeWarmup
from keras_dl4.callbacks import RetrievalEvaluation
from keras_dl4.layers import CaptionEncoder
from keras_dl4.losses import PairwiseRankingLoss
from keras_dl4.models import VisualSemanticEmbedding

words = ["", "[UNK]", "red", "blue", "circle", "square"]
features = np.array([[1, 0, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1], [0, 1, 0, 1]])
pairs = {
    "image": features.astype("float32"),
    "tokens": np.array([[2, 4], [3, 4], [2, 5], [3, 5]]),
}
ids = np.arange(4)
for encoder in ("bag_of_words", "peephole_lstm"):
    keras.utils.set_random_seed(0)
    model = VisualSemanticEmbedding(
        None, CaptionEncoder(6, 8, encoder), 8, words
    )
    loss = PairwiseRankingLoss(0.5, "max", hard_weight=0.0)
    model.compile(keras.optimizers.Adam(0.05), loss)
    callbacks = [HardNegativeWarmup(30), RetrievalEvaluation(pairs, ids, (1,))]
    history = model.fit(
        pairs, ids, epochs=60, verbose=0, callbacks=callbacks
    ).history
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    assert history["val_recall_sum"][-1] == 200.0
    model.build_index(pairs["image"])
    places, _ = model.search(["blue circle", "red square"], k=1)
    assert places.tolist() == [[1], [2]], places
    before = float(model.evaluate(pairs, ids, verbose=0))
    model.save("model.keras")
    other = keras.saving.load_model("model.keras")
    assert abs(float(other.evaluate(pairs, ids, verbose=0)) - before) < 1e-5
    if encoder == "bag_of_words":
        assert model.analogy(1, minus="blue", plus="red", k=1)[0][0] == 0

# The weight of the hardest negatives is seen by a step that is compiled.
rng = np.random.default_rng(0)
model = VisualSemanticEmbedding(None, CaptionEncoder(6, 8, "bag_of_words"), 8)
loss = PairwiseRankingLoss(0.5, "max", hard_weight=0.0)
model.compile(keras.optimizers.SGD(0.0), loss)
found = []
for weight in (0.0, 0.5, 1.0):
    loss.hard_weight.assign(weight)
    found.append(model.fit(pairs, ids, verbose=0).history["loss"][0])
assert found[0] > found[2] and abs(found[1] - (found[0] + found[2]) / 2) < 1e-5
"""


@pytest.mark.skipif(
    importlib.util.find_spec("jax") is None, reason="JAX is not installed."
)
def test_fit_search_and_analogy_on_jax(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr

"""The recipe of 2014 in `gan_mnist.py`, and the game on a line."""

import json

import keras
import numpy as np
import pytest

from keras_dl4.callbacks import AtomicBackup
from tests.test_example_resume import arrays_in
from tests.test_examples import load_example

ARGUMENTS = (
    "--data sklearn --num-train 128 --epochs 2 --classifier-epochs 1 "
    "--num-samples 20 --jit off --verbose 0"
).split()


@pytest.mark.parametrize("first_epoch", [0, 100, 300])
def test_momentum_and_rate_follow_the_recipe(rng, first_epoch):
    """As in pylearn2: v = m v - r g, and then w = w + v."""
    steps_per_epoch, start = 2, 2 * first_epoch
    optimizer = load_example("gan_mnist").GrowingMomentum(0.1, steps_per_epoch)
    weight = keras.Variable(rng.normal(size=3), dtype="float32")
    optimizer.build([weight])
    optimizer.iterations.assign(start)
    expected = keras.ops.convert_to_numpy(weight).astype("float64")
    velocity = np.zeros(3)
    for update in range(start, start + 7):
        gradient = rng.normal(size=3).astype("float32")
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
        epoch = update // steps_per_epoch  # from 0 on; the 250th is the last
        momentum = 0.5 + 0.2 * min(epoch / 249, 1.0)
        velocity = momentum * velocity - 0.1 / 1.000004**update * gradient
        expected = expected + velocity
        np.testing.assert_allclose(weight, expected, rtol=1e-5, atol=1e-6)


def test_killed_run_of_2014_resumes_bit_for_bit(tmp_path, monkeypatch):
    """Dropout, latents, both optimizers and the order of images go on."""
    example = load_example("gan_mnist")
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    expected = example.main([*ARGUMENTS, "--out", str(whole)])

    save = AtomicBackup.on_epoch_end

    def save_and_die(self, epoch, logs=None):
        save(self, epoch, logs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(AtomicBackup, "on_epoch_end", save_and_die)
        example.main([*ARGUMENTS, "--out", str(killed)])
    found = example.main([*ARGUMENTS, "--out", str(killed), "--resume"])

    arrays = arrays_in(killed / "backup.weights.h5")
    originals = arrays_in(whole / "backup.weights.h5")
    assert set(arrays) == set(originals)
    for name, array in originals.items():
        np.testing.assert_array_equal(arrays[name], array, err_msg=name)
    assert found["parzen_log_likelihood"] == expected["parzen_log_likelihood"]


def test_every_mode_on_the_line_is_covered(tmp_path):
    """The whole default run, of some seconds."""
    arguments = ["--out", str(tmp_path / "line"), "--verbose", "0"]
    results = load_example("gan_one_dimensional").main(arguments)
    assert results["wasserstein"] <= 0.1
    assert results["smallest_mode"] >= 0.5


def test_run_that_has_ended_can_be_trained_on(tmp_path, monkeypatch):
    example = load_example("gan_mnist")
    arguments = [*ARGUMENTS, "--out", str(tmp_path), "--likelihood-every", "2"]
    example.main(arguments)

    seen = []

    def look():
        record = json.loads((tmp_path / "result.json").read_text())
        seen.append(record["parzen_log_likelihood"])

    with monkeypatch.context() as patch:
        patch.setattr(example, "evaluate", lambda *_: look() or {})
        patch.setattr(example, "draw", lambda *_: None)
        patch.setattr(example, "report", lambda *_: None)
        example.main([*arguments, "--resume", "--epochs", "3"])
    assert seen == [None]
    record = json.loads((tmp_path / "result.json").read_text())
    assert [point["epoch"] for point in record["curve"]] == [1, 2, 3]
    rated = ["parzen_validation" in point for point in record["curve"]]
    assert rated == [False, True, False]

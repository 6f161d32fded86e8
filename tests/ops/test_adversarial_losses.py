"""Losses of both players, from the equations of their papers."""

import numpy as np
import pytest

from keras_dl4.ops.adversarial_losses import ADVERSARIAL_LOSSES

REAL = np.float32([-3.0, 0.2, 1.5, 40.0])
FAKE = np.float32([2.0, -0.7, 0.1, -50.0])


def d(logits):
    return 1.0 / (1.0 + np.exp(-np.float64(logits)))


def log(x):
    return np.log(np.maximum(x, 1e-300))


ENTROPY = -log(d(REAL)) - log(d(-FAKE))
DISCRIMINATOR = {
    "non_saturating": ENTROPY,
    "minimax": ENTROPY,
    "least_squares": 0.5 * (np.float64(REAL) - 1) ** 2
    + 0.5 * np.float64(FAKE) ** 2,
    "hinge": np.maximum(0, 1 - REAL) + np.maximum(0, 1 + FAKE),
    "wasserstein": FAKE - REAL,
    "relativistic": -log(d(REAL - FAKE)),
}
GENERATOR = {
    "non_saturating": -log(d(FAKE)),
    "minimax": log(d(-FAKE)),
    "least_squares": 0.5 * (np.float64(FAKE) - 1) ** 2,
    "hinge": -FAKE,
    "wasserstein": -FAKE,
    "relativistic": -log(d(FAKE - REAL)),
}


def test_all_are_tested():
    assert set(ADVERSARIAL_LOSSES) == set(DISCRIMINATOR) == set(GENERATOR)


@pytest.mark.parametrize("name", ADVERSARIAL_LOSSES)
def test_both_players_lower_what_the_papers_say(name):
    game = ADVERSARIAL_LOSSES[name]
    np.testing.assert_allclose(
        game.discriminator(REAL, FAKE, 0.0), DISCRIMINATOR[name], 1e-5, 1e-5
    )
    np.testing.assert_allclose(
        game.generator(FAKE, REAL), GENERATOR[name], 1e-5, 1e-5
    )


def test_smoothed_target_moves_the_best_answer():
    """Where data and samples are equally likely: D = (1 - s) / (2 - s)."""
    logits = np.linspace(-2.0, 2.0, 4001, dtype="float32")
    for name in ("non_saturating", "minimax"):
        losses = ADVERSARIAL_LOSSES[name].discriminator(logits, logits, 0.2)
        best = logits[np.argmin(np.array(losses))]
        # The cross-entropies with targets 0.8 and 0 have their least at 0.4.
        assert d(best) == pytest.approx(0.4, abs=1e-3)
    losses = ADVERSARIAL_LOSSES["least_squares"].discriminator(
        logits, logits, 0.2
    )
    assert logits[np.argmin(np.array(losses))] == pytest.approx(0.4, abs=1e-3)


def test_losses_without_a_target_are_not_smoothable():
    smoothable = {n for n, g in ADVERSARIAL_LOSSES.items() if g.is_smoothable}
    assert smoothable == {"non_saturating", "minimax", "least_squares"}


def test_accuracy_counts_both_of_a_pair_or_their_order():
    real, fake = np.float32([0.3, 2.0, -1.0]), np.float32([0.2, -1.0, 0.0])
    by_name = {
        name: np.array(game.accuracy(real, fake)).tolist()
        for name, game in ADVERSARIAL_LOSSES.items()
    }
    assert by_name["hinge"] == by_name["minimax"] == [0.5, 1.0, 0.5]
    assert by_name["least_squares"] == [0.5, 1.0, 0.5]
    assert by_name["wasserstein"] == by_name["relativistic"] == [1.0, 1.0, 0.0]


def test_score_is_a_probability_where_it_has_that_meaning():
    scores = {
        name: np.array(game.score(FAKE))
        for name, game in ADVERSARIAL_LOSSES.items()
    }
    np.testing.assert_allclose(scores["minimax"], d(FAKE), 1e-5)
    np.testing.assert_array_equal(scores["wasserstein"], FAKE)

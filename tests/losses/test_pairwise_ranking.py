import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.losses import PairwiseRankingLoss
from keras_dl4.ops import pairwise_ranking_cost

MODES = ("sum", "max", "semi_hard", "random")
IDS = np.array([3, 5, 3, 8, 9, 9, 2, 1])


def chosen_negatives(values, own, negatives, noise):
    """Scores of the negatives that count, of those given."""
    if negatives == "sum" or not values:
        return values
    if negatives == "max":
        return [max(values)]
    if negatives == "random":
        order = sorted(range(len(values)), key=lambda n: -noise[n])
        return [values[n] for n in order[:2]]
    below = [value for value in values if value < own]
    return [max(below)] if below else [min(values)]


def reference(scores, ids, margin, negatives, noise):
    """Pair after pair, negative after negative."""
    costs = np.zeros(len(ids))
    for pair in range(len(ids)):
        others = [n for n in range(len(ids)) if ids[n] != ids[pair]]
        for side, row in enumerate((scores[pair], scores[:, pair])):
            for score in chosen_negatives(
                [row[n] for n in others],
                row[pair],
                negatives,
                [noise[side, pair, n] for n in others],
            ):
                costs[pair] += max(0.0, margin - row[pair] + score)
    return costs


@pytest.fixture
def scores(rng):
    """Cosines, the pair's own a little higher."""
    return rng.uniform(-1, 1, (8, 8)) * 0.6 + 0.4 * np.eye(8)


@pytest.fixture
def noise(rng):
    return rng.uniform(size=(2, 8, 8))


@pytest.mark.parametrize("negatives", MODES)
def test_cost_is_that_of_the_equation(scores, noise, negatives):
    for margin in (0.05, 0.2, 1.5):
        found = pairwise_ranking_cost(
            scores, IDS, margin, negatives, noise, num_negatives=2
        )
        expected = reference(scores, IDS, margin, negatives, noise)
        np.testing.assert_allclose(
            ops.convert_to_numpy(found), expected, atol=1e-6
        )
        assert expected.max() > 0.0


@pytest.mark.parametrize("negatives", MODES)
def test_gradient_is_that_of_finite_differences(
    scores, noise, negatives, gradient_of
):
    def cost(scores):
        return ops.sum(
            pairwise_ranking_cost(
                scores, IDS, 0.31, negatives, ops.cast(noise, "float64"), 2
            )
        )

    found = gradient_of(cost, at=scores)
    expected = np.zeros_like(scores)
    for place in np.ndindex(*scores.shape):
        step = np.zeros_like(scores)
        step[place] = 1e-6
        rise = float(cost(scores + step)) - float(cost(scores - step))
        expected[place] = rise / 2e-6
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert np.abs(found).max() >= 1.0


@pytest.mark.parametrize("negatives", MODES[:3])
def test_loss_is_the_mean_over_pairs(scores, negatives):
    loss = PairwiseRankingLoss(0.3, negatives)
    expected = reference(scores, IDS, 0.3, negatives, np.zeros((2, 8, 8)))
    assert float(loss(IDS, scores)) == pytest.approx(expected.mean(), abs=1e-6)
    loss = PairwiseRankingLoss(0.3, negatives, reduction="none")
    np.testing.assert_allclose(loss(IDS[:, None], scores), expected, atol=1e-6)
    weights = np.arange(8.0)
    weighted = PairwiseRankingLoss(0.3, negatives, reduction="sum")
    assert float(weighted(IDS, scores, weights)) == pytest.approx(
        expected @ weights, rel=1e-5
    )


def test_sum_is_the_cost_of_the_released_code(scores):
    """`contrastive_loss` of the authors: diagonals zeroed, all added up."""
    diagonal = scores.diagonal()
    cost_s = np.maximum(0, 0.2 - diagonal + scores)
    cost_im = np.maximum(0, 0.2 - diagonal.reshape(-1, 1) + scores)
    for cost in (cost_s, cost_im):
        np.fill_diagonal(cost, 0)
    loss = PairwiseRankingLoss(reduction="sum")
    expected = cost_s.sum() + cost_im.sum()
    assert float(loss(np.arange(8), scores)) == pytest.approx(expected)


@pytest.mark.parametrize("negatives", MODES)
def test_collapsed_scores_cost_two_margins_for_each_negative(negatives):
    loss = PairwiseRankingLoss(0.25, negatives, num_negatives=3, seed=0)
    count = {"sum": 7, "max": 1, "semi_hard": 1, "random": 3}[negatives]
    found = float(loss(np.arange(8), np.full((8, 8), 0.5)))
    assert found == pytest.approx(2 * 0.25 * count)


@pytest.mark.parametrize("negatives", MODES)
def test_pairs_of_one_image_cost_nothing(scores, negatives, gradient_of):
    loss = PairwiseRankingLoss(negatives=negatives, num_negatives=3)
    ids = np.full(8, 4)
    assert float(loss(ids, scores)) == 0.0
    gradient = gradient_of(lambda s: loss(ids, s), at=scores.astype("float32"))
    np.testing.assert_array_equal(gradient, np.zeros((8, 8)))


@pytest.mark.parametrize("negatives", MODES)
def test_good_order_by_the_margin_costs_nothing(negatives):
    loss = PairwiseRankingLoss(0.2, negatives)
    scores = np.eye(4) * 0.21
    assert float(loss(np.arange(4), scores)) == 0.0


def test_warm_up_goes_from_the_sum_to_the_maximum(scores):
    easy, hard = (
        float(PairwiseRankingLoss(0.3, n)(IDS, scores)) for n in MODES[:2]
    )
    loss = PairwiseRankingLoss(0.3, "max", hard_weight=0.25)
    expected = 0.25 * hard + 0.75 * easy
    assert float(loss(IDS, scores)) == pytest.approx(expected, rel=1e-6)
    for weight, expected in ((0.0, easy), (1.0, hard)):
        loss.hard_weight.assign(weight)
        assert float(loss(IDS, scores)) == pytest.approx(expected, rel=1e-6)
    assert loss.get_config()["hard_weight"] == 0.25


def test_compiled_model_sees_a_changed_weight(scores):
    if keras.backend.backend() == "jax":
        pytest.skip("on JAX the model has to track it, as said")
    model = keras.Sequential(
        [keras.Input((8,)), keras.layers.Activation("linear")]
    )
    loss = PairwiseRankingLoss(0.3, "max")
    model.compile(loss=loss)
    before = model.evaluate(scores, IDS, batch_size=8, verbose=0)
    loss.hard_weight.assign(0.0)
    after = model.evaluate(scores, IDS, batch_size=8, verbose=0)
    sums = float(PairwiseRankingLoss(0.3)(IDS, scores))
    assert before < after == pytest.approx(sums, rel=1e-5)


class AllPairs(keras.layers.Layer):
    """Scalar products of all rows with all others."""

    def call(self, inputs):
        return ops.matmul(inputs, ops.transpose(inputs))


@pytest.mark.parametrize("negatives", MODES)
def test_loss_of_a_batch_of_any_size_falls(rng, negatives):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)])
    model.add(AllPairs())
    loss = PairwiseRankingLoss(0.5, negatives, seed=1)
    model.compile(keras.optimizers.Adam(0.05), loss, jit_compile=False)
    data = rng.normal(size=(14, 6)), np.arange(14)
    losses = model.fit(*data, batch_size=8, epochs=8, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_random_negatives_differ_each_time_and_follow_from_the_seed(scores):
    def costs(seed):
        loss = PairwiseRankingLoss(1.0, "random", seed=seed)
        return [float(loss(IDS, scores)) for _ in range(5)]

    assert costs(1) == costs(1)
    assert costs(1) != costs(2)
    assert len(set(costs(1))) == 5
    # On average each of n negatives counts one time in n.
    ids = np.arange(8)
    loss = PairwiseRankingLoss(1.0, "random", seed=3)
    mean = np.mean([float(loss(ids, scores)) for _ in range(300)])
    sums = float(PairwiseRankingLoss(1.0)(ids, scores))
    assert mean == pytest.approx(sums / 7, rel=0.03)


@pytest.mark.parametrize("shape", [(4, 3), (4,), (4, 4, 1)])
def test_scores_that_are_not_of_all_pairs_raise(shape):
    with pytest.raises(ValueError, match=r"\(batch, batch\).*Received: shape"):
        PairwiseRankingLoss()(np.arange(4), np.zeros(shape))


@pytest.mark.parametrize("negatives", MODES)
@pytest.mark.parametrize("ids", [[0], [[0]], [0, 1, 2]])
def test_ids_of_other_pairs_raise(ids, negatives):
    """One id would be that of all pairs, which then have no negatives."""
    with pytest.raises(ValueError, match=r"id for each pair.*shape \(2, 2\)"):
        PairwiseRankingLoss(negatives=negatives)(ids, np.zeros((2, 2)))


@pytest.mark.parametrize(
    "bad",
    [
        {"negatives": "hard"},
        {"margin": 0.0},
        {"margin": "0.2"},
        {"num_negatives": 0},
        {"hard_weight": 1.5, "negatives": "max"},
        {"hard_weight": 0.5},
    ],
)
def test_bad_arguments_raise(bad):
    name = next(iter(bad))
    with pytest.raises(ValueError, match=f"`{name}`.*Received: {name}="):
        PairwiseRankingLoss(**bad)


def test_bad_arguments_of_the_function_raise(scores):
    with pytest.raises(ValueError, match="negatives='hard'"):
        pairwise_ranking_cost(scores, IDS, negatives="hard")
    with pytest.raises(ValueError, match="noise=None"):
        pairwise_ranking_cost(scores, IDS, negatives="random")

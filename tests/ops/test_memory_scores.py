import numpy as np
import pytest
from keras import ops

from keras_dl4.ops import memory_scores
from tests.ops import supporting_facts_reference as reference

BATCH, SLOTS, PARTS, MARGIN = 20, 7, 3, 0.5


@pytest.fixture
def batch(rng):
    """Scores, time products, places of parts, and which memories there are."""
    candidates = rng.random((BATCH, SLOTS)) < 0.7
    candidates[:, 2] = True
    candidates[0] = np.arange(SLOTS) == 2  # A single one.
    places = rng.integers(0, SLOTS, (BATCH, PARTS)).astype("int32")
    places[:, 0] = -1
    return {
        "scores": rng.normal(size=(BATCH, SLOTS)).astype("float32"),
        "products": rng.normal(size=(BATCH, PARTS, 3)).astype("float32"),
        "places": places,
        "candidates": candidates,
        "target": np.array(
            [rng.choice(np.flatnonzero(row)) for row in candidates], "int32"
        ),
    }


def examples_of(batch):
    """What the reference takes, example by example."""
    for row in range(BATCH):
        parts = list(
            zip(batch["places"][row], batch["products"][row], strict=True)
        )
        yield (
            batch["scores"][row],
            parts,
            batch["target"][row],
            np.flatnonzero(batch["candidates"][row]),
        )


def terms_of(batch):
    return memory_scores.comparison_terms(
        *(
            ops.convert_to_tensor(batch[name])
            for name in ("scores", "products", "places")
        )
    )


def test_ranking_loss_is_the_sum_of_the_paper(batch):
    losses = memory_scores.ranking_loss(
        ops.convert_to_tensor(batch["scores"]),
        ops.convert_to_tensor(batch["target"]),
        ops.convert_to_tensor(batch["candidates"]),
        MARGIN,
    )
    expected = [
        reference.ranking_loss(scores, target, candidates, MARGIN)
        for scores, _, target, candidates in examples_of(batch)
    ]
    np.testing.assert_allclose(ops.convert_to_numpy(losses), expected, 1e-5)


def test_comparison_loss_is_the_sum_of_the_paper(batch):
    losses = memory_scores.comparison_loss(
        terms_of(batch),
        ops.convert_to_tensor(batch["target"]),
        ops.convert_to_tensor(batch["candidates"]),
        MARGIN,
    )
    expected = [
        reference.comparison_loss(scores, parts, target, candidates, MARGIN)
        for scores, parts, target, candidates in examples_of(batch)
    ]
    np.testing.assert_allclose(ops.convert_to_numpy(losses), expected, 1e-4)


def test_contest_winner_is_that_of_a_pass_over_the_memories(batch):
    winner = memory_scores.contest_winner(
        terms_of(batch), ops.convert_to_tensor(batch["candidates"])
    )
    expected = [
        reference.contest_winner(scores, parts, candidates)
        for scores, parts, _, candidates in examples_of(batch)
    ]
    assert ops.convert_to_numpy(winner).tolist() == expected
    highest = np.where(batch["candidates"], batch["scores"], -9).argmax(1)
    assert not np.array_equal(expected, highest)  # Time does have a say.


def test_contest_without_time_features_is_an_argmax(batch):
    batch["products"][:] = 0.0
    candidates = ops.convert_to_tensor(batch["candidates"])
    winner = memory_scores.contest_winner(terms_of(batch), candidates)
    best = memory_scores.best_slot(
        ops.convert_to_tensor(batch["scores"]), candidates
    )
    np.testing.assert_array_equal(
        ops.convert_to_numpy(winner), ops.convert_to_numpy(best)
    )
    expected = np.where(batch["candidates"], batch["scores"], -9).argmax(1)
    np.testing.assert_array_equal(ops.convert_to_numpy(best), expected)


@pytest.mark.parametrize("choose", ["best_slot", "contest_winner"])
def test_of_equal_memories_the_newest_is_chosen(choose):
    scores = ops.convert_to_tensor([[0.0, 2.0, 1.0, 2.0], [0.0] * 4])
    candidates = ops.convert_to_tensor([[True] * 4, [False] * 4])
    if choose == "contest_winner":
        products = ops.zeros((2, 1, 3))
        places = ops.full((2, 1), -1, "int32")
        scores = memory_scores.comparison_terms(scores, products, places)
    slots = getattr(memory_scores, choose)(scores, candidates)
    assert ops.convert_to_numpy(slots).tolist() == [1, -1]


def test_time_features_can_tell_equal_sentences_apart():
    """The newer of two has to win by the margin, in either order."""
    scores = ops.zeros((1, 2))
    products = ops.convert_to_tensor([[[MARGIN, 0.0, -2.0 * MARGIN]]])
    terms = memory_scores.comparison_terms(
        scores, products, ops.full((1, 1), -1, "int32")
    )
    both = ops.convert_to_tensor([[True, True]])
    losses = [
        float(
            memory_scores.comparison_loss(
                terms, ops.convert_to_tensor([slot]), both, MARGIN
            )[0]
        )
        for slot in (0, 1)
    ]
    assert losses == [0.0, 4.0 * MARGIN]


def test_read_slot_reads_zeros_where_there_is_none():
    vectors = ops.reshape(ops.arange(12.0), (2, 3, 2))
    read = memory_scores.read_slot(vectors, ops.convert_to_tensor([1, -1]))
    assert ops.convert_to_numpy(read).tolist() == [[2.0, 3.0], [0.0, 0.0]]

import math

import numpy as np
import pytest

from keras_dl4.evaluation import analogy_accuracy
from keras_dl4.evaluation import retrieval_metrics

DIRECTIONS = ("image_to_text", "text_to_image")


def unit(rng, *shape):
    vectors = rng.normal(size=shape)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def reference(images, texts, image_of_text, k):
    """By sorting, query after query; there are no ties."""
    ranks = {name: [] for name in DIRECTIONS}
    for number, image in enumerate(images):
        order = sorted(
            range(len(texts)), key=lambda t: -float(image @ texts[t])
        )
        places = [
            order.index(t) for t in np.flatnonzero(image_of_text == number)
        ]
        if places:
            ranks["image_to_text"].append(1 + min(places))
    for number, text in enumerate(texts):
        order = sorted(
            range(len(images)), key=lambda i: -float(text @ images[i])
        )
        place = order.index(image_of_text[number])
        ranks["text_to_image"].append(1 + place)
    return {
        name: (100 * np.mean(np.array(r) <= k), np.median(r))
        for name, r in ranks.items()
    }


@pytest.mark.parametrize("chunk_size", [1, 7, 1000])
def test_metrics_are_those_of_sorting(rng, chunk_size):
    """With 0 to 4 captions of an image."""
    images, texts = unit(rng, 20, 6), unit(rng, 45, 6)
    image_of_text = rng.integers(1, 20, 45)
    found = retrieval_metrics(
        images, texts, image_of_text, ks=(1, 5), chunk_size=chunk_size
    )
    for k in (1, 5):
        expected = reference(images, texts, image_of_text, k)
        for name, (recall, median) in expected.items():
            assert found[f"{name}_recall_at_{k}"] == pytest.approx(recall)
            assert found[f"{name}_median_rank"] == median
    recalls = [
        found[f"{name}_recall_at_{k}"] for name in DIRECTIONS for k in (1, 5)
    ]
    assert found["recall_sum"] == pytest.approx(sum(recalls))


def test_constant_vectors_score_as_a_draw_by_lot():
    """1 - C(N - 5, k) / C(N, k) from images to texts, k / N back."""
    vector = np.array([0.3, -0.4, 0.86])
    found = retrieval_metrics(
        np.tile(vector, (40, 1)), np.tile(vector, (200, 1)), np.arange(200) // 5
    )
    for k in (1, 5, 10):
        by_lot = 100 * (1 - math.comb(195, k) / math.comb(200, k))
        assert found[f"image_to_text_recall_at_{k}"] == pytest.approx(by_lot)
        assert found[f"text_to_image_recall_at_{k}"] == pytest.approx(k / 0.4)
    assert found["text_to_image_median_rank"] == 20.5
    assert found["image_to_text_median_rank"] == pytest.approx(1 + 195 / 6)


def test_ties_count_as_the_mean_over_all_orders(rng):
    """Of scores with many ties, broken at random many times."""
    images = rng.integers(0, 2, (6, 2)).astype(float)
    texts = rng.integers(0, 2, (9, 2)).astype(float)
    image_of_text = np.arange(9) % 6
    found = retrieval_metrics(images, texts, image_of_text, ks=(2,))
    recalls = {name: [] for name in DIRECTIONS}
    for _ in range(3000):
        i, t = rng.permutation(6), rng.permutation(9)
        order = np.argsort(-(images @ texts[t].T), axis=1, kind="stable")[:, :2]
        hits = image_of_text[t[order]] == np.arange(6)[:, None]
        recalls["image_to_text"].append(hits.any(axis=1).mean())
        order = np.argsort(-(texts @ images[i].T), axis=1, kind="stable")[:, :2]
        hits = i[order] == image_of_text[:, None]
        recalls["text_to_image"].append(hits.any(axis=1).mean())
    for name, values in recalls.items():
        expected = 100 * np.mean(values)
        assert found[f"{name}_recall_at_2"] == pytest.approx(expected, abs=1.5)


def test_perfect_vectors_find_everything(rng):
    images = unit(rng, 30, 8)
    found = retrieval_metrics(
        images, images.repeat(3, axis=0), np.arange(90) // 3
    )
    assert found["recall_sum"] == 600.0
    assert {found[f"{name}_median_rank"] for name in DIRECTIONS} == {1.0}
    assert retrieval_metrics(images, images)["recall_sum"] == 600.0


def test_a_text_may_be_true_of_several_images(rng):
    images, texts = unit(rng, 12, 4), unit(rng, 10, 4)
    true = rng.random((12, 10)) < 0.3
    true[:, 0] = False
    found = retrieval_metrics(images, texts, true, ks=(1,))
    scores = images @ texts.T
    hits = [true[n, scores[n].argmax()] for n in range(12) if true[n].any()]
    assert found["image_to_text_recall_at_1"] == pytest.approx(
        100 * np.mean(hits)
    )
    hits = [
        true[scores[:, n].argmax(), n] for n in range(10) if true[:, n].any()
    ]
    assert found["text_to_image_recall_at_1"] == pytest.approx(
        100 * np.mean(hits)
    )


def test_analogies_of_sums_of_words_are_solved(rng):
    """Pictures that are the sum of the words for their color and shape."""
    colors, shapes = unit(rng, 5, 40), unit(rng, 4, 40)
    look = [(c, s) for c in range(5) for s in range(4)]
    pictures = np.array([colors[c] + shapes[s] for c, s in look])
    pictures /= np.linalg.norm(pictures, axis=1, keepdims=True)
    asked = [(n, c) for n in range(20) for c in range(5) if c != look[n][0]]
    source = np.array([n for n, _ in asked])
    targets = np.array(
        [[each == (c, look[n][1]) for each in look] for n, c in asked]
    )
    minus = colors[[look[n][0] for n in source]]
    plus = colors[[c for _, c in asked]]
    found = analogy_accuracy(
        pictures, source, minus, 3 * plus, targets, chunk_size=7
    )
    query = pictures[source] - minus + plus
    cosines = query @ pictures.T / np.linalg.norm(query, axis=1)[:, None]
    cosines[np.arange(len(source)), source] = -2
    order = np.argsort(-cosines, axis=1)
    for k in (1, 5):
        hits = np.take_along_axis(targets, order[:, :k], axis=1).any(axis=1)
        assert found[f"top_{k}"] == pytest.approx(100 * hits.mean())
    assert found["top_1"] > 90.0


def test_source_is_no_answer_and_constant_vectors_answer_by_lot():
    same = np.ones((10, 3))
    targets = np.arange(10) == np.array([[1], [2]])
    found = analogy_accuracy(same, [0, 2], same[:2], same[:2], targets)
    # The second question has no target but its source.
    assert found["top_1"] == pytest.approx(100 / 9)
    assert found["top_10"] == 100.0


def test_bad_arguments_raise(rng):
    x = unit(rng, 4, 3)
    with pytest.raises(
        ValueError, match=r"`text_vectors` must be .*\(number, 3"
    ):
        retrieval_metrics(x, unit(rng, 4, 2))
    with pytest.raises(ValueError, match="`image_vectors` must be finite"):
        retrieval_metrics(x * np.nan, x)
    for matches in ([0, 1], np.eye(4)[:2] > 0, [0.0] * 4):
        with pytest.raises(ValueError, match="`matches` must be 4 ints"):
            retrieval_metrics(x, x, matches)
    with pytest.raises(ValueError, match="`matches` must be ints from 0 to 3"):
        retrieval_metrics(x, x, [0, 1, 2, 4])
    with pytest.raises(ValueError, match="must be a match to find"):
        retrieval_metrics(x, x, np.zeros((4, 4), bool))
    for bad in ({"chunk_size": 0}, {"tolerance": -1.0}, {"ks": (0,)}):
        (name,) = bad
        with pytest.raises(ValueError, match=f"`{name}` must be"):
            retrieval_metrics(x, x, **bad)
    targets = np.eye(4) > 0
    with pytest.raises(ValueError, match="a row of targets for each question"):
        analogy_accuracy(x, [0, 1], x, x, targets)
    with pytest.raises(ValueError, match="`source` must be ints from 0 to 3"):
        analogy_accuracy(x, [0, 1, 2, 4], x, x, targets)
    with pytest.raises(ValueError, match="must be a match"):
        analogy_accuracy(x, [0, 1, 2, 3], x, x, targets)

"""What a captioner refuses, and what it takes."""

import numpy as np
import pytest
from keras import ops

from keras_dl4.datasets import TagStructures
from tests.models.test_abstract_captioner import DIM
from tests.models.test_abstract_captioner import NUM_TAGS
from tests.models.test_abstract_captioner import WORDS
from tests.models.test_abstract_captioner import captioner_of
from tests.models.test_abstract_captioner import embedding_of
from tests.models.test_abstract_captioner import pictures


@pytest.fixture(scope="module")
def captioner():
    return captioner_of(embedding_of())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: captioner_of(embedding_of([*WORDS, "new"])), "'new'"),
        (lambda: captioner_of(embedding_of(dim=3)), "size 3"),
        (lambda: captioner_of(embedding_of(built=False)), "built=False"),
        (
            lambda: captioner_of(structures=TagStructures([[1, 4]], [1])),
            "below 4.*Received: tag 4",
        ),
        (lambda: captioner_of().caption(pictures()), "embedding=None"),
        (
            lambda: captioner_of(embedding_of(), None).caption(pictures()),
            "structures=None",
        ),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_candidates": 0}, "`num_candidates` must be a positive int"),
        ({"beam_width": 1.5}, "beam_width=1.5"),
        ({"cosine_weight": "1"}, "`cosine_weight` must be a finite.*'1'"),
        ({"language_weight": [0.2]}, "language_weight=\\[0.2\\]"),
        ({"language_weight": np.nan}, "language_weight=nan"),
        ({"language_weight": np.inf}, "language_weight=inf"),
        ({"num_structures": 0}, "`number` must be a positive int"),
        ({"num_candidates": 10}, "3 structures.*num_candidates=10"),
    ],
)
def test_bad_settings_are_refused(captioner, options, message):
    with pytest.raises(ValueError, match=message):
        captioner.caption(pictures(), **options)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (pictures()[:0], "There must be data"),
        (pictures()[0], r"\(num_images, 5\).*\(5,\).*`images\[None\]`"),
        (pictures()[:, :3], r"Received: \(3, 3\)"),
        (pictures()[None], r"Received: \(1, 3, 5\)"),
        (np.nan * pictures(), "15 values of 15"),
        (None, "one array of numbers. Received: a NoneType"),
    ],
)
def test_bad_images_are_refused(captioner, images, message):
    with pytest.raises(ValueError, match=message):
        captioner.caption(images)


def test_lists_and_other_precisions_are_numbers(captioner):
    content, tags = np.ones((2, DIM)), np.array([[1, 2], [3, 0]])
    expected = captioner.generate(content.astype("float32"), tags)
    found = captioner.generate(content.tolist(), tags.tolist())
    for one, two in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, two)
    expected = captioner.caption(pictures(), 2)
    assert captioner.caption(pictures().tolist(), 2)[0] == expected[0]


@pytest.mark.parametrize(
    ("content", "tags", "message"),
    [
        (np.ones((2, DIM)), [[1, NUM_TAGS], [1, 2]], "from 0 to 3.*to 4"),
        (np.ones((2, DIM)), [[1, 1.5], [1, 2]], "float64"),
        (np.ones((2, DIM)), [[0, 1], [1, 2]], "a tag after 0"),
        (np.ones((2, DIM)), [1, 2], r"\(2, 6\) and \(2,\)"),
        (np.ones((2, 3)), [[1], [1]], r"\(batch, 6\).*\(2, 3\)"),
        (np.ones((1, DIM)), [[1], [1]], "one structure for each content"),
        (ops.ones((1, DIM)), [[1], [1]], "one structure for each content"),
        (np.full((2, DIM), np.inf), [[1], [1]], "must be finite"),
    ],
)
def test_bad_conditions_are_refused(captioner, content, tags, message):
    with pytest.raises(ValueError, match=message):
        captioner.generate(content, tags)

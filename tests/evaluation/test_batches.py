import numpy as np
import pytest
from keras import ops

from keras_dl4.evaluation.batches import as_examples
from keras_dl4.evaluation.batches import in_batches


@pytest.mark.parametrize("batch_size", [1, 3, 7, 100])
def test_batches_give_what_the_whole_gives(rng, batch_size):
    x = rng.normal(size=(7, 2, 3)).astype("float32")
    sizes = []

    def function(batch):
        sizes.append(len(batch))
        return ops.square(batch), np.asarray(batch)[:, 0]

    squares, firsts = in_batches(function, x, batch_size)
    np.testing.assert_allclose(squares, x**2, rtol=1e-6)
    np.testing.assert_array_equal(firsts, x[:, 0])
    assert max(sizes) == min(batch_size, 7)
    assert sum(sizes) == 7
    np.testing.assert_array_equal(in_batches(lambda b: b, x, batch_size), x)


def test_integers_become_float_tensors():
    kinds = []
    in_batches(lambda b: kinds.append(b.dtype) or b, np.ones((2, 2), int), 2)
    assert "float32" in str(kinds[0])


def test_bad_examples_or_batch_sizes_raise():
    with pytest.raises(ValueError, match="batch_size=0"):
        in_batches(ops.square, np.ones((2, 2)), 0)
    with pytest.raises(ValueError, match=r"`x` must have an axis of examples"):
        as_examples("x", np.ones(3))
    with pytest.raises(ValueError, match=r"Received: shape \(0, 3\)"):
        as_examples("x", np.ones((0, 3)))
    with pytest.raises(ValueError, match="`x` must be finite"):
        as_examples("x", [[1.0, np.nan]])

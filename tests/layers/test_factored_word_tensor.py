"""The factors against the tensor that they stand for."""

import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import FactoredWordTensor
from tests.models.sentence_model_reference import word_tensor

V, K, G = 7, 4, 3


def spread_out(rng, num_factors=5):
    layer = FactoredWordTensor(V, num_factors)
    layer.build([(None, None, K), (None, None, G)])
    for weight in layer.weights:
        weight.assign(rng.normal(size=weight.shape))
    return layer


@pytest.mark.parametrize("num_factors", [1, 5, 12])
@pytest.mark.parametrize("places", [1, 6])
def test_scores_are_those_of_the_full_tensor(num_factors, places, rng):
    layer = spread_out(rng, num_factors)
    vectors, attributes = rng.normal(size=(2, 6, K)), rng.normal(size=(2, 6, G))
    attributes = attributes[:, :places]
    tensor, _ = word_tensor(layer)
    everywhere = np.broadcast_to(attributes, (2, 6, G))
    expected = np.einsum("vkg,bnk,bng->bnv", tensor, vectors, everywhere)
    found = layer([vectors.astype("float32"), attributes.astype("float32")])
    np.testing.assert_allclose(
        found, expected + layer.bias.numpy(), rtol=1e-4, atol=1e-4
    )


def test_words_are_looked_up_without_attributes(rng):
    layer = spread_out(rng)
    ids = np.array([[3, 0], [6, 3]])
    _, vectors = word_tensor(layer)
    np.testing.assert_allclose(
        layer.embed(ids), np.moveaxis(vectors[:, ids], 0, -1), rtol=1e-5
    )


def test_attributes_of_length_one_have_an_effect_near_one(rng):
    layer = FactoredWordTensor(V, 2000)
    layer.build([(None, K), (None, 300)])
    u = rng.normal(size=300)
    gate = (u / np.linalg.norm(u)) @ ops.convert_to_numpy(
        layer.attribute_factors
    )
    assert gate.std() == pytest.approx(1.0, abs=0.1)


def test_bad_arguments_raise():
    for sizes in ((0, 3), (9, 1.5), (True, 2)):
        with pytest.raises(ValueError, match="must be a positive int"):
            FactoredWordTensor(*sizes)
    with pytest.raises(ValueError, match="must be a list of vectors"):
        FactoredWordTensor(9, 3)(np.ones((2, 3)))

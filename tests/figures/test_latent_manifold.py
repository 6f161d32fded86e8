import math

import numpy as np
import pytest
from keras import ops

from keras_dl4.figures import plot_latent_manifold
from tests.figures.mosaics import labels_of
from tests.figures.mosaics import tile_of


class Decoder:
    """Keeps the codes, and makes an image of both numbers of each."""

    def __call__(self, codes):
        self.codes = codes
        images = np.zeros((len(codes), 2, 3))
        images[:, 0] = codes[:, :1]
        images[:, 1] = codes[:, 1:]
        return ops.convert_to_tensor(images)


def normal_cdf(value):
    return 0.5 * (1 + math.erf(value / math.sqrt(2)))


def test_codes_are_normal_quantiles_of_even_probabilities():
    decoder = Decoder()
    plot_latent_manifold(decoder, num_steps=8)
    assert decoder.codes.shape == (64, 2)
    assert decoder.codes.dtype == np.float32
    found = np.vectorize(normal_cdf)(np.unique(decoder.codes))
    np.testing.assert_allclose(found, (np.arange(8) + 0.5) / 8, atol=1e-6)


def test_first_dimension_grows_to_the_right_and_second_upward():
    decoder = Decoder()
    figure = plot_latent_manifold(decoder, num_steps=4, title="Digits")
    tiles = np.array(
        [
            [tile_of(figure, row, column, 2, 3)[:, 0, 0] for column in range(4)]
            for row in range(4)
        ]
    )
    first, second = tiles[..., 0], tiles[..., 1]
    assert (np.diff(first, axis=1) > 0).all()
    assert (np.diff(second, axis=0) < 0).all()
    np.testing.assert_allclose(first, first[:1].repeat(4, 0))
    np.testing.assert_allclose(second, second[:, :1].repeat(4, 1))
    rows, columns = labels_of(figure)
    assert columns == ["-1.2", "-0.3", "0.3", "1.2"]
    assert rows == columns[::-1]
    assert figure.axes[0].get_ylabel() == "Second latent dimension"
    assert figure.axes[0].get_title() == "Digits"


def test_few_of_many_values_are_written():
    columns = labels_of(plot_latent_manifold(Decoder()))[1]
    assert [index for index, text in enumerate(columns) if text] == [
        0, 5, 10, 14, 19,
    ]  # fmt: skip


def test_bad_steps_or_decoders_raise():
    with pytest.raises(ValueError, match="num_steps=1"):
        plot_latent_manifold(Decoder(), 1)
    with pytest.raises(ValueError, match=r"`decode\(codes\)` must have"):
        plot_latent_manifold(lambda codes: codes)
    with pytest.raises(ValueError, match="for each of 400 codes"):
        plot_latent_manifold(lambda codes: np.zeros((3, 4, 4)))

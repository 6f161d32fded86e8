"""Layers trained one at a time, from the bottom up."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.models import Autoencoder
from keras_dl4.models import StackedAutoencoder
from tests.models.stacked_reference import WIDTHS
from tests.models.stacked_reference import changed
from tests.models.stacked_reference import mixed_stack
from tests.models.stacked_reference import pair
from tests.models.stacked_reference import plain_stack
from tests.models.stacked_reference import state_of


@pytest.fixture
def x(rng):
    return rng.uniform(size=(16, WIDTHS[0])).astype("float32")


def test_pretraining_equals_training_each_on_clean_codes(x):
    """The lower ones are used in inference, without noise, as they became."""

    def autoencoders():
        keras.utils.set_random_seed(0)
        return mixed_stack().autoencoders

    def rate(index):
        return keras.optimizers.SGD(0.1 * (index + 1))

    stack = StackedAutoencoder(autoencoders())
    keras.utils.set_random_seed(1)
    histories = stack.pretrain(
        x, [3, 2, 1], [rate(0), rate(1), rate(2)], batch_size=4, verbose=0
    )
    assert [len(each.history["loss"]) for each in histories] == [3, 2, 1]
    data = x
    keras.utils.set_random_seed(1)
    by_hand = autoencoders()
    keras.utils.set_random_seed(1)
    for index, each in enumerate(by_hand):
        each.compile(rate(index))
        each.fit(data, epochs=3 - index, batch_size=4, verbose=0)
        data = ops.convert_to_numpy(each.encode(data))
    for one, other in zip(stack.autoencoders, by_hand, strict=True):
        for a, b in zip(state_of(one), state_of(other), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_pretraining_lowers_each_loss_and_can_go_on(x, capsys):
    stack = mixed_stack()
    histories = stack.pretrain(x, 10, keras.optimizers.Adam(0.02), verbose=2)
    for history in histories:
        assert history.history["loss"][-1] < history.history["loss"][0]
    assert "Autoencoder 2 of 3" in capsys.readouterr().out
    before = [each.get_weights() for each in stack.autoencoders]
    assert len(stack.pretrain(x, epochs=1, first=2, verbose=0)) == 1
    assert changed(before, stack) == [False, False, True]


def test_optimizer_is_copied_for_each(x):
    optimizer = keras.optimizers.Adam(0.5)
    stack = plain_stack(2)
    stack.pretrain(x, epochs=1, optimizer=optimizer, verbose=0)
    found = [each.optimizer for each in stack.autoencoders]
    assert found[0] is not found[1] and optimizer not in found
    assert [float(each.learning_rate) for each in found] == [0.5, 0.5]


class OneBatch(keras.utils.PyDataset):
    """All of x, with labels."""

    def __init__(self, x):
        super().__init__()
        self.x = x

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return self.x, np.arange(len(self.x))


def test_data_sets_pretrain_as_arrays_do(x):
    def trained(data):
        keras.utils.set_random_seed(0)
        stack = plain_stack(2)
        histories = stack.pretrain(
            data, 1, "sgd", 16, validation_data=data, verbose=0
        )
        return [*stack.get_weights(), histories[1].history["val_loss"]]

    for a, b in zip(trained(x), trained(OneBatch(x)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_saved_stack_goes_on_as_it_would(x, tmp_path):
    stack = mixed_stack(depth=2)
    stack.pretrain(x, epochs=2, verbose=0)
    stack.save(tmp_path / "stack.keras")
    again = keras.saving.load_model(tmp_path / "stack.keras")
    np.testing.assert_array_equal(again.reconstruct(x), stack.reconstruct(x))
    for a, b in zip(state_of(stack), state_of(again), strict=True):
        np.testing.assert_array_equal(a, b)
    for each in (stack, again):
        keras.utils.set_random_seed(1)
        each.pretrain(x, epochs=2, verbose=0)
    for a, b in zip(state_of(stack), state_of(again), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="it is about tf.distribute"
)
def test_pretraining_on_two_replicas_equals_one_device(strategy, x):
    def trained():
        keras.utils.set_random_seed(0)
        stack = plain_stack(2)
        optimizer = keras.optimizers.SGD(0.1)
        stack.pretrain(
            x, 2, optimizer, batch_size=16, verbose=0, jit_compile=False
        )
        return stack.get_weights()

    one = trained()
    with strategy.scope():
        two = trained()
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_bad_arguments_are_refused(x):
    stack = plain_stack()
    for name in ("epochs", "optimizer"):
        with pytest.raises(ValueError, match=f"`{name}` must be one value"):
            stack.pretrain(x, **{name: [1, 2]})
    for first in (-1, len(stack.autoencoders), 0.5):
        with pytest.raises(ValueError, match=f"begin with.*first={first}"):
            stack.pretrain(x, first=first)
    with pytest.raises(ValueError, match="which ends. Give an array"):
        stack.pretrain(iter([x]))


def test_error_says_which_autoencoder_it_is_about(x):
    encoder, decoder = pair(5, 4)
    stack = StackedAutoencoder(
        [
            Autoencoder(*pair(6, 5, code=None)),
            Autoencoder(encoder, decoder, reconstruction="bce"),
        ]
    )
    with pytest.raises(ValueError, match=r"lie in \[0.0, 1.0\]") as raised:
        stack.pretrain(10.0 * x, epochs=1, verbose=0)
    assert raised.value.__notes__ == ["Autoencoder 2 of 2"]

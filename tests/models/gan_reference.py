"""A game of one linear layer each, fed noise, and the same in NumPy."""

import contextlib
from unittest import mock

import keras
import numpy as np
from keras import ops

from keras_dl4.layers.noise_source import NoiseSource
from keras_dl4.models import GAN

WIDTH, LATENTS = 3, 2
DATA = np.random.default_rng(0).normal(size=(8, WIDTH)).astype("float32")
NOISE = np.random.default_rng(1).normal(size=(8, LATENTS)).astype("float32")
ROW = np.tile(NOISE[:1], (8, 1))  # the same on each replica
RATES = 0.2, 0.3


def linear_pair(width=WIDTH, latents=LATENTS):
    generator = keras.Sequential(
        [keras.Input((latents,)), keras.layers.Dense(width)]
    )
    discriminator = keras.Sequential(
        [keras.Input((width,)), keras.layers.Dense(1)]
    )
    rng = np.random.default_rng(2)
    for network in (generator, discriminator):
        network.set_weights(
            [rng.normal(size=w.shape) for w in network.get_weights()]
        )
    return generator, discriminator


def linear_gan(*args, **kwargs):
    return GAN(*linear_pair(), LATENTS, *args, **kwargs)


def dense_pair(rate=0.0, normalize=False, activation="tanh"):
    """Networks with a hidden layer, dropout and batch normalization."""

    def hidden(size):
        layers = [keras.layers.Dense(size, activation)]
        if normalize:
            layers.append(keras.layers.BatchNormalization(momentum=0.5))
        return [*layers, keras.layers.Dropout(rate)]

    generator = keras.Sequential(
        [keras.Input((LATENTS,)), *hidden(5), keras.layers.Dense(WIDTH)]
    )
    discriminator = keras.Sequential(
        [keras.Input((WIDTH,)), *hidden(4), keras.layers.Dense(1)]
    )
    return generator, discriminator


def compiled(gan, optimizer=None, **options):
    make = optimizer or (lambda rate: keras.optimizers.SGD(rate, momentum=0.9))
    judge, maker = map(make, RATES)
    gan.compile(maker, judge, **{"jit_compile": False, **options})
    return gan


@contextlib.contextmanager
def fed(noise):
    """Standard normal draws are the first rows of `noise`."""

    def draw(source, shape):
        return ops.convert_to_tensor(np.float32(noise))[: shape[0]]

    with mock.patch.object(NoiseSource, "normal", draw):
        yield


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


# By name: the losses of both players for a pair of logits, as in the papers.
EQUATIONS = {
    "non_saturating": (
        lambda r, f: -np.log(sigmoid(r)) - np.log(1.0 - sigmoid(f)),
        lambda r, f: -np.log(sigmoid(f)),
    ),
    "minimax": (
        lambda r, f: -np.log(sigmoid(r)) - np.log(1.0 - sigmoid(f)),
        lambda r, f: np.log(1.0 - sigmoid(f)),
    ),
    "least_squares": (
        lambda r, f: 0.5 * (r - 1.0) ** 2 + 0.5 * f**2,
        lambda r, f: 0.5 * (f - 1.0) ** 2,
    ),
    "hinge": (
        lambda r, f: np.maximum(0.0, 1.0 - r) + np.maximum(0.0, 1.0 + f),
        lambda r, f: -f,
    ),
    "wasserstein": (lambda r, f: f - r, lambda r, f: -f),
    "relativistic": (
        lambda r, f: np.log(1.0 + np.exp(f - r)),
        lambda r, f: np.log(1.0 + np.exp(r - f)),
    ),
}


class Game:
    """Gradient descent with momentum on the equations, in float64."""

    def __init__(self, gan, name, noise=NOISE):
        self.generator = [np.float64(w) for w in gan.generator.get_weights()]
        self.judge = [np.float64(w) for w in gan.discriminator.get_weights()]
        self.equations = EQUATIONS[name]
        self.noise = np.float64(noise)
        self.moments = [[0.0, 0.0], [0.0, 0.0]]

    def logits(self, x):
        kernel, bias = self.judge
        made = self.noise[: len(x)] @ self.generator[0] + self.generator[1]
        return made, (x @ kernel + bias)[:, 0], (made @ kernel + bias)[:, 0]

    def slopes(self, player, real, fake, step=1e-6):
        """Of the loss of each pair, with respect to both logits."""
        loss = self.equations[player]
        return (
            (loss(real + step, fake) - loss(real - step, fake)) / (2 * step),
            (loss(real, fake + step) - loss(real, fake - step)) / (2 * step),
        )

    def gradients(self, player, x):
        made, real, fake = self.logits(x)
        to_real, to_fake = self.slopes(player, real, fake)
        if player == 0:
            kernel = x.T @ to_real + made.T @ to_fake
            return [kernel[:, None] / len(x), np.mean(to_real + to_fake)[None]]
        to_made = to_fake[:, None] * self.judge[0][:, 0] / len(x)
        return [self.noise[: len(x)].T @ to_made, to_made.sum(0)]

    def move(self, player, gradients, momentum=0.9):
        weights = (self.judge, self.generator)[player]
        for index, gradient in enumerate(gradients):
            moment = momentum * self.moments[player][index]
            self.moments[player][index] = moment - RATES[player] * gradient
            weights[index] = weights[index] + self.moments[player][index]

    def step(self, x, num_steps=1, simultaneous=False):
        x = np.float64(x)
        if simultaneous:
            found = [self.gradients(player, x) for player in (0, 1)]
            for player in (0, 1):
                self.move(player, found[player])
            return
        for _ in range(num_steps):
            self.move(0, self.gradients(0, x))
        self.move(1, self.gradients(1, x))

    def losses(self, x):
        _, real, fake = self.logits(np.float64(x))
        return [float(np.mean(loss(real, fake))) for loss in self.equations]


def assert_same_weights(gan, game, tolerance=1e-5):
    expected = [*game.generator, *game.judge]
    found = gan.generator.get_weights() + gan.discriminator.get_weights()
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def train(gan, start=0, stop=1, callbacks=(), **options):
    arguments = {"batch_size": 4, "shuffle": False, "verbose": 0, **options}
    return gan.fit(
        DATA,
        initial_epoch=start,
        epochs=stop,
        callbacks=list(callbacks),
        **arguments,
    ).history

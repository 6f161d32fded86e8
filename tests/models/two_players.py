"""The smallest game: two numbers pull at each other, through Keras's `fit`.

Player a lowers `mean(x) * a * b + a`, player b lowers `-mean(x) * a * b`.
"""

import keras
from keras import ops

from keras_dl4.backend import run_step
from keras_dl4.models.composite_optimizer import CompositeOptimizer
from keras_dl4.models.training_phases import Phase
from keras_dl4.models.training_phases import run_phases


class TwoPlayers(keras.Model):
    """Has one trainable number for each player, and one that counts draws."""

    def __init__(self, num_steps=1, simultaneous=False, num_parts=1, **kwargs):
        super().__init__(**kwargs)
        self.arguments = num_steps, simultaneous, num_parts
        for name, value in (("a", 0.5), ("b", -1.5)):
            initializer = keras.initializers.Constant(value)
            weight = self.add_weight((), initializer, name=name)
            setattr(self, name, weight)
        self.draws = self.add_weight((), "zeros", name="draws", trainable=False)
        self.calls = self.add_weight((), "zeros", name="calls", trainable=False)
        self.built = True

    def compile(self, optimizer_a, optimizer_b, **kwargs):
        composite = CompositeOptimizer([optimizer_a, optimizer_b])
        composite.build([[self.a], [self.b]])
        super().compile(composite, auto_scale_loss=False, **kwargs)

    @property
    def metrics(self):
        return []

    def call(self, inputs):
        return inputs

    def loss_of(self, player):
        def loss(inputs):
            (x,) = inputs
            self.calls.assign_add(1.0)
            product = ops.mean(x) * self.a * self.b
            value = product + self.a if player == "a" else -product
            return value, {player: value * ops.ones_like(x)}

        return loss

    def update(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        num_steps, simultaneous, num_parts = self.arguments

        def draw():
            self.draws.assign_add(1.0)
            return (x,)

        first, second = self.optimizer.optimizers
        shown = run_phases(
            [
                Phase(self.loss_of("a"), [self.a], first, num_steps),
                Phase(self.loss_of("b"), [self.b], second),
            ],
            draw,
            self.variables + self.optimizer.variables,
            simultaneous,
            num_parts,
        )
        self.optimizer.count_step()
        return {
            name: ops.mean(values)
            for each in shown
            for name, values in each.items()
        }

    def train_step(self, *arguments):
        return run_step(self, self.update, arguments)


def reference(x, a, b, rates, num_steps=1, simultaneous=False):
    """The two numbers after one step of gradient descent."""
    mean = float(x.mean())
    if simultaneous:
        gradient_a, gradient_b = mean * b + 1.0, -mean * a
        return a - rates[0] * gradient_a, b - rates[1] * gradient_b
    for _ in range(num_steps):
        a -= rates[0] * (mean * b + 1.0)
    return a, b - rates[1] * -mean * a

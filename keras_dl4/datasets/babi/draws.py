"""Random choices, many a second."""

import numpy as np

_BLOCK = 4096


class Draws:
    """Choices that follow from a seed, from numbers drawn in blocks.

    Drawing numbers one at a time costs NumPy more than the stories do.

    Args:
        *entropy: Ints >= 0; other ones give other choices.

    Example:

    >>> Draws(0).choice(["a", "b"]) in ("a", "b")
    True
    """

    def __init__(self, *entropy):
        self._generator = np.random.default_rng(entropy)
        self._numbers = []

    def number(self):
        """A float from 0 to 1, 1 excluded."""
        if not self._numbers:
            self._numbers = self._generator.random(_BLOCK).tolist()
        return self._numbers.pop()

    def below(self, limit):
        """An int from 0 to `limit - 1`."""
        return int(self.number() * limit)

    def chance(self, probability):
        return self.number() < probability

    def choice(self, options):
        return options[int(self.number() * len(options))]

    def weighted(self, weights):
        """A key of `{key: weight}`."""
        left = self.number() * sum(weights.values())
        for key, weight in weights.items():
            left -= weight
            if left < 0:
                return key
        return key  # what rounding left over

    def sample(self, options, count):
        """A list of `count` options at different places."""
        options = list(options)
        for place in range(count):
            other = place + self.below(len(options) - place)
            options[place], options[other] = options[other], options[place]
        return options[:count]

    def shuffled(self, options):
        return self.sample(options, len(options))

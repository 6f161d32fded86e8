"""Random numbers as a function of their place, the same on every machine."""

import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_BYTE_PAIRS = np.uint64(0x00FF00FF00FF00FF)
_SHORT_PAIRS = np.uint64(0x0000FFFF0000FFFF)
# Mean and standard deviation of the sum of four random bytes.
_SUM_MEAN, _SUM_STDDEV = 510.0, 147.8006


def random_bits(*keys):
    """64 random bits for each tuple of keys, which are broadcast.

    The keys are mixed in one after the other by the finalizer of SplitMix64.
    """
    state = np.zeros(1, "uint64")
    for key in keys:
        key = np.atleast_1d(np.asarray(key)).astype("uint64")
        state = _mix(state + (key + np.uint64(1)) * _GOLDEN)
    return state


def uniforms(*keys):
    """Float64 numbers in [0, 1), one for each tuple of keys."""
    return (random_bits(*keys) >> np.uint64(11)) * 2.0**-53


def bell_noise(num_values, *keys):
    """Float32 noise of mean 0 and deviation 1, `(rows, num_values)`.

    Each value is a sum of four bytes: nearly normal, without a logarithm that
    may be rounded differently elsewhere.

    Args:
        num_values: Even int.
        *keys: Ints, or arrays `(rows, 1)`.
    """
    bits = random_bits(*keys, np.arange(num_values // 2))
    pairs = (bits & _BYTE_PAIRS) + ((bits >> np.uint64(8)) & _BYTE_PAIRS)
    sums = (pairs + (pairs >> np.uint64(16))) & _SHORT_PAIRS
    halves = [sums & np.uint64(0xFFFF), sums >> np.uint64(32)]
    values = np.concatenate(halves, axis=-1).astype("float32")
    return (values - np.float32(_SUM_MEAN)) * np.float32(1.0 / _SUM_STDDEV)


def _mix(x):
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))

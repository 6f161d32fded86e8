"""Equations 2 to 9 of the NTM paper in NumPy, one head at a time.

In float64, as they stand in section 3 of https://arxiv.org/abs/1410.5401,
with a loop for each index. Arguments have the axes of the library's functions,
`for_all_heads` adds batch and heads. No line is shared with the library.
"""

import math

import numpy as np


def similarity(u, v):
    norms = math.sqrt(sum(x * x for x in u)) * math.sqrt(sum(x * x for x in v))
    return sum(x * y for x, y in zip(u, v, strict=True)) / norms


def content(memory, key, key_strength):
    powers = [math.exp(key_strength * similarity(key, word)) for word in memory]
    return [power / sum(powers) for power in powers]


def mix(content_weighting, previous_weighting, gate):
    return [
        gate * c + (1.0 - gate) * p
        for c, p in zip(content_weighting, previous_weighting, strict=True)
    ]


def shift(weighting, shift_weighting):
    size, reach = len(weighting), len(shift_weighting) // 2
    shifted = [0.0] * size
    for start in range(size):
        for index, share in enumerate(shift_weighting):
            # Index `reach` of the shift weighting is a shift by 0.
            shifted[(start + index - reach) % size] += share * weighting[start]
    return shifted


def power(weighting, sharpening):
    powers = [w**sharpening for w in weighting]
    return [p / sum(powers) for p in powers]


def read(memory, weighting):
    return [
        sum(weighting[i] * memory[i][j] for i in range(len(memory)))
        for j in range(len(memory[0]))
    ]


def write(memory, weighting, erase, add):
    """Equations 3 and 4 for several heads: all erase, then all add."""
    memory = [list(word) for word in memory]
    for i, word in enumerate(memory):
        for j in range(len(word)):
            for w, e in zip(weighting, erase, strict=True):
                word[j] *= 1.0 - w[i] * e[j]
            for w, a in zip(weighting, add, strict=True):
                word[j] += w[i] * a[j]
    return memory


def for_all_heads(equation, *arrays, memory=None):
    """Applies an equation of one head to arrays `(batch, heads, ...)`."""
    result = []
    for example in range(len(arrays[0])):
        shared = () if memory is None else (memory[example],)
        result.append(
            [
                equation(*shared, *(array[example][head] for array in arrays))
                for head in range(len(arrays[0][example]))
            ]
        )
    return np.array(result, "float64")


def for_all_examples(equation, *arrays):
    return np.array(
        [equation(*example) for example in zip(*arrays, strict=True)]
    )

"""Equations 2 to 9 of the NTM paper in NumPy, one loop for each index.

Float64, one example and one head at a time, as they stand in section 3 of
https://arxiv.org/abs/1410.5401. The library has no line in common with it.
"""

import math

import numpy as np


def each_head(equation):
    """Makes an equation of one head of one example take (batch, heads, ...)."""

    def batched(*arrays):
        arrays = [np.asarray(array, "float64") for array in arrays]
        batch_size, num_heads = arrays[-1].shape[:2]
        return np.array(
            [
                [
                    # A memory has no heads axis: they all share it.
                    equation(
                        *(
                            a[b, h] if a.shape[:2] == (batch_size, num_heads)
                            and a is not memory_of(arrays, equation)
                            else a[b]
                            for a in arrays
                        )
                    )
                    for h in range(num_heads)
                ]
                for b in range(batch_size)
            ]
        )

    return batched

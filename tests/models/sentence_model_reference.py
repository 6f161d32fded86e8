"""Language models of sentences in NumPy, word by word, from the equations.

Paper: https://arxiv.org/abs/1411.2539, section 3, with C_i the matrix of the
word i places back, in float64.
"""

import numpy as np


def context_matrices(model):
    """`{i: C_i}`; the model has them one below the other, the oldest first."""
    K, size = model.embedding_dim, model.context_size
    stacked = np.asarray(model.context_matrices, "float64")
    parts = stacked.reshape(size, K, K)
    # A row vector times a matrix is its transpose times a column.
    return {size - place: parts[place].T for place in range(size)}


def predicted_vector(matrices, vectors, sentence, n):
    """`sum_i C_i r_(n-i)`; before the sentence there is word 0."""
    total = 0.0
    for i, C in matrices.items():
        word = sentence[n - i] if n - i >= 0 else 0
        total = total + C @ vectors[word]
    return total


def log_bilinear_scores(model, sentence, n):
    """Scores of all words for place n, `r_hat . r_j + b_j`."""
    R = np.asarray(model.words, "float64")
    r_hat = predicted_vector(context_matrices(model), R, sentence, n)
    return R @ r_hat + np.asarray(model.bias, "float64")


def log_softmax(scores):
    scores = scores - scores.max()
    return scores - np.log(np.exp(scores).sum())

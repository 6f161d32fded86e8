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


def word_tensor(layer):
    """T, words by embedding_dim by attributes, in full; and `T` without them.

    `T_u = W_fv^T diag(W_fd u) W_fk` for each u of the unit vectors, and
    `E = W_fk^T W_fv`, the vectors of words in its columns.
    """
    W_fv, W_fk, W_fd = (
        np.asarray(each, "float64").T
        for each in (
            layer.word_factors,
            layer.vector_factors,
            layer.attribute_factors,
        )
    )
    slices = [W_fv.T @ np.diag(W_fd @ u) @ W_fk for u in np.eye(W_fd.shape[1])]
    return np.stack(slices, axis=-1), W_fk.T @ W_fv


def multiplicative_scores(model, sentence, n, u):
    """Scores of all words for place n, `T_u r_hat + b`, by the full tensor."""
    T, E = word_tensor(model.words)
    r_hat = predicted_vector(context_matrices(model), E.T, sentence, n)
    T_u = sum(u[i] * T[:, :, i] for i in range(len(u)))
    return T_u @ r_hat + np.asarray(model.words.bias, "float64")


def attributes(model, tags, n, u):
    """`ReLU(sum_i T_i t_(n+i) + T_u u + b)`, tag 0 from the end on."""
    G = model.tag_dim
    t = np.asarray(model.tag_vectors, "float64")
    stacked = np.asarray(model.tag_matrices, "float64").reshape(-1, G, G)
    total = np.asarray(model.attribute_bias, "float64")
    total = total + np.asarray(model.content_matrix, "float64").T @ u
    for i in range(model.future_tags + 1):
        tag = tags[n + i] if n + i < len(tags) else 0
        total = total + stacked[i].T @ t[tag]
    return np.maximum(total, 0.0)


def log_softmax(scores):
    scores = scores - scores.max()
    return scores - np.log(np.exp(scores).sum())

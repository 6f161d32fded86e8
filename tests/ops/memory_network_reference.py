"""End-to-end memory networks in NumPy, one example and one model at a time.

In float64, from https://arxiv.org/abs/1503.08895, with a loop for each index.
Tables are separate, as in the paper: `A[k]` and `C[k]` for each hop. No line is
shared with the library.
"""

import numpy as np


def position_weight(word, unit, num_words, num_units, encoding):
    """l_kj, with word j and unit k counted from 1."""
    j, k, J, d = word, unit, num_words, num_units
    if encoding == "position":
        return (1 - j / J) - (k / d) * (1 - 2 * j / J)
    if encoding == "position_matlab":
        return 1 + 4 * (k - (d + 1) / 2) * (j - (J + 1) / 2) / (d * J)
    return 1.0


def encode(ids, table, encoding, length=None, time_vector=None):
    """m = sum_j l_j * A x_j, with words of id 0 left out.

    With a time vector, that is one more word behind the others.
    """
    dim = table.shape[1]
    length = len(ids) if length is None else length
    if time_vector is not None:
        length += 1
    total = np.zeros(dim)
    for unit in range(dim):
        for position, word in enumerate(ids):
            if word:
                weight = position_weight(
                    position + 1, unit + 1, length, dim, encoding
                )
                total[unit] += weight * table[word, unit]
        if time_vector is not None:
            weight = position_weight(length, unit + 1, length, dim, encoding)
            total[unit] += weight * time_vector[unit]
    return total


def softmax(scores):
    powers = np.exp(scores - np.max(scores))
    return powers / powers.sum()


def attend(query, keys, values, shown=None, linear=False):
    """One hop: the sum that is read, and the weighting."""
    shown = np.ones(len(keys), bool) if shown is None else np.asarray(shown)
    scores = np.array([query @ key for key in keys])
    weighting = np.zeros(len(keys))
    if linear:
        weighting[shown] = scores[shown]
    elif shown.any():
        weighting[shown] = softmax(scores[shown])
    return sum(p * c for p, c in zip(weighting, values, strict=True)), weighting


def answer(
    story,
    question,
    tables,
    *,
    encoding="position",
    temporal=None,
    times=None,
    nonlinearity=None,
    mask_empty=False,
    per_sentence=False,
    linear=False,
):
    """Logits and weightings for one story.

    `tables` has lists `A`, `C`, and if there is time `TA`, `TC`, one table a
    hop, `B`, `W` (vocabulary, dim), and `H` or None.
    """

    def length_of(ids):
        return sum(1 for word in ids if word) if per_sentence else None

    def memories(table, time_table):
        encoded = []
        for slot, ids in enumerate(story):
            if not any(ids):
                encoded.append(np.zeros(table.shape[1]))
                continue
            age = slot if times is None else times[slot]
            as_word = time_table[age] if temporal == "word" else None
            vector = encode(ids, table, encoding, length_of(ids), as_word)
            if temporal == "vector":
                vector = vector + time_table[age]
            encoded.append(vector)
        return encoded

    shown = [any(ids) for ids in story] if mask_empty else None
    u = encode(question, tables["B"], encoding, length_of(question))
    weightings = []
    for hop, (a, c) in enumerate(zip(tables["A"], tables["C"], strict=True)):
        ta = tables["TA"][hop] if temporal else None
        tc = tables["TC"][hop] if temporal else None
        o, weighting = attend(
            u, memories(a, ta), memories(c, tc), shown, linear
        )
        u = o + (u if tables["H"] is None else tables["H"] @ u)
        if nonlinearity == "relu":
            u = np.maximum(u, 0.0)
        weightings.append(weighting)
    w = tables["W"].copy()
    w[0] = 0.0
    return w @ u, np.array(weightings)


def tables_of(weights, shape, restart=0):
    """Takes the fused weights of one restart apart.

    Args:
        weights: Dict of arrays, as `EndToEndMemory.weight_shapes` says.
        shape: The `EndToEndMemory`.
        restart: Int.
    """
    hops, dim = shape.num_hops, shape.embedding_dim

    def parts(table):
        width = shape.num_restarts * dim
        start = restart * dim
        count = table.shape[1] // width
        return [
            table[:, i * width + start : i * width + start + dim]
            for i in range(count)
        ]

    words = parts(np.asarray(weights["words"], "float64"))
    times = None
    if shape.temporal_encoding:
        times = parts(np.asarray(weights["times"], "float64"))
    if shape.weight_tying == "adjacent":
        tables = {"A": words[:-1], "C": words[1:], "B": words[0]}
        tables |= {"W": words[-1], "H": None}
        if times:
            tables |= {"TA": times[:-1], "TC": times[1:]}
        return tables
    a, c, b, w = words
    tables = {"A": [a] * hops, "C": [c] * hops, "B": b, "W": w}
    tables["H"] = np.asarray(weights["transition"], "float64")[restart]
    if times:
        tables |= {"TA": [times[0]] * hops, "TC": [times[1]] * hops}
    return tables

"""Settings with which end-to-end memory networks were published."""

import copy

_MODEL = {
    "embedding_dim": 20,
    "num_hops": 3,
    "weight_tying": "adjacent",
    "sentence_encoding": "position_matlab",
    "temporal_encoding": "vector",
    "random_noise": 0.1,
}
_TRAINING = {
    "epochs": 100,
    "linear_epochs": 20,
    "learning_rate": 0.005,
    "linear_learning_rate": 0.005,
    "halve_every": 25,
    "batch_size": 32,
    "clip": 40.0,
    "held_out": 0.1,
    "held_out_from": "last",
}
_PRESETS = {
    "paper_1k": {"model": _MODEL, "training": _TRAINING},
    "paper_1k_joint": {
        "model": {**_MODEL, "embedding_dim": 50},
        "training": {
            **_TRAINING,
            "epochs": 60,
            "linear_epochs": 30,
            "halve_every": 15,
            "held_out_from": "random",
        },
    },
    "paper_10k": {"model": _MODEL, "training": _TRAINING},
}


def memn2n_preset(name):
    """The settings of the paper for the bAbI tasks, to be changed at will.

    They are its best ones: position encoding, linear start and random noise.
    Position encoding, learning rates and the held out questions are those of
    the authors' code, which made the published figures. The encoding that the
    text describes is about half as large, and does not learn task 16.

    Args:
        name: String: `"paper_1k"` for one task with 1,000 questions,
            `"paper_1k_joint"` for all tasks together, each with 1,000, or
            `"paper_10k"` for one task with 10,000 questions.

    Returns:
        A dict of two: `model`, arguments of `MemN2N` and `MemN2NRestarts`
        beside the vocabulary and `memory_size`, which is the length of the
        longest story, at most 50; and `training`, arguments of
        `MemN2NRestarts.train`.

    Raises:
        ValueError: If there is no such preset.

    Example:

    >>> preset = keras_dl4.models.memn2n_preset("paper_1k_joint")
    >>> preset["model"]["embedding_dim"], preset["training"]["linear_epochs"]
    (50, 30)

    References:
        - [End-To-End Memory Networks](https://arxiv.org/abs/1503.08895),
          section 4.2
    """
    if name not in _PRESETS:
        raise ValueError(
            f"The presets are {sorted(_PRESETS)}. Received: name={name!r}"
        )
    return copy.deepcopy(_PRESETS[name])

"""Tags of whole sentences, as often as sentences have them."""

import collections

import keras
import numpy as np


@keras.saving.register_keras_serializable(package="keras_dl4")
class TagStructures:
    """The structures of sentences: sequences of tags, and how often each came.

    Drawn from them, a structure is one that sentences do have, so that a
    `keras_dl4.models.SCNLM` needs no template to write captions.

    Args:
        sequences: Sequence of different sequences of ints from 1 on, tags of
            sentences, without padding.
        counts: Sequence of positive ints, how many sentences had each.

    Raises:
        ValueError: If sequences are empty, equal or not of such ints, or
            counts are not one positive int for each; in `from_tags` if there
            is no sentence, or tags are not such as described there.

    Example:

    >>> tags = np.array([[1, 4, 6, 0], [1, 6, 0, 0], [1, 4, 6, 0]])
    >>> structures = keras_dl4.datasets.TagStructures.from_tags(tags)
    >>> structures.sequences, structures.counts
    ([[1, 4, 6], [1, 6]], [2, 1])
    >>> structures.sample(1, seed=3)
    array([[1, 4, 6]], dtype=int32)

    References:
        - [Unifying Visual-Semantic Embeddings with Multimodal Neural Language
          Models](https://arxiv.org/abs/1411.2539), section 2.4
    """

    def __init__(self, sequences, counts):
        self.sequences = [list(map(int, each)) for each in sequences]
        self.counts = list(map(int, counts))
        different = {tuple(each) for each in self.sequences}
        if len(different) < len(self.sequences) or not all(
            each and min(each) > 0 for each in self.sequences
        ):
            raise ValueError(
                "`sequences` must be different sequences of tags, ints from 1 "
                f"on. Received: {self.sequences[:5]} ... Count them by "
                "`TagStructures.from_tags`."
            )
        matching = len(self.counts) == len(self.sequences) > 0
        if not matching or min(self.counts) < 1:
            raise ValueError(
                "`counts` must be a positive int for each of one or more "
                f"sequences. Received: {len(self.counts)} counts, the first "
                f"of them {self.counts[:5]}, for {len(self.sequences)}."
            )

    @classmethod
    def from_tags(cls, tags, max_structures=None):
        """Counts the structures of sentences.

        Args:
            tags: Int array `(num_sentences, length)` of tags from 1 on, 0
                where a sentence is padded on the right.
            max_structures: Positive int, how many of the most frequent ones
                are kept, or `None` for all. Defaults to `None`.

        Returns:
            `TagStructures`, the most frequent first; of equally frequent ones
            that which came first.
        """
        tags = np.asarray(tags)
        if tags.ndim != 2 or not len(tags) or tags.dtype.kind not in "iu":
            raise ValueError(
                "`tags` must be ints of shape (num_sentences, length). "
                f"Received: {tags.dtype} of shape {tags.shape}. Pad "
                "sentences on the right by 0."
            )
        is_word = tags > 0
        if np.any(tags < 0) or np.any(is_word[:, 1:] > is_word[:, :-1]):
            raise ValueError(
                "`tags` must be from 1 on, and then 0. Received: a sentence "
                "with a negative one, or a tag after 0. Number tags from 1, "
                "and pad on the right."
            )
        rows = zip(tags.tolist(), is_word.sum(axis=1), strict=True)
        found = collections.Counter(tuple(row[:n]) for row, n in rows if n)
        if not found:
            raise ValueError(
                "`tags` must have a sentence with words. Received: "
                f"{len(tags)} rows of zeros. Number tags from 1; 0 pads."
            )
        chosen = found.most_common(max_structures)
        return cls([each for each, _ in chosen], [n for _, n in chosen])

    def sample(self, number, seed=0):
        """Draws different structures, the more likely the more frequent.

        Args:
            number: Positive int, how many; all, where there are fewer.
            seed: Int >= 0. Defaults to `0`.

        Returns:
            Int32 array `(number, length)`, padded on the right by 0.
        """
        if not isinstance(number, int) or number < 1:
            raise ValueError(
                f"`number` must be a positive int. Received: {number!r}."
            )
        counts = np.array(self.counts, "float64")
        chosen = np.random.default_rng(seed).choice(
            len(counts),
            min(number, len(counts)),
            replace=False,
            p=counts / counts.sum(),
        )
        sequences = [self.sequences[place] for place in chosen]
        rows = np.zeros((len(chosen), max(map(len, sequences))), "int32")
        for row, each in zip(rows, sequences, strict=True):
            row[: len(each)] = each
        return rows

    def get_config(self):
        return {"sequences": self.sequences, "counts": self.counts}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

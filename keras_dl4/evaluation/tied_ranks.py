"""Ranks among scores of which some are equal."""

import dataclasses

import numpy as np


@dataclasses.dataclass
class TiedRanks:
    """For each query, where its best relevant item comes among all items.

    Args:
        before: Int array `(queries,)`, items with a larger score.
        tied: Int array, items with the same score, itself included.
        relevant: Int array, how many of the tied ones are relevant.
    """

    before: np.ndarray
    tied: np.ndarray
    relevant: np.ndarray

    @classmethod
    def of(cls, scores, relevant, tolerance):
        """From scores and booleans `(queries, items)`, each with one true."""
        best = np.where(relevant, scores, -np.inf).max(axis=1, keepdims=True)
        tied = np.abs(scores - best) <= tolerance
        return cls(
            (scores > best + tolerance).sum(axis=1),
            tied.sum(axis=1),
            (tied & relevant).sum(axis=1),
        )

    @classmethod
    def joined(cls, parts):
        """One of several, in order."""
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(
            *(
                np.concatenate([getattr(p, name) for p in parts])
                for name in names
            )
        )

    def expected(self):
        """Expected ranks from 1, if ties are broken by lot.

        Of t tied items with r relevant ones, (t - r) / (r + 1) come first.
        """
        ahead = (self.tied - self.relevant) / (self.relevant + 1.0)
        return 1.0 + self.before + ahead

    def recall(self, k):
        """Mean probability that a relevant item is among the first `k`."""
        if not isinstance(k, int) or k < 1:
            raise ValueError(
                "`ks` must be ints of at least 1. Received one that is "
                f"{k!r}. To find the nearest is `ks=(1,)`."
            )
        missed = np.ones(len(self.before))
        places = np.clip(k - self.before, 0, self.tied)
        others = self.tied - self.relevant
        # Place after place is taken by one that is not relevant.
        for place in range(int(places.max())):
            left = np.maximum(others - place, 0) / np.maximum(
                self.tied - place, 1
            )
            missed = np.where(place < places, missed * left, missed)
        return float(1.0 - missed.mean())

    def median_rank(self):
        """Median of the expected ranks."""
        return float(np.median(self.expected()))

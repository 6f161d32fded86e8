"""Losses over all pairs of a batch."""

from keras_dl4.losses.pairwise_ranking import PairwiseRankingLoss

__all__ = ["PairwiseRankingLoss"]

"""Pure functions of tensors."""

from keras_dl4.ops.beam_search import beam_search
from keras_dl4.ops.divergences import bernoulli_kl
from keras_dl4.ops.divergences import gaussian_kl
from keras_dl4.ops.grid_sample import grid_sample
from keras_dl4.ops.image_warps import dense_image_warp
from keras_dl4.ops.image_warps import sparse_image_warp
from keras_dl4.ops.importance_weighting import gaussian_log_density
from keras_dl4.ops.importance_weighting import log_mean_exp
from keras_dl4.ops.jacobian_norm import squared_jacobian_norm
from keras_dl4.ops.jacobians import batch_jacobian
from keras_dl4.ops.memory_access import erase_and_add
from keras_dl4.ops.memory_access import read_memory
from keras_dl4.ops.memory_addressing import circular_shift
from keras_dl4.ops.memory_addressing import content_weighting
from keras_dl4.ops.memory_addressing import interpolate
from keras_dl4.ops.memory_addressing import sharpen
from keras_dl4.ops.memory_hops import read_by_attention
from keras_dl4.ops.ranking import pairwise_ranking_cost
from keras_dl4.ops.reconstruction import bernoulli_cross_entropy
from keras_dl4.ops.reconstruction import squared_error
from keras_dl4.ops.sampling_grids import affine_grid
from keras_dl4.ops.sampling_grids import projective_grid
from keras_dl4.ops.sampling_grids import regular_grid
from keras_dl4.ops.seeded_noise import normal_of_seeds
from keras_dl4.ops.sentence_encoding import position_weights
from keras_dl4.ops.splines import control_point_grid
from keras_dl4.ops.splines import interpolate_spline
from keras_dl4.ops.splines import thin_plate_spline_grid
from keras_dl4.ops.unit_normalization import unit_normalize

__all__ = [
    "affine_grid",
    "batch_jacobian",
    "beam_search",
    "bernoulli_cross_entropy",
    "bernoulli_kl",
    "circular_shift",
    "content_weighting",
    "control_point_grid",
    "dense_image_warp",
    "erase_and_add",
    "gaussian_kl",
    "gaussian_log_density",
    "grid_sample",
    "interpolate",
    "interpolate_spline",
    "log_mean_exp",
    "normal_of_seeds",
    "pairwise_ranking_cost",
    "position_weights",
    "projective_grid",
    "read_by_attention",
    "read_memory",
    "regular_grid",
    "sharpen",
    "sparse_image_warp",
    "squared_error",
    "squared_jacobian_norm",
    "thin_plate_spline_grid",
    "unit_normalize",
]

"""What needs a whole data set: measures of trained encoders."""

from keras_dl4.evaluation.active_units import active_units
from keras_dl4.evaluation.caption_scores import bleu
from keras_dl4.evaluation.caption_scores import cider_d
from keras_dl4.evaluation.caption_scores import rouge_l
from keras_dl4.evaluation.contraction_ratio import contraction_ratio
from keras_dl4.evaluation.feature_distances import frechet_distance
from keras_dl4.evaluation.feature_distances import kernel_distance
from keras_dl4.evaluation.jacobian_norm import mean_jacobian_norm
from keras_dl4.evaluation.linear_probe import linear_probe
from keras_dl4.evaluation.minimal_pairs import minimal_pair_accuracy
from keras_dl4.evaluation.mode_coverage import mode_masses
from keras_dl4.evaluation.mode_coverage import wasserstein_distance
from keras_dl4.evaluation.nearest_examples import nearest_examples
from keras_dl4.evaluation.parzen import ParzenWindow
from keras_dl4.evaluation.retrieval import analogy_accuracy
from keras_dl4.evaluation.retrieval import retrieval_metrics
from keras_dl4.evaluation.saturation import saturation
from keras_dl4.evaluation.tangent_directions import tangent_directions

__all__ = [
    "ParzenWindow",
    "active_units",
    "analogy_accuracy",
    "bleu",
    "cider_d",
    "contraction_ratio",
    "frechet_distance",
    "kernel_distance",
    "linear_probe",
    "mean_jacobian_norm",
    "minimal_pair_accuracy",
    "mode_masses",
    "nearest_examples",
    "retrieval_metrics",
    "rouge_l",
    "saturation",
    "tangent_directions",
    "wasserstein_distance",
]

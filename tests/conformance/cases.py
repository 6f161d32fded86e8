"""Every public layer, model, loss, metric and regularizer, once.

A new class needs one `Case` in the file of its system and nothing else; see
`case.py` for what it declares. A class with several modes has a further case
per mode, named `"ClassName/mode"`.
"""

from tests.conformance.cases_autoencoder_models import AUTOENCODER_MODEL_CASES
from tests.conformance.cases_autoencoder_penalties import (
    AUTOENCODER_PENALTY_CASES,
)
from tests.conformance.cases_autoencoders import AUTOENCODER_CASES
from tests.conformance.cases_gan import GAN_CASES
from tests.conformance.cases_gan_layers import GAN_LAYER_CASES
from tests.conformance.cases_language_models import LANGUAGE_MODEL_CASES
from tests.conformance.cases_memn2n_restarts import MEMN2N_RESTARTS_CASES
from tests.conformance.cases_memnn import MEMNN_CASES
from tests.conformance.cases_memory_networks import MEMORY_NETWORK_CASES
from tests.conformance.cases_ntm import NTM_CASES
from tests.conformance.cases_peephole_lstm import PEEPHOLE_LSTM_CASES
from tests.conformance.cases_sentence_language_models import (
    SENTENCE_LANGUAGE_MODEL_CASES,
)
from tests.conformance.cases_spatial_transformer import (
    SPATIAL_TRANSFORMER_CASES,
)
from tests.conformance.cases_variational_autoencoder import (
    VARIATIONAL_AUTOENCODER_CASES,
)
from tests.conformance.cases_visual_semantic_embedding import (
    VISUAL_SEMANTIC_EMBEDDING_CASES,
)

CASES = [
    *AUTOENCODER_MODEL_CASES,
    *AUTOENCODER_PENALTY_CASES,
    *AUTOENCODER_CASES,
    *GAN_CASES,
    *GAN_LAYER_CASES,
    *LANGUAGE_MODEL_CASES,
    *MEMN2N_RESTARTS_CASES,
    *MEMNN_CASES,
    *MEMORY_NETWORK_CASES,
    *NTM_CASES,
    *PEEPHOLE_LSTM_CASES,
    *SENTENCE_LANGUAGE_MODEL_CASES,
    *SPATIAL_TRANSFORMER_CASES,
    *VARIATIONAL_AUTOENCODER_CASES,
    *VISUAL_SEMANTIC_EMBEDDING_CASES,
]

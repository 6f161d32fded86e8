from keras_dl4.serving.autoencoders import export_autoencoder
from keras_dl4.serving.clean_process import check_in_clean_process
from keras_dl4.serving.clean_process import check_signatures_in_clean_process
from keras_dl4.serving.contract import check_saved_model
from keras_dl4.serving.export import export_saved_model
from keras_dl4.serving.gans import export_gan
from keras_dl4.serving.story_answers import export_story_answers
from keras_dl4.serving.visual_semantic_embeddings import (
    export_visual_semantic_embedding,
)

__all__ = [
    "check_in_clean_process",
    "check_saved_model",
    "check_signatures_in_clean_process",
    "export_autoencoder",
    "export_gan",
    "export_saved_model",
    "export_story_answers",
    "export_visual_semantic_embedding",
]

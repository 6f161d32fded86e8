from keras_dl4.datasets.shape_scenes.caption_truth import caption_truth
from keras_dl4.datasets.shape_scenes.captions import TaggedCaption
from keras_dl4.datasets.shape_scenes.gallery import analogy_questions
from keras_dl4.datasets.shape_scenes.lexicon import TAGS
from keras_dl4.datasets.shape_scenes.lexicon import VOCABULARY
from keras_dl4.datasets.shape_scenes.mirrored_pairs import MirroredPairs
from keras_dl4.datasets.shape_scenes.mirroring import mirror_scenes
from keras_dl4.datasets.shape_scenes.rendering import render_scenes
from keras_dl4.datasets.shape_scenes.scene import Scene
from keras_dl4.datasets.shape_scenes.scene import SceneObject
from keras_dl4.datasets.shape_scenes.shape_scenes import ShapeScenes
from keras_dl4.datasets.shape_scenes.token_ids import encode_captions
from keras_dl4.datasets.shape_scenes.truth import evaluate_caption

__all__ = [
    "TAGS",
    "VOCABULARY",
    "MirroredPairs",
    "Scene",
    "SceneObject",
    "ShapeScenes",
    "TaggedCaption",
    "analogy_questions",
    "caption_truth",
    "encode_captions",
    "evaluate_caption",
    "mirror_scenes",
    "render_scenes",
]

from keras_dl4.datasets.image_captions.caption_pairs import CaptionPairs
from keras_dl4.datasets.image_captions.caption_words import encode_captions
from keras_dl4.datasets.image_captions.caption_words import make_vocabulary
from keras_dl4.datasets.image_captions.captioned_image import CaptionedImage
from keras_dl4.datasets.image_captions.captioned_image import split_words
from keras_dl4.datasets.image_captions.dictionary_tagger import DictionaryTagger
from keras_dl4.datasets.image_captions.formats import read_coco
from keras_dl4.datasets.image_captions.formats import read_flickr_tokens
from keras_dl4.datasets.image_captions.formats import read_karpathy
from keras_dl4.datasets.image_captions.formats import write_karpathy
from keras_dl4.datasets.image_captions.loading import load_coco_captions
from keras_dl4.datasets.image_captions.loading import load_coco_photos
from keras_dl4.datasets.image_captions.loading import load_emoji
from keras_dl4.datasets.image_captions.word_vectors import load_word_vectors

__all__ = [
    "CaptionPairs",
    "CaptionedImage",
    "DictionaryTagger",
    "encode_captions",
    "load_coco_captions",
    "load_coco_photos",
    "load_emoji",
    "load_word_vectors",
    "make_vocabulary",
    "read_coco",
    "read_flickr_tokens",
    "read_karpathy",
    "split_words",
    "write_karpathy",
]

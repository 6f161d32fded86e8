"""A captioner with its settings, as a model from images to word ids."""

import math
import numbers

import keras

from keras_dl4.models.caption_generation import caption_images


class CaptionNetwork(keras.Model):
    """Writes captions of images, under given structures.

    It is made by `keras_dl4.models.SCNLM.caption_network`, shares the weights
    of that, and is not saved.

    Args:
        model: `keras_dl4.models.SCNLM` with an embedding.
        structures: Int array `(num_structures, words)`.
        num_candidates: Positive int, captions of each image.
        beam_width: Positive int, hypotheses under each structure.
        cosine_weight: Finite float, weight of the cosine of image and caption.
        language_weight: Finite float, weight of the log-probability of a
            caption.
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Call arguments:
        inputs: Tensor `(batch, ...)`, images, as the embedding takes them.
        training: Boolean, not used. Defaults to `False`.

    Returns:
        Dict of tensors, as of `caption_images`.

    Raises:
        ValueError: If a number is none of those, or there are fewer
            hypotheses than captions.
    """

    def __init__(
        self,
        model,
        structures,
        num_candidates,
        beam_width,
        cosine_weight,
        language_weight,
        **kwargs,
    ):
        super().__init__(**kwargs)
        sizes = {"num_candidates": num_candidates, "beam_width": beam_width}
        for name, size in sizes.items():
            if not isinstance(size, int) or isinstance(size, bool) or size < 1:
                raise ValueError(
                    f"`{name}` must be a positive int. Received: "
                    f"{name}={size!r}."
                )
        weights = {
            "cosine_weight": cosine_weight,
            "language_weight": language_weight,
        }
        for name, weight in weights.items():
            is_number = isinstance(weight, numbers.Real)
            if not is_number or not math.isfinite(weight):
                raise ValueError(
                    f"`{name}` must be a finite number. Received: "
                    f"{name}={weight!r}."
                )
        if num_candidates > len(structures) * beam_width:
            raise ValueError(
                f"There are {len(structures)} structures, and `beam_width` "
                f"captions of each. Received: beam_width={beam_width}, "
                f"num_candidates={num_candidates}. Draw more structures, or "
                "widen the beam."
            )
        self.model = model
        self.structures = structures
        self.settings = {
            "num_candidates": num_candidates,
            "beam_width": beam_width,
            **weights,
        }
        self.built = True

    def call(self, inputs, training=False):
        return caption_images(
            self.model,
            self.model.embedding,
            inputs,
            self.structures,
            **self.settings,
        )

"""What a model server answers for a GAN."""

import keras
from keras import ops


def gan_signatures(gan):
    """Signatures for `keras_dl4.serving.export_saved_model`.

    Args:
        gan: `keras_dl4.models.GAN`.

    Returns:
        Dict of `generate`, from latent vectors to samples, and `discriminate`,
        from data to logits and scores; both take labels with `num_classes`.
    """
    label = keras.InputSpec(shape=(None,), dtype="int32", name="label")

    def taken(name, shape):
        spec = keras.InputSpec(shape=shape, dtype="float32", name=name)
        return spec if gan.num_classes is None else [spec, label]

    def generate(inputs):
        latent, *labels = _as_list(inputs)
        return {"sample": ops.cast(gan.generate(latent, *labels), "float32")}

    def discriminate(inputs):
        logits = gan(inputs, training=False)
        return {"logit": logits, "score": gan.game.score(logits)}

    return {
        "generate": (generate, taken("latent", (None, gan.latent_dim))),
        "discriminate": (discriminate, taken("data", tuple(gan.made.shape))),
    }


def _as_list(inputs):
    return list(inputs) if isinstance(inputs, list | tuple) else [inputs]

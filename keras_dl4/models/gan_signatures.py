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
        return spec if gan.num_classes is None else {name: spec, "label": label}

    def generate(inputs):
        sample = gan.generate(*_parts(inputs, "latent"))
        return {"sample": ops.cast(sample, "float32")}

    def discriminate(inputs):
        x, *labels = _parts(inputs, "data")
        given = [ops.cast(x, "float32"), *labels]
        logits = gan(given if labels else given[0], training=False)
        return {"logit": logits, "score": gan.game.score(logits)}

    return {
        "generate": (generate, taken("latent", (None, gan.latent_dim))),
        "discriminate": (discriminate, taken("data", tuple(gan.made.shape))),
    }


def _parts(inputs, name):
    """List of one tensor, or of it and labels."""
    if isinstance(inputs, dict):
        return [inputs[name], ops.cast(inputs["label"], "int32")]
    return [inputs]

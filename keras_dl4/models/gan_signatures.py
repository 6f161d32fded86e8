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

    def taken(name, shape):
        specs = _specs(gan, name, shape)
        return specs if gan.num_classes is not None else specs[name]

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


def gan_inputs(gan):
    """What a GAN is called with.

    Args:
        gan: `keras_dl4.models.GAN`.

    Returns:
        `keras.InputSpec` of the data; a list of it and that of the labels with
        `num_classes`.
    """
    specs = list(_specs(gan, "data", tuple(gan.made.shape)).values())
    return specs if gan.num_classes is not None else specs[0]


def _specs(gan, name, shape):
    """Specs by name, of what has this one, and of labels if there are any."""
    wanted = {name: (shape, "float32"), "label": ((None,), "int32")}
    if gan.num_classes is None:
        del wanted["label"]
    return {
        name: keras.InputSpec(shape=shape, dtype=dtype, name=name)
        for name, (shape, dtype) in wanted.items()
    }


def _parts(inputs, name):
    """List of one tensor, or of it and labels."""
    if isinstance(inputs, dict):
        return [inputs[name], ops.cast(inputs["label"], "int32")]
    return [inputs]

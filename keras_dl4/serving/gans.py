"""Export of adversarial models, to make samples and to judge data."""

import pathlib
import shutil

import keras
import numpy as np

from keras_dl4.serving.clean_process import check_signatures_in_clean_process
from keras_dl4.serving.export import export_saved_model


def export_gan(model, path, *, tolerance=1e-3):
    """Writes a GAN as a SavedModel, and checks what it answers.

    `generate` makes a `sample` of each `latent`, `discriminate` gives the
    `logit` and the `score` of `data`, and both take a `label` if the model has
    classes. `serving_default` is the model as it is called, the judge.
    Signatures are held against the model in a process without keras_dl4; a
    model that differs there is removed again.

    Args:
        model: `keras_dl4.models.GAN`.
        path: String or path of the version, as of `export_saved_model`.
        tolerance: Positive float, the largest absolute difference that is
            let pass. Defaults to `1e-3`.

    Returns:
        The report of `check_saved_model`.

    Raises:
        ValueError: As of `export_saved_model`; if a signature fails or
            differs.
        FileExistsError: If that version exists.

    Example:

    >>> import os
    >>> import tempfile
    >>> from keras_dl4 import serving
    >>> networks = [
    ...     keras.Sequential([keras.Input((n,)), keras.layers.Dense(5 - n)])
    ...     for n in (1, 4)
    ... ]
    >>> gan = keras_dl4.models.GAN(*networks, latent_dim=1)
    >>> path = os.path.join(tempfile.mkdtemp(), "1")
    >>> report = serving.export_gan(gan, path)
    >>> sorted(report["signatures"])
    ['discriminate', 'generate', 'serve', 'serving_default']
    """
    signatures = model.serving_signatures()
    rng = np.random.default_rng(0)
    latent = rng.normal(size=(2, model.latent_dim)).astype("float32")
    label = {} if model.num_classes is None else {"label": np.int32([0, 0])}
    sample = signatures["generate"][0](
        {"latent": latent, **label} if label else latent
    )["sample"]
    data = keras.ops.convert_to_numpy(sample)
    examples = {
        "generate": {"latent": latent, **label},
        "discriminate": {"data": data, **label},
    }
    report = export_saved_model(model, path, signatures=signatures)
    try:
        check_signatures_in_clean_process(path, signatures, examples, tolerance)
    except ValueError:
        shutil.rmtree(pathlib.Path(path))
        raise
    return report

"""Export of autoencoders, with a signature for each thing that they do."""

import pathlib
import shutil

import keras
import numpy as np

from keras_dl4.serving.clean_process import check_signatures_in_clean_process
from keras_dl4.serving.export import export_saved_model


def export_autoencoder(
    model, path, data, *, input_name="image", further=None, tolerance=1e-3
):
    """Writes an autoencoder as a SavedModel, and checks what it answers.

    All signatures of the model's `serving_signatures()` are exported beside
    `serving_default`, and each is then held against the model in a process
    without keras_dl4. A model that differs there is removed again.

    Args:
        model: Autoencoder of `keras_dl4.models`.
        path: String or path of the version, as of `export_saved_model`.
        data: Array `(batch, ...)`, examples of what the model is trained on.
            They go in, and answers come out, in float32.
        input_name: String, what clients call the data. Defaults to `"image"`.
        further: Dictionary from the names of signatures beside `encode`,
            `decode` and `reconstruct` to examples of what they take,
            dictionaries of arrays by name. Defaults to `None`.
        tolerance: Positive float, the largest absolute difference that is
            let pass. Defaults to `1e-3`.

    Returns:
        The report of `check_saved_model`.

    Raises:
        ValueError: As of `export_saved_model`; if a signature is without an
            example, fails, or differs.
        FileExistsError: If that version exists.

    Example:

    >>> import os
    >>> import tempfile
    >>> from keras_dl4 import serving
    >>> encoder, decoder = (
    ...     keras.Sequential([keras.Input((n,)), keras.layers.Dense(6 - n)])
    ...     for n in (4, 2)
    ... )
    >>> autoencoder = keras_dl4.models.Autoencoder(encoder, decoder)
    >>> path = os.path.join(tempfile.mkdtemp(), "1")
    >>> data = np.ones((3, 4), "float32")
    >>> report = serving.export_autoencoder(autoencoder, path, data)
    >>> sorted(report["signatures"])
    ['decode', 'encode', 'reconstruct', 'serve', 'serving_default']
    """
    signatures = model.serving_signatures()
    data = np.asarray(data, "float32")
    given = {input_name: data}
    code = keras.ops.cast(model.encode(data), "float32")
    examples = {
        "encode": given,
        "decode": {"code": keras.ops.convert_to_numpy(code)},
        "reconstruct": given,
        **(further or {}),
    }
    report = export_saved_model(
        model,
        path,
        input_signature=keras.InputSpec(
            shape=(None, *data.shape[1:]), dtype="float32", name=input_name
        ),
        signatures=signatures,
    )
    try:
        check_signatures_in_clean_process(path, signatures, examples, tolerance)
    except ValueError:
        shutil.rmtree(pathlib.Path(path))
        raise
    return report

import json

import keras
import numpy as np
import pytest

from keras_dl4 import transforms


def test_constraints_fix_entries():
    affine = transforms.Affine([[None, 0.5, None], [0, None, -0.25]])
    matrix = np.asarray(affine.matrix([[1.0, 2.0, 3.0]]))
    np.testing.assert_array_equal(
        matrix[0], [[1.0, 0.5, 2.0], [0.0, 3.0, -0.25], [0.0, 0.0, 1.0]]
    )


@pytest.mark.parametrize(
    "constraints", [[[None] * 3], [[0] * 3] * 2, [[None] * 4] * 3]
)
def test_wrong_constraints_are_refused(constraints):
    with pytest.raises(ValueError, match="`constraints` must"):
        transforms.Affine(constraints)


def test_rank_must_be_2_or_3():
    with pytest.raises(ValueError, match="`rank` must be 2"):
        transforms.Affine(rank=1)


def test_a_parameter_reaches_only_its_entry():
    affine = transforms.Affine([[None, 0, None], [0, None, 0]])
    matrix = np.array(affine.matrix([[np.nan, 2.0, 3.0]]))[0]
    assert np.isnan(matrix[0, 0])
    matrix[0, 0] = 1.0
    np.testing.assert_array_equal(matrix, [[1, 0, 2], [0, 3, 0], [0, 0, 1]])


def test_constraints_in_an_array_are_saved_as_lists():
    listed = [[None, 0.5, None], [0, None, None]]
    affine = transforms.Affine(np.array(listed, dtype=object))
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(affine)))
    assert transforms.get(config).constraints == listed

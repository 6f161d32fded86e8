"""Names of distortions."""

import pytest

from keras_dl4 import datasets
from keras_dl4.datasets import distort_digits


@pytest.mark.parametrize(
    "name, class_name",
    [
        ("R", "RotatedDigits"),
        ("RTS", "PlacedDigits"),
        ("P", "ProjectedDigits"),
        ("E", "ElasticDigits"),
        ("TC", "ClutteredDigits"),
        ("addition", "AdditionDigits"),
        ("colocalization", "ColocalizationDigits"),
        ("extruded", "ExtrudedDigits"),
    ],
)
def test_name_gives_the_class(images, labels, name, class_name):
    digits = distort_digits(name, images, labels, seed=5)
    assert type(digits) is getattr(datasets, class_name)
    assert digits.seed == 5


@pytest.mark.parametrize("name", ["r", "", None, 3, ["R"]])
def test_unknown_name_error_lists_the_names(images, labels, name):
    with pytest.raises(ValueError, match="one of 'E', .*'RTS', .*, 'extruded'"):
        distort_digits(name, images, labels)

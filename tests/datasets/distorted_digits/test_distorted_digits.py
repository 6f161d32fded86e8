"""What all distortions share: purity, epochs, batches and bad arguments."""

import keras
import numpy as np
import pytest

from keras_dl4 import datasets
from keras_dl4.datasets import DistortedDigits
from keras_dl4.datasets import RotatedDigits
from keras_dl4.datasets import distort_digits

# Distortion: shape of an image, and what `draw` tells beside image, label and
# source.
SHAPES = {
    "R": ((28, 28, 1), {"transform": (2, 3)}),
    "RTS": ((42, 42, 1), {"transform": (2, 3)}),
    "P": ((28, 28, 1), {"transform": (3, 3), "corners": (4, 2)}),
    "E": ((28, 28, 1), {"points": (16, 2)}),
    "TC": (
        (60, 60, 1),
        {
            "transform": (2, 3),
            "box": (4,),
            "ink_box": (4,),
            "patches": (6, 5),
        },
    ),
    "addition": (
        (42, 42, 2),
        {"transforms": (2, 2, 3), "digits": (2,), "other": ()},
    ),
    "colocalization": (
        (84, 84, 1),
        {
            "transform": (2, 3),
            "box": (4,),
            "ink_box": (4,),
            "patches": (16, 5),
        },
    ),
    "extruded": ((30, 30, 30, 1), {"transform": (3, 4)}),
}
OPTIONS = {"extruded": {"volume_size": 30}}  # small, to be quick
needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="builds a tf.data pipeline"
)


@pytest.fixture(params=SHAPES)
def make(request, images, labels):
    """`make(**options)`: a small set of one distortion."""

    def make(**options):
        options = {"num_examples": 6, "batch_size": 4, **options}
        options |= OPTIONS.get(request.param, {})
        return distort_digits(request.param, images, labels, **options)

    make.distortion = request.param
    return make


def assert_same(examples, expected):
    assert examples.keys() == expected.keys()
    for name in expected:
        np.testing.assert_array_equal(examples[name], expected[name])


def test_every_distortion_is_tested():
    concrete = {
        name
        for name in datasets.__all__
        if isinstance(getattr(datasets, name), type)
        and issubclass(getattr(datasets, name), DistortedDigits)
    }
    assert len(concrete - {"DistortedDigits"}) == len(SHAPES)


def test_examples_have_the_announced_shapes(make):
    digits = make()
    image_shape, truth = SHAPES[make.distortion]
    shapes = {"image": image_shape, "label": (), "source": (), **truth}
    examples = digits.draw()
    assert {k: v.shape for k, v in examples.items()} == {
        name: (6, *shape) for name, shape in shapes.items()
    }
    assert digits.image_shape == image_shape
    assert examples["image"].dtype == np.float32
    assert examples["label"].dtype == np.int32
    assert examples["image"].min() >= 0.0
    assert 0.1 < examples["image"].max() <= 1.0 + 1e-6


def test_label_is_that_of_the_source(make):
    digits = make()
    examples = digits.draw()
    expected = digits.labels[examples["source"]]
    if make.distortion == "addition":
        expected = expected + digits.labels[examples["other"]]
    np.testing.assert_array_equal(examples["label"], expected)


def test_batches_are_the_examples_in_order(make):
    digits = make()
    examples = digits.draw()
    assert len(digits) == 2
    x, y = (np.concatenate(parts) for parts in zip(*digits, strict=True))
    np.testing.assert_array_equal(x, examples["image"])
    np.testing.assert_array_equal(y, examples[digits.target])
    for array, expected in zip(digits.arrays(), (x, y), strict=True):
        np.testing.assert_array_equal(array, expected)


def test_example_is_a_function_of_seed_epoch_and_number(make):
    """Not of the batch size, of the others, or of how many there are."""
    options = {"seed": 3, "shuffle": False, "fixed_epoch": False}
    digits = make(**options)
    digits.epoch = 2
    expected = digits.draw([4, 1])
    other = make(num_examples=9, batch_size=2, **options)
    assert_same(other.draw([4, 1], epoch=2), expected)
    other.epoch = 5
    other[1]
    assert_same(other.draw(np.array([4]), 2), digits.draw([4]))
    np.random.seed(1)
    np.random.random(7)
    assert_same(make(**options).draw([4, 1], epoch=2), expected)


def test_more_examples_than_a_chunk_are_the_same_ones(make):
    digits = make(num_examples=70)
    examples = digits.draw()
    for number in (0, 63, 64, 69):
        single = digits.draw([number])
        for name, value in single.items():
            np.testing.assert_array_equal(value[0], examples[name][number])


def test_seeds_and_epochs_differ(make):
    digits = make(fixed_epoch=False)
    first = digits.draw()["image"]
    other = make(fixed_epoch=False, seed=1).draw()["image"]
    assert not np.array_equal(first, other)
    digits.on_epoch_end()
    assert digits.epoch == 1
    assert not np.array_equal(digits.draw()["image"], first)


def test_fixed_epoch_stays_and_keeps_the_order(make):
    digits = make(fixed_epoch=True)
    first = digits.draw()
    digits.on_epoch_end()
    assert digits.epoch == 0
    assert_same(digits.draw(), first)
    np.testing.assert_array_equal(
        first["source"], np.resize(digits.candidates, 6)
    )


def test_every_digit_occurs_once_before_any_twice(images, labels):
    digits = RotatedDigits(images, labels, num_examples=50)
    sources = digits.draw()["source"]
    assert not np.array_equal(sources[:20], np.arange(20))
    assert not np.array_equal(sources[:20], sources[20:40])
    for part in (sources[:20], sources[20:40]):
        np.testing.assert_array_equal(np.sort(part), np.arange(20))
    assert len(set(sources[40:])) == 10


# Comparing runs needs the same numbers on any machine.
@pytest.mark.parametrize(
    "distortion, expected",
    [
        ("R", 65.7291),
        ("RTS", 61.9078),
        ("P", 47.7450),
        ("E", 62.0495),
        ("TC", 132.6968),
        ("addition", 422.7600),
        ("colocalization", 300.9299),
        ("extruded", 1138.6806),
    ],
)
def test_numbers_are_the_recorded_ones(distortion, expected):
    rows = np.arange(28, dtype="float32")
    images = np.stack([np.outer(rows, rows) / 729.0, np.eye(28, dtype="f")])
    digits = distort_digits(
        distortion, images, np.arange(2), num_examples=3, seed=11
    )
    image = digits.draw(epoch=5)["image"].astype("float64")
    weights = np.arange(image.size).reshape(image.shape) / image.size
    np.testing.assert_allclose((image * weights).sum(), expected, rtol=1e-5)


def test_float64_images_without_a_channel_are_taken(images, labels):
    expected = RotatedDigits(images, labels).draw()
    images = images[..., 0].astype("float64")
    assert_same(RotatedDigits(images, labels.astype("uint8")).draw(), expected)


def test_last_small_batch_can_be_dropped(make):
    digits = make(drop_remainder=True)
    assert len(digits) == 1
    assert len(digits[0][0]) == 4
    with pytest.raises(ValueError, match="`index` must be an integer"):
        digits[1]


def test_digits_fit(images, labels):
    digits = RotatedDigits(images, labels, batch_size=8)
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss)
    losses = model.fit(digits, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert digits.epoch == 4


@needs_tensorflow
def test_tf_dataset_gives_the_numbers_of_indexing(make):
    digits = make(fixed_epoch=False)
    digits.epoch = 4
    dataset = digits.as_tf_dataset(num_epochs=2)
    digits.epoch = 9
    assert int(dataset.cardinality()) == 4
    for _ in range(2):  # iterating again starts again
        batches = list(dataset.as_numpy_iterator())
        assert len(batches) == 4
        for position, batch in enumerate(batches):
            digits.epoch = 4 + position // 2
            for array, expected in zip(
                batch, digits[position % 2], strict=True
            ):
                np.testing.assert_array_equal(array, expected)


@needs_tensorflow
def test_tf_dataset_without_end_goes_on(images, labels):
    import tensorflow as tf

    digits = RotatedDigits(images, labels, batch_size=10)
    dataset = digits.as_tf_dataset()
    assert int(dataset.cardinality()) == tf.data.INFINITE_CARDINALITY
    *_, (x, _) = dataset.take(5).as_numpy_iterator()
    np.testing.assert_array_equal(x, digits.draw(range(10), 2)["image"])
    digits = RotatedDigits(images, labels, batch_size=10, fixed_epoch=True)
    *_, (x, _) = digits.as_tf_dataset().take(5).as_numpy_iterator()
    np.testing.assert_array_equal(x, digits[0][0])


@needs_tensorflow
@pytest.mark.parametrize(
    "options, rows",
    [
        ({"batch_size": 10}, 10),
        ({"batch_size": 7}, None),
        ({"batch_size": 7, "drop_remainder": True}, 7),
    ],
)
def test_tf_dataset_has_static_shapes(images, labels, options, rows):
    digits = RotatedDigits(images, labels, **options)
    x, y = digits.as_tf_dataset(1).element_spec
    assert x.shape.as_list() == [rows, 28, 28, 1]
    assert y.shape.as_list() == [rows]
    assert y.dtype.name == "int32"


@pytest.mark.parametrize(
    "name, value",
    [
        ("batch_size", 0),
        ("batch_size", 1.5),
        ("num_examples", 0),
        ("num_examples", True),
        ("seed", -1),
        ("seed", 2**32),
    ],
)
def test_bad_number_error_names_it(make, name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be an integer"):
        make(**{name: value})


@pytest.mark.parametrize("indices", [[6], [-1], [], [0.0], 3, "all"])
def test_examples_that_are_not_there_are_refused(make, indices):
    with pytest.raises(ValueError, match="`indices` must be"):
        make().draw(indices)


@pytest.mark.parametrize("epoch", [-1, 1.5, True])
def test_bad_epoch_is_refused(make, epoch):
    with pytest.raises(ValueError, match="`epoch` must be an integer"):
        make().epoch = epoch
    with pytest.raises(ValueError, match="`epoch` must be an integer"):
        make().draw([0], epoch)


@needs_tensorflow
def test_tf_dataset_of_no_epochs_is_refused(make):
    with pytest.raises(ValueError, match="`num_epochs` must be an integer"):
        make().as_tf_dataset(0)

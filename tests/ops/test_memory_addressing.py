"""Addressing against loops written from the equations of the paper."""

import functools

import keras
import numpy as np
import pytest

from keras_dl4.ops import circular_shift
from keras_dl4.ops import content_weighting
from keras_dl4.ops import interpolate
from keras_dl4.ops import sharpen
from tests.ops import paper_equations
from tests.ops.gradient_oracle import assert_gradients

# Around 31, reductions change their way through memory.
SIZES = [1, 3, 7, 31, 32, 64, 97, 128]
needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="gradient tapes and XLA switches are TensorFlow's",
)


def simplex(rng, *shape):
    return rng.dirichlet(np.ones(shape[-1]), shape[:-1])


def reference_content(memory, key, key_strength):
    return paper_equations.for_all_heads(
        paper_equations.content, key, key_strength, memory=memory
    )


reference_mix = functools.partial(
    paper_equations.for_all_heads, paper_equations.mix
)
reference_shift = functools.partial(
    paper_equations.for_all_heads, paper_equations.shift
)
reference_power = functools.partial(
    paper_equations.for_all_heads, paper_equations.power
)


def content_case(rng, size, heads=3, shifts=None):
    return [
        rng.normal(size=(2, size, 3)),
        rng.normal(size=(2, heads, 3)),
        rng.uniform(0.1, 9.0, (2, heads)),
    ]


def mix_case(rng, size, heads=3, shifts=None):
    return [
        simplex(rng, 2, heads, size),
        simplex(rng, 2, heads, size),
        rng.uniform(size=(2, heads)),
    ]


def shift_case(rng, size, heads=3, shifts=3):
    shifts = min(shifts, size - 1 + size % 2)
    return [simplex(rng, 2, heads, size), simplex(rng, 2, heads, shifts)]


def sharpen_case(rng, size, heads=3, shifts=None):
    return [simplex(rng, 2, heads, size), rng.uniform(1.0, 5.0, (2, heads))]


FUNCTIONS = {
    "content_weighting": (content_weighting, reference_content, content_case),
    "interpolate": (interpolate, reference_mix, mix_case),
    "circular_shift": (circular_shift, reference_shift, shift_case),
    "sharpen": (sharpen, reference_power, sharpen_case),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_are_those_of_the_paper(name, size, rng):
    function, reference, make_case = FUNCTIONS[name]
    arguments = make_case(rng, size)
    actual = function(*(a.astype("float32") for a in arguments))
    expected = reference(*arguments)
    assert expected.shape == (2, 3, size)
    np.testing.assert_allclose(actual, expected, rtol=2e-5, atol=1e-7)


@pytest.mark.parametrize("num_shifts", [1, 3, 5, 31])
def test_shift_of_any_range_is_that_of_the_paper(num_shifts, rng):
    arguments = shift_case(rng, 31, shifts=num_shifts)
    assert arguments[1].shape[-1] == num_shifts
    np.testing.assert_allclose(
        circular_shift(*(a.astype("float32") for a in arguments)),
        reference_shift(*arguments),
        atol=1e-6,
    )


def test_shift_of_all_locations_is_a_circular_convolution(rng):
    weighting, shifts = simplex(rng, 2, 3, 9), simplex(rng, 2, 3, 9)
    # The Fourier transform wants the share of shift 0 in front.
    kernel = np.roll(shifts, -4, axis=-1)
    product = np.fft.fft(weighting) * np.fft.fft(kernel)
    np.testing.assert_allclose(
        circular_shift(weighting.astype("float32"), shifts.astype("float32")),
        np.fft.ifft(product).real,
        atol=1e-6,
    )


@pytest.mark.parametrize(
    ("index", "destination"), [(0, 2), (1, 3), (2, 4), (3, 0), (4, 1)]
)
def test_shift_index_above_the_middle_moves_to_higher_locations(
    index, destination
):
    shift_weighting = np.eye(5, dtype="float32")[None, None, index]
    weighting = np.eye(5, dtype="float32")[None, None, 4]
    moved = circular_shift(weighting, shift_weighting)
    assert int(np.argmax(moved)) == destination


@pytest.mark.parametrize("name", FUNCTIONS)
def test_order_of_heads_is_only_a_name(name, rng):
    function, _, make_case = FUNCTIONS[name]
    arguments = [a.astype("float32") for a in make_case(rng, 7)]
    order = [2, 0, 1]
    permuted = [
        a if name == "content_weighting" and i == 0 else a[:, order]
        for i, a in enumerate(arguments)
    ]
    np.testing.assert_allclose(
        function(*permuted),
        np.array(function(*arguments))[:, order],
        atol=1e-7,
    )


@pytest.mark.parametrize("num_shifts", [2, 4, 7, 0])
def test_shift_refuses_even_and_too_large_ranges(num_shifts):
    with pytest.raises(ValueError, match=f"num_shifts={num_shifts}"):
        circular_shift(np.ones((1, 1, 5)), np.ones((1, 1, num_shifts)))


# Two stages of the reductions (64), an odd one (7), and one prime above 31.
@needs_tensorflow
@pytest.mark.parametrize("size", [7, 37, 64])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_are_finite_differences_of_the_paper(name, size, rng):
    function, reference, make_case = FUNCTIONS[name]
    arguments = make_case(rng, size, heads=2)
    assert_gradients(function, reference, arguments, jit=False)


@needs_tensorflow
@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_under_xla_are_the_same(name, rng):
    function, reference, make_case = FUNCTIONS[name]
    arguments = make_case(rng, 7, heads=3)
    assert_gradients(function, reference, arguments, jit=True)


@needs_tensorflow
@pytest.mark.parametrize("num_shifts", [1, 5, 7])
def test_gradients_of_any_shift_range(num_shifts, rng):
    arguments = shift_case(rng, 7, shifts=num_shifts)
    assert_gradients(circular_shift, reference_shift, arguments, jit=False)

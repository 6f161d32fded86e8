"""Each check fails for the mistake it is there to find."""

import types

import keras
import pytest

from tests.conformance import broken_toys
from tests.conformance import toys
from tests.conformance.case import Case
from tests.conformance.case import normal
from tests.conformance.checks_config import check_config_has_every_argument
from tests.conformance.checks_config import check_config_round_trip
from tests.conformance.checks_config import check_serialization
from tests.conformance.checks_coverage import check_coverage
from tests.conformance.checks_coverage import check_declared_class
from tests.conformance.checks_declared import check_declared_abilities
from tests.conformance.checks_declared import check_declared_outputs
from tests.conformance.checks_declared import check_dynamic_shapes
from tests.conformance.checks_masks import check_masks
from tests.conformance.checks_metrics import check_metric_accumulates
from tests.conformance.checks_precision import check_mixed_precision
from tests.conformance.checks_precision import check_pinned_float32
from tests.conformance.checks_saving import check_keras_file
from tests.conformance.checks_saving import check_keras_file_of_compiled_model
from tests.conformance.checks_saving import check_weights_file
from tests.conformance.checks_training import check_fit_lowers_the_loss
from tests.conformance.checks_training import check_jit_compiled_step
from tests.conformance.checks_training import check_two_replicas
from tests.conformance.checks_xla import check_xla
from tests.conformance.plan import REPLICA_CHECKS
from tests.conformance.plan import name_of
from tests.conformance.plan import planned
from tests.conformance.processes import check_report
from tests.conformance.toys import layer_case
from tests.conformance.toys import sum_case

# Some mistakes already end in an error of Keras or TensorFlow.
BROKEN = [
    (
        check_declared_class,
        Case("Other", "layer", toys.Scale, normal(4, 3)),
        "creates an object of class Scale",
    ),
    (
        check_declared_outputs,
        layer_case(toys.Scale, output_shape=(None, 3)),
        "Shapes",
    ),
    (check_declared_outputs, layer_case(toys.Scale, dtype="int32"), "Dtypes"),
    (check_declared_abilities, layer_case(toys.SumsTime), "takes a mask"),
    (
        check_dynamic_shapes,
        layer_case(broken_toys.CentersBatch),
        "Half of the batch",
    ),
    (
        check_config_has_every_argument,
        layer_case(broken_toys.LosesArgument),
        r"lacks the arguments \['scale'\]",
    ),
    (
        check_config_round_trip,
        layer_case(broken_toys.LosesArgument, 2.0),
        "After get_config",
    ),
    (
        check_config_round_trip,
        layer_case(broken_toys.RenamesConfig),
        "came back",
    ),
    (
        check_config_round_trip,
        layer_case(broken_toys.ConfigIsNotJson),
        "not JSON serializable",
    ),
    (
        check_serialization,
        layer_case(broken_toys.Unregistered),
        "not locate class",
    ),
    (check_keras_file, layer_case(broken_toys.Unregistered), "deserialized"),
    (check_keras_file, layer_case(broken_toys.HidesWeights), "Loaded .keras"),
    (
        check_weights_file,
        layer_case(broken_toys.HidesWeights),
        "Loaded weights",
    ),
    (
        check_keras_file_of_compiled_model,
        Case(
            "UnregisteredRegularizer",
            "regularizer",
            broken_toys.UnregisteredRegularizer,
            normal(4, 3),
        ),
        "deserialized",
    ),
    (check_xla, layer_case(broken_toys.AddsOneInGraphs), "Values under XLA"),
    (
        check_xla,
        layer_case(broken_toys.NoGradientInGraphs),
        "Gradients under XLA",
    ),
    (check_xla, layer_case(broken_toys.CallsPython), "PyFunc"),
    (
        check_mixed_precision,
        layer_case(broken_toys.Narrows),
        "must stay float32",
    ),
    (
        check_pinned_float32,
        toys.gru_case(pinned_float32=True),
        "States must stay float32",
    ),
    (
        check_pinned_float32,
        layer_case(toys.Scale, pinned_float32=True),
        "less than float32",
    ),
    (check_masks, sum_case(broken_toys.IgnoresMask), "Masked rows"),
    (
        check_masks,
        sum_case(broken_toys.LosesGradientToPadding),
        "Gradients with a mask",
    ),
    (
        check_metric_accumulates,
        Case(
            "AveragesBatches", "metric", broken_toys.AveragesBatches, toys.pair
        ),
        "In two batches",
    ),
    (
        check_fit_lowers_the_loss,
        layer_case(broken_toys.HasNoGradient),
        "No gradients provided",
    ),
    (
        check_fit_lowers_the_loss,
        layer_case(toys.Scale, learning_rate=1000.0),
        "did not fall",
    ),
    (
        check_jit_compiled_step,
        toys.model_case(broken_toys.StepsInPython),
        "PyFunc",
    ),
]


@pytest.mark.parametrize(
    ("check", "case", "message"),
    BROKEN,
    ids=[f"{name_of(check)}-{name_of(case)}" for check, case, _ in BROKEN],
)
def test_check_finds_the_mistake(check, case, message):
    with pytest.raises(Exception, match=message):
        check(case)


def test_fixed_time_fails_when_the_case_is_built():
    with pytest.raises(Exception, match="ncompatible shapes|not broadcast"):
        check_dynamic_shapes(layer_case(broken_toys.FixesTime))


@pytest.mark.parametrize(
    "case",
    [
        toys.model_case(broken_toys.ReducesMean),
        layer_case(broken_toys.SumsActivity),
        Case("ReducesMeanLoss", "loss", broken_toys.ReducesMeanLoss, toys.pair),
    ],
    ids=name_of,
)
def test_replicas_find_gradients_of_another_scale(case, strategy):
    with pytest.raises(AssertionError, match="Weights of two replicas"):
        check_two_replicas(case, strategy)


@pytest.mark.parametrize(
    ("check", "case"), planned(toys.SOUND_TOYS), ids=name_of
)
def test_sound_toy_passes(check, case):
    check(case)


@pytest.mark.parametrize(
    ("check", "case"), planned(toys.SOUND_TOYS, REPLICA_CHECKS), ids=name_of
)
def test_sound_toy_passes_on_replicas(check, case, strategy):
    check(case, strategy)


@pytest.mark.parametrize("case", broken_toys.SAVED_MODEL_TOYS, ids=name_of)
def test_saved_model_report_tells_sound_from_broken(case, saved_model_report):
    if case in toys.SOUND_TOYS:
        check_report(saved_model_report, case)
        return
    with pytest.raises(AssertionError, match=case.name):
        check_report(saved_model_report, case)


@pytest.mark.parametrize("case", broken_toys.JAX_TOYS, ids=name_of)
def test_jax_report_tells_sound_from_broken(case, jax_report):
    if case in toys.SOUND_TOYS:
        check_report(jax_report, case)
        return
    with pytest.raises(AssertionError, match="differs"):
        check_report(jax_report, case)


def fake_module(**members):
    return types.SimpleNamespace(__all__=list(members), **members)


def test_coverage_fails_for_an_undeclared_class():
    module = fake_module(Scale=toys.Scale, ToyLoss=toys.ToyLoss, helper=len)
    with pytest.raises(AssertionError, match=r"without .*\['ToyLoss'\]"):
        check_coverage([layer_case(toys.Scale)], [module])


def test_coverage_fails_for_a_class_declared_only_as_a_variant():
    case = Case("Scale/large", "layer", toys.Scale, normal(4, 3))
    with pytest.raises(AssertionError, match=r"without .*\['Scale'\]"):
        check_coverage([case], [fake_module(Scale=toys.Scale)])


def test_coverage_fails_for_a_class_declared_twice():
    cases = [layer_case(toys.Scale), layer_case(toys.Scale)]
    with pytest.raises(AssertionError, match="must differ"):
        check_coverage(cases, [fake_module(Scale=toys.Scale)])


def test_coverage_fails_for_a_case_of_no_public_class():
    with pytest.raises(AssertionError, match="no public class"):
        check_coverage([layer_case(toys.Scale)], [fake_module()])


def test_unknown_kind_raises():
    with pytest.raises(ValueError, match="`kind` must be one of"):
        Case("Scale", "callback", toys.Scale, normal(4, 3))


def test_policy_is_restored_after_a_check():
    before = keras.config.dtype_policy().name
    check_mixed_precision(toys.SOUND_TOYS[0])
    assert keras.config.dtype_policy().name == before

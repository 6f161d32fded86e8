"""Which check runs on which case: by kind and declared ability only."""

from tests.conformance.checks_config import check_config_has_every_argument
from tests.conformance.checks_config import check_config_round_trip
from tests.conformance.checks_config import check_serialization
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


def every(case):
    return True


def is_graph(case):
    return case.is_graph


def is_fitted(case):
    return case.is_trained and case.kind != "metric"


def is_part_of_compile(case):
    return not case.is_graph


PLAN = {
    check_declared_class: every,
    check_declared_outputs: every,
    check_declared_abilities: is_graph,
    check_dynamic_shapes: is_graph,
    check_config_has_every_argument: every,
    check_config_round_trip: every,
    check_serialization: every,
    check_keras_file: is_graph,
    check_weights_file: is_graph,
    check_keras_file_of_compiled_model: is_part_of_compile,
    check_xla: every,
    check_mixed_precision: every,
    check_pinned_float32: lambda case: case.is_graph and case.pinned_float32,
    check_masks: lambda case: case.has_masks,
    check_metric_accumulates: lambda case: case.kind == "metric",
    check_fit_lowers_the_loss: is_fitted,
    check_jit_compiled_step: lambda case: case.kind == "model",
}
# These need more than the case: the strategy, or another process.
REPLICA_CHECKS = {
    check_two_replicas: lambda case: case.per_example and case.is_trained
}


def planned(cases, plan=PLAN):
    """Pairs of check and case, case by case."""
    return [
        (check, case)
        for case in cases
        for check, applies in plan.items()
        if applies(case)
    ]


def name_of(value):
    """Test id of a check or a case."""
    name = getattr(value, "name", None) or value.__name__
    return name.removeprefix("check_")

"""Every public class passes every check of its kind."""

import importlib
import importlib.util

import pytest

from tests.conformance.cases import CASES
from tests.conformance.checks_coverage import check_coverage
from tests.conformance.plan import REPLICA_CHECKS
from tests.conformance.plan import name_of
from tests.conformance.plan import planned
from tests.conformance.processes import check_report

PACKAGES = ("layers", "models", "losses", "metrics", "regularizers")
GRAPH_CASES = [case for case in CASES if case.is_graph]


def test_every_public_class_is_declared_once():
    names = [f"keras_dl4.{package}" for package in PACKAGES]
    modules = [
        importlib.import_module(name)
        for name in names
        if importlib.util.find_spec(name)
    ]
    check_coverage(CASES, modules)


@pytest.mark.parametrize(("check", "case"), planned(CASES), ids=name_of)
def test_case(check, case):
    check(case)


@pytest.mark.parametrize(
    ("check", "case"), planned(CASES, REPLICA_CHECKS), ids=name_of
)
def test_case_on_replicas(check, case, strategy):
    check(case, strategy)


@pytest.mark.parametrize("case", GRAPH_CASES, ids=name_of)
def test_saved_model_answers_without_keras_dl4(case, saved_model_report):
    check_report(saved_model_report, case)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_jax_equals_tensorflow(case, jax_report):
    check_report(jax_report, case)

"""One process each for all cases that a session runs elsewhere."""

import pytest

from tests.conformance import broken_toys
from tests.conformance import processes
from tests.conformance.cases import CASES

PLACES = {
    ("tests.conformance.cases", "CASES"): CASES,
    ("tests.conformance.broken_toys", "JAX_TOYS"): broken_toys.JAX_TOYS,
}


def selected(request, fixture_name):
    """The cases of this session's tests that use the fixture."""
    cases = {}
    for item in request.session.items:
        if fixture_name in getattr(item, "fixturenames", ()):
            case = item.callspec.params["case"]
            cases[case.name] = case
    return list(cases.values())


@pytest.fixture(scope="session", autouse=True)
def other_processes(request, tmp_path_factory):
    """Started with the first test, to be done when their turn comes."""
    running = {}
    cases = selected(request, "jax_report")
    if cases:
        running["jax"] = processes.run_on_jax(
            {
                place: [case for case in members if case in cases]
                for place, members in PLACES.items()
            },
            tmp_path_factory.mktemp("jax"),
        )
    cases = selected(request, "saved_model_report")
    if cases:
        running["saved_model"] = processes.reload_saved_models(
            cases, tmp_path_factory.mktemp("saved_models")
        )
    yield running
    for process in running.values():
        process.stop()


@pytest.fixture(scope="session")
def saved_model_report(other_processes):
    return other_processes["saved_model"].report()


@pytest.fixture(scope="session")
def jax_report(other_processes):
    return other_processes["jax"].report()

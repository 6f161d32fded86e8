"""One process each for all cases that a session runs elsewhere."""

import pytest

from tests.conformance import processes
from tests.conformance import toys
from tests.conformance.cases import CASES


def selected(request):
    """The cases of this session's tests that use the fixture."""
    cases = {}
    for item in request.session.items:
        if request.fixturename in item.fixturenames:
            case = item.callspec.params["case"]
            cases[case.name] = case
    return list(cases.values())


@pytest.fixture(scope="session")
def saved_model_report(request, tmp_path_factory):
    root = tmp_path_factory.mktemp("saved_models")
    return processes.reload_saved_models(selected(request), root)


@pytest.fixture(scope="session")
def jax_report(request, tmp_path_factory):
    root, cases = tmp_path_factory.mktemp("jax"), selected(request)
    places = {
        ("tests.conformance.cases", "CASES"): CASES,
        ("tests.conformance.toys", "JAX_TOYS"): toys.JAX_TOYS,
    }
    return processes.run_on_jax(
        {
            place: [case for case in members if case in cases]
            for place, members in places.items()
        },
        root,
    )

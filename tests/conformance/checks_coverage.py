"""Every public class is declared, once."""

import collections
import inspect


def public_classes(modules):
    """Names of the classes that the modules list in `__all__`."""
    return [
        name
        for module in modules
        for name in module.__all__
        if inspect.isclass(getattr(module, name))
    ]


def check_coverage(cases, modules):
    public = set(public_classes(modules))
    names = collections.Counter(case.name for case in cases)
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise AssertionError(
            f"Case names must differ: {twice}. Call a further configuration "
            "of a class 'ClassName/what_differs'."
        )
    undeclared = sorted(public - set(names))
    if undeclared:
        raise AssertionError(
            f"Public classes without a conformance case: {undeclared}. "
            "Declare each in tests/conformance/cases.py."
        )
    unknown = {case.name for case in cases if case.class_name not in public}
    if unknown:
        raise AssertionError(f"Cases of no public class: {sorted(unknown)}")


def check_declared_class(case):
    created = type(case.create()).__name__
    if created != case.class_name:
        raise AssertionError(
            f"The case {case.name!r} creates an object of class {created}"
        )

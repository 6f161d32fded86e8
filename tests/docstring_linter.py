"""Compares docstrings with signatures, defaults and `raise` statements."""

import ast
import functools
import inspect
import re
import sys
import textwrap

SECTIONS = (
    "Args",
    "Call arguments",
    "Returns",
    "Raises",
    "Example",
    "References",
)
UNDOCUMENTED_METHODS = {"__init__", "build", "call", "get_config"}
GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi "
    "omicron pi rho sigma tau upsilon phi chi psi omega"
).split()
ENTRY = re.compile(r"(\*{0,2}\w+(?:, \*{0,2}\w+)*):(.*)")


def lint(public_object):
    """Everything wrong with the docstring of a public class or function."""
    docstring = inspect.cleandoc(public_object.__doc__ or "")
    if not docstring:
        return ["there is no docstring"]
    return [
        *section_problems(docstring, inspect.isclass(public_object)),
        *argument_problems(docstring, public_object),
        *raises_problems(docstring, public_object),
        *method_problems(public_object),
    ]


def section_problems(docstring, is_class):
    """Sections that are repeated, out of order, or missing."""
    found = [
        line[:-1]
        for line in docstring.splitlines()
        if line.endswith(":") and line[:-1] in SECTIONS
    ]
    problems = []
    if found != sorted(set(found), key=SECTIONS.index):
        problems.append(f"sections {found} are not in the order {SECTIONS}")
    if is_class and ">>>" not in section(docstring, "Example"):
        problems.append("there is no `Example:` with a doctest")
    return problems


def section(docstring, title):
    """The dedented text of one section, empty if it is not there."""
    lines = docstring.splitlines()
    if f"{title}:" not in lines:
        return ""
    start = lines.index(f"{title}:") + 1
    ends = [
        number
        for number, line in enumerate(lines[start:], start)
        if line.endswith(":") and line[:-1] in SECTIONS
    ]
    body = lines[start : ends[0] if ends else len(lines)]
    return textwrap.dedent("\n".join(body)).strip("\n")


def entries(text):
    """`{name: description}` of a section; grouped names share the text."""
    found, names = {}, ()
    for line in text.splitlines():
        match = ENTRY.fullmatch(line)
        if match:
            names = [name.lstrip("*") for name in match[1].split(", ")]
            found.update(dict.fromkeys(names, match[2]))
        elif line.startswith(" "):
            for name in names:
                found[name] += " " + line.strip()
    return found


def parameters_of(public_object):
    """Parameters that a caller can pass, and whether `**kwargs` is one."""
    function = public_object
    if inspect.isclass(public_object):
        function = public_object.__init__
    parameters = list(inspect.signature(function).parameters.values())
    if inspect.isclass(public_object):
        parameters = parameters[1:]
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    named = {p.name: p for p in parameters if p.kind not in variadic}
    return named, len(named) < len(parameters)


def argument_problems(docstring, public_object):
    """`Args:` beside the signature: names, order, and stated defaults."""
    documented = entries(section(docstring, "Args"))
    parameters, has_kwargs = parameters_of(public_object)
    names = [name for name in documented if name in parameters]
    problems = []
    for name in documented:
        if name not in parameters and not has_kwargs:
            problems.append(f"`Args` has `{name}`, the signature has not")
    for name in parameters:
        if name not in documented:
            problems.append(f"`Args` lacks `{name}`")
    if not problems and names != list(parameters):
        problems.append(f"`Args` is not in the order {list(parameters)}")
    for name in names:
        problem = default_problem(documented[name], parameters[name].default)
        if problem:
            problems.append(f"`{name}`: {problem}")
    return problems


def default_problem(description, default):
    """What is wrong with "Defaults to `x`.", or None."""
    stated = re.search(r"Defaults to `+([^`]*)`+", description)
    if default is inspect.Parameter.empty:
        return "states a default and has none" if stated else None
    if not stated:
        return f"does not state its default, `{default!r}`"
    try:
        value = ast.literal_eval(stated[1])
    except (SyntaxError, ValueError):
        return None if stated[1] == repr(default) else differs(stated, default)
    same = value == default and type(value) is type(default)
    return None if same else differs(stated, default)


def differs(stated, default):
    return f"states the default `{stated[1]}`; it is `{default!r}`"


def raises_problems(docstring, public_object):
    """`Raises:` beside the `raise` statements of the code."""
    documented = set(entries(section(docstring, "Raises")))
    module = public_object.__module__
    start = (module, public_object.__name__)
    near = raised_types(start, only=module)
    far = raised_types(start)
    return [
        *(f"documents {name}, never raised" for name in documented - far),
        *(f"raises {name}, not documented" for name in near - documented),
    ]


def raised_types(start, only=None):
    """Names of the exceptions that a definition can raise.

    Follows every name that the definition uses to its definition in the
    package, so that helpers count. It reads too much rather than too little:
    a use is taken for a call.

    Args:
        start: `(module name, name of a class or function in it)`.
        only: Module name to stay in, or None to follow imports.
    """
    found, seen, waiting = set(), set(), [start]
    while waiting:
        module, name = place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        definitions, imported = names_in(module)
        if name in imported:
            waiting.append(imported[name])
        for node in ast.walk(definitions.get(name, ast.Pass())):
            if isinstance(node, ast.Raise):
                found.add(exception_name(node))
            elif isinstance(node, ast.Name):
                waiting.append((module, node.id))
            elif isinstance(node, ast.Attribute):
                waiting.append(attribute_place(module, node, imported))
        waiting = [p for p in waiting if only in (None, p[0])]
    # An abstract method says so with NotImplementedError; callers never see it.
    return found - {None, "NotImplementedError"}


def attribute_place(module, node, imported):
    """Where `module_alias.name` is defined; any other attribute: nowhere."""
    alias = getattr(node.value, "id", None)
    if alias not in imported:
        return (module, "")
    return (".".join(imported[alias]), node.attr)


def exception_name(node):
    """`ValueError` of `raise ValueError(...)`; None where it is a variable."""
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    name = getattr(raised, "id", None)
    return name if name and name[0].isupper() else None


@functools.cache
def names_in(module):
    """`({name: definition}, {name: (module, name)})` of a package module."""
    if module not in sys.modules or not module.startswith("keras_dl4"):
        return {}, {}
    return read_names(inspect.getsource(sys.modules[module]))


def read_names(source):
    """Top-level definitions, and what is imported from the package."""
    definitions, imported = {}, {}
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            definitions[node.name] = node
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                place = (node.module, alias.name)
                imported[alias.asname or alias.name] = place
    return definitions, imported


def method_problems(public_object):
    """Docstrings where the one of the class says everything."""
    if not inspect.isclass(public_object):
        return []
    return [
        f"`{name}` has a docstring; write it on the class"
        for name in sorted(UNDOCUMENTED_METHODS)
        if getattr(vars(public_object).get(name), "__doc__", None)
    ]


def name_problems(name):
    """Greek or one-letter public names."""
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower().split("_")
    problems = []
    if not name.isascii() or set(words) & set(GREEK):
        problems.append(f"`{name}` is Greek; spell out what it means")
    if len(name) == 1:
        problems.append(f"`{name}` is one letter; spell out what it means")
    return problems

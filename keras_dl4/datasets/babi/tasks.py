"""The twenty tasks: their numbers, and their names in the official files."""

import operator

TASK_NAMES = {
    1: "single-supporting-fact",
    2: "two-supporting-facts",
    3: "three-supporting-facts",
    4: "two-arg-relations",
    5: "three-arg-relations",
    6: "yes-no-questions",
    7: "counting",
    8: "lists-sets",
    9: "simple-negation",
    10: "indefinite-knowledge",
    11: "basic-coreference",
    12: "conjunction",
    13: "compound-coreference",
    14: "time-reasoning",
    15: "basic-deduction",
    16: "basic-induction",
    17: "positional-reasoning",
    18: "size-reasoning",
    19: "path-finding",
    20: "agents-motivations",
}
SPLITS = ("train", "test")


def check_integer(name, value, smallest, largest=None):
    """The value as an int within bounds, or a `ValueError`."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    too_large = largest is not None and number is not None and number > largest
    if (
        number is None
        or isinstance(value, bool)
        or number < smallest
        or too_large
    ):
        bound = f"at least {smallest}" if largest is None else ""
        raise ValueError(
            f"`{name}` must be an integer, "
            f"{bound or f'from {smallest} to {largest}'}. "
            f"Received: {name}={value!r}."
        )
    return number


def check_task(task):
    """The number of a task as an int, or a `ValueError`."""
    return check_integer("task", task, 1, len(TASK_NAMES))


def file_name(task, split):
    """The name of an official file."""
    return f"qa{task}_{TASK_NAMES[task]}_{split}.txt"

"""Task 18: what fits in what, by way of a third."""

from keras_dl4.datasets.babi.story import Story

_LARGE = ("container", "box", "chest", "suitcase")
_SMALL = ("box of chocolates", "chocolate")
_SENTENCES = 5  # between attempts to ask


def size_reasoning(draws):
    """Task 18: the order of sizes is drawn, the chocolates are smallest."""
    story = Story()
    sizes = [*draws.shuffled(_LARGE), *_SMALL]  # largest first
    pairs = {}  # (larger, smaller): place of the sentence
    while len(story.questions) < 5:
        for _ in range(_SENTENCES):
            _tell(story, sizes, pairs, draws)
        for _ in range(5 - len(story.questions)):
            if not _ask(story, pairs, draws):
                break
    return story


def _tell(story, sizes, pairs, draws):
    larger, smaller = (sizes[i] for i in sorted(draws.sample(range(6), 2)))
    if draws.chance(0.5):
        place = story.tell(f"The {larger} is bigger than the {smaller}.")
    else:
        place = story.tell(f"The {smaller} fits inside the {larger}.")
    pairs[larger, smaller] = place


def _ask(story, pairs, draws):
    """Asks about two things with a third between, if there are such two."""
    chains = [
        (larger, smaller, pairs[larger, between], pairs[between, smaller])
        for larger, between in pairs
        for also_between, smaller in pairs
        if between == also_between
    ]
    if not chains:
        return False
    larger, smaller, *supports = draws.choice(chains)
    yes = draws.chance(0.5)
    if not yes:
        larger, smaller = smaller, larger
        supports.reverse()
    if draws.chance(0.5):
        question = f"Is the {larger} bigger than the {smaller}?"
    else:
        question = f"Does the {smaller} fit in the {larger}?"
        supports.reverse()
    story.ask(question, "yes" if yes else "no", supports)
    return True

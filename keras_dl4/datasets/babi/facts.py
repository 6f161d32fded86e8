"""Tasks 1 to 3: where people and things are, by one, two or three facts."""

from keras_dl4.datasets.babi.people import HOUSE
from keras_dl4.datasets.babi.people import move
from keras_dl4.datasets.babi.story import Story


def one_fact(draws):
    """Task 1: people move, the last move of someone answers."""
    story, arrivals = Story(), {}
    for _ in range(5):
        for _ in range(2):
            move(story, arrivals, draws, HOUSE)
        person = draws.choice(story.sentences).split(" ", 1)[0]
        room, place = arrivals[person]
        story.ask(f"Where is {person}?", room, [place])
    return story

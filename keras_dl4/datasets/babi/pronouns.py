"""Tasks 11 to 13: pronouns, and two people in a sentence."""

from keras_dl4.datasets.babi.story import Story
from keras_dl4.datasets.babi.world import MOVES
from keras_dl4.datasets.babi.world import RECENT_SENTENCES
from keras_dl4.datasets.babi.world import World

_THEN = ("Then", "After that", "Afterwards", "Following that")
_PRONOUNS = {"Mary": "she", "Sandra": "she", "Daniel": "he", "John": "he"}


def coreference(draws):
    """Task 11: someone goes somewhere, and then elsewhere."""
    return _walks(draws, num_people=1, follow=True)


def conjunction(draws):
    """Task 12: two people go somewhere."""
    return _walks(draws, num_people=2, follow=False)


def compound_coreference(draws):
    """Task 13: two people go somewhere, and then elsewhere."""
    return _walks(draws, num_people=2, follow=True)


def _walks(draws, num_people, follow, num_questions=5):
    """Two sentences and a question, several times.

    Args:
        draws: `Draws`.
        num_people: Int, how many walk together.
        follow: Boolean, whether the same people go on in the second sentence,
            as a pronoun, or others are drawn.
        num_questions: Int. Defaults to `5`.
    """
    world = World(Story(), draws)
    # Of two people a sentence says two things.
    window = RECENT_SENTENCES // num_people + num_people - 1
    supports = {}  # person: the sentences that say where they are
    for _ in range(num_questions):
        people = draws.sample(world.people, num_people)
        places = [_go(world, people, " and ".join(people))]
        supports.update(dict.fromkeys(people, places))
        if follow:
            pronoun = "they" if num_people == 2 else _PRONOUNS[people[0]]
            places.append(
                _go(world, people, f"{draws.choice(_THEN)} {pronoun}")
            )
        else:
            people = draws.sample(world.people, num_people)
            places = [_go(world, people, " and ".join(people))]
            supports.update(dict.fromkeys(people, places))
        person = world.someone_who_moved(window)
        room = world.arrivals[person][-1].room
        world.story.ask(f"Where is {person}?", room, supports[person])
    return world.story


def _go(world, people, subject):
    """People go to a room where none of them is; returns the place."""
    room = world.other_room(*(world.room[person] for person in people))
    verb = world.draws.choice(MOVES)
    place = world.story.tell(f"{subject} {verb} the {room}.")
    for person in people:
        world.arrive(person, room, place)
    return place

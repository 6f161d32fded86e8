"""Task 14: where someone was before, from sentences in any order."""

from keras_dl4.datasets.babi.story import Story
from keras_dl4.datasets.babi.world import MOVES

_TIMES = ("yesterday", "this morning", "this afternoon", "this evening")
_PEOPLE = ("Fred", "Mary", "Bill", "Julie")
_ROOMS = ("kitchen", "bedroom", "office", "park", "cinema", "school")
_FIRST_SENTENCES = {2: 0.25, 4: 0.65, 6: 0.1}  # as counted in official files


def time_reasoning(draws):
    """Task 14: people move at four times, told out of order."""
    story, diary = Story(), {person: [] for person in _PEOPLE}
    count = draws.weighted(_FIRST_SENTENCES)
    while len(story.questions) < 5:
        _tell(story, diary, draws, count)
        count = 2
        moves = _moves(diary)
        if moves:
            person, before, after = draws.choice(moves)
            story.ask(
                f"Where was {person} before the {after[0]}?",
                before[0],
                [after[1], before[1]],
            )
        elif all(len(entries) == len(_TIMES) for entries in diary.values()):
            return time_reasoning(draws)  # nothing is left to tell
    return story


def _tell(story, diary, draws, count):
    """Tells of `count` moves; whoever moves does so at the next time."""
    news = []
    for _ in range(count):
        people = [who for who in _PEOPLE if len(diary[who]) < len(_TIMES)]
        person = draws.choice(people)
        entries = diary[person]
        last = entries[-1][0] if entries else None
        room = draws.choice([room for room in _ROOMS if room != last])
        news.append((person, len(entries), room))
        entries.append((room, None))
    for person, time, room in draws.shuffled(news):
        sentence = f"{person} {draws.choice(MOVES)} the {room}"
        when = _TIMES[time]
        if draws.chance(0.5):
            place = story.tell(f"{when.capitalize()} {sentence}.")
        else:
            place = story.tell(f"{sentence} {when}.")
        diary[person][time] = (room, place)


def _moves(diary):
    """Person, entry before and entry after of moves that can be asked for.

    A room where someone was twice leaves open which time is meant, so only
    the last is.
    """
    return [
        (person, entries[time - 1], entries[time])
        for person, entries in diary.items()
        for time in range(1, len(entries))
        if entries[time][0] not in [room for room, _ in entries[time + 1 :]]
    ]

"""A story as it is told, with the questions that are asked on the way."""


class Story:
    """Collects sentences and questions in their order.

    Example:

    >>> story = Story()
    >>> place = story.tell("Mary went home.")
    >>> story.ask("Where is Mary?", "home", [place])
    """

    def __init__(self):
        self.sentences = []
        self.questions = []  # (number of sentences, question, answer, supports)

    def tell(self, sentence):
        """Adds a sentence; returns its place."""
        self.sentences.append(sentence)
        return len(self.sentences) - 1

    def ask(self, question, answer, supports):
        """Adds a question about the sentences so far."""
        self.questions.append(
            (len(self.sentences), question, answer, list(supports))
        )

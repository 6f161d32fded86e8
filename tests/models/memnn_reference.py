"""The memory network of Weston et al. (2014) as loops over one example.

Written from sections 3.1, 3.4 and 3.5 of the paper, with all scores of pairs
in full. `weights` are the arrays of a model by name, `options` its config.
"""

import numpy as np

from tests.ops import supporting_facts_reference as scoring

MEMORY, FACT, EVIDENCE, QUERY, ASKED, ANSWER = range(6)


class Reference:
    def __init__(self, weights, options):
        self.weights = weights
        self.options = options
        self.dim = options["embedding_dim"]

    def vector(self, table, row, role):
        start = role * self.dim
        return self.weights[table][row, start : start + self.dim]

    def place(self, j, num_words):
        """Equation of section 4.1 of Sukhbaatar et al. (2015)."""
        if self.options["sentence_encoding"] != "position":
            return np.ones(self.dim)
        k = np.arange(1, self.dim + 1)
        return (1 - j / num_words) - k / self.dim * (1 - 2 * j / num_words)

    def sentence(self, ids, role):
        """U Phi(sentence)."""
        total = np.zeros(self.dim)
        size = len(self.weights["words"])
        for j, word in enumerate(ids):
            if word == 0:
                continue
            place = self.place(j + 1, len(ids))
            total += place * self.vector("words", word, role)
            if word == 1 and self.options["unknown_word_rate"]:
                for left in ids[:j]:
                    total += self.vector("left_context", left, role)
                for right in ids[j + 1 :]:
                    if right:
                        total += self.vector("right_context", right, role)
            if self.options["sentence_encoding"] == "bigrams" and j > 0:
                pair = ids[j - 1] * size + word
                total += self.vector("bigrams", pair, role)
        return total

    def match(self, vector, part):
        if not self.options["nonlinear"]:
            return vector
        return np.tanh(vector @ self.weights[f"{part}_kernel"])

    def gain(self, part, hop):
        """Of a hop; after the last one no facts are chosen."""
        is_last = part == "output" and hop == self.options["num_hops"] - 1
        if not self.options["hop_gains"] or is_last:
            return 1.0
        return self.weights[f"{part}_gains"][hop]

    def run(self, story, question, supports=None):
        """Chosen slots, logits, and the loss of the hops if told the facts."""
        num_slots, margin = len(story), self.options["margin"]
        memories = [self.sentence(ids, MEMORY) for ids in story]
        candidates = [i for i, ids in enumerate(story) if any(ids)]
        if self.options["variable_hops"]:
            memories.append(self.weights["stop"].reshape(-1))
            candidates.append(num_slots)
        parts = [(-1, self.sentence(question, QUERY))]
        answer = self.sentence(question, ASKED)
        chosen, loss = [], 0.0
        for hop in range(self.options["num_hops"]):
            x = self.match(sum(vector for _, vector in parts), "output")
            scores = [x @ self.match(memory, "output") for memory in memories]
            timed = []
            if self.options["write_time"]:
                time = self.weights["time"]
                timed = [(place, vector @ time) for place, vector in parts]
            if supports is None:
                slot = scoring.contest_winner(scores, timed, candidates)
            else:
                slot = supports[hop] if hop < len(supports) else num_slots
                arguments = (slot, candidates, margin)
                if not self.options["write_time"]:
                    loss += scoring.ranking_loss(scores, *arguments)
                else:
                    loss += scoring.comparison_loss(scores, timed, *arguments)
            if slot in (-1, num_slots):
                if self.options["variable_hops"]:
                    break
                continue
            chosen.append(slot)
            fact, evidence = (
                self.gain(part, hop) * self.sentence(story[slot], role)
                for part, role in (("output", FACT), ("response", EVIDENCE))
            )
            parts.append((slot, fact))
            answer = answer + evidence
        answer = self.match(answer, "response")
        logits = [
            answer @ self.match(self.vector("words", word, ANSWER), "response")
            for word in range(2, len(self.weights["words"]))
        ]
        return chosen, logits, loss

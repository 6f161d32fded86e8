"""Chooses facts one after the other, and a word: parts I, G, O and R."""

import keras
from keras import ops

from keras_dl4.layers.role_features import QUESTION
from keras_dl4.layers.role_features import STORY
from keras_dl4.layers.role_features import UNKNOWN_ID
from keras_dl4.ops import memory_scores
from keras_dl4.ops.sentence_encoding import sentence_mask

_NEVER = -1e9


class FactChain(keras.layers.Layer):
    """The memory network inside of `keras_dl4.models.MemNN`.

    Its methods are the parts of Weston et al. (2014): `input_map` (I),
    `generalization` (G), `output_map` (O) and `response` (R).

    Args:
        features: `RoleFeatures`, what embeds sentences and answers.
        num_hops: Int, the most facts of an answer.
        margin: Float, by how much right candidates are to lead.
        variable_hops: Boolean, whether a memory for "no more" is one of the
            candidates.
        write_time: Boolean, whether memories are compared in pairs.
        nonlinear: Boolean, whether vectors pass through a tanh before they
            are compared.
        hop_gains: Boolean, whether the vectors of a chosen fact are scaled by
            gains of the hop that chose it.
        **kwargs: Arguments of `keras.layers.Layer`.
    """

    def __init__(
        self,
        features,
        num_hops,
        margin,
        *,
        variable_hops,
        write_time,
        nonlinear,
        hop_gains,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.features = features
        self.num_hops = num_hops
        self.margin = margin
        self.variable_hops = variable_hops
        self.write_time = write_time
        self.nonlinear = nonlinear
        self.hop_gains = hop_gains

    def build(self, input_shape=None):
        dim = self.features.embedding_dim
        normal = keras.initializers.RandomNormal(stddev=0.1)
        if not self.features.built:
            self.features.build()
        if self.variable_hops:
            self.stop = self.add_weight((1, 1, dim), normal, name="stop")
        if self.write_time:
            self.time = self.add_weight((dim, 3), normal, name="time")
        if self.nonlinear:
            self.output_kernel, self.response_kernel = (
                self.add_weight((dim, dim), "identity", name=name)
                for name in ("output_kernel", "response_kernel")
            )
        if self.hop_gains:
            self.response_gains = self.add_weight(
                (self.num_hops, dim), "ones", name="response_gains"
            )
        if self.hop_gains and self.num_hops > 1:  # No hop follows the last.
            self.output_gains = self.add_weight(
                (self.num_hops - 1, dim), "ones", name="output_gains"
            )
        self.built = True

    def call(self, story, question, supports=None):
        """Answers questions.

        Args:
            story: Int tensor `(batch, memory_size, words)`.
            question: Int tensor `(batch, words)`.
            supports: Int tensor `(batch, num_hops)` of the right slots, or
                `None` to choose them. Defaults to `None`.

        Returns:
            Dict of `logits`, `supports` and `support_losses`.
        """
        query, asked = self.input_map(question)
        memory = self.generalization(story)
        slots, losses = self.output_map(query, memory, supports)
        return {
            "logits": self.response(asked, memory, slots),
            "supports": ops.stack(slots, axis=1),
            "support_losses": losses,
        }

    def input_map(self, question):
        """I: the question, as it asks for facts and for an answer."""
        return self.features(question, roles=QUESTION)

    def generalization(self, story):
        """G: writes each sentence to a slot of the memory.

        Args:
            story: Int tensor `(batch, memory_size, words)`.

        Returns:
            Dict of what a slot holds for the output, as a memory to be
            chosen, `memories`, and as one that was, `facts`; for the
            response, `evidence`; and `candidates`, whether it may be chosen.
        """
        memories, facts, evidence = self.features(story, roles=STORY)
        candidates = sentence_mask(story)
        if self.variable_hops:  # The oldest of all memories is "no more".
            stop = self.stop + ops.zeros_like(memories[:, :1])
            memories = ops.concatenate([memories, stop], axis=1)
            is_there = ops.ones_like(candidates[:, :1])
            candidates = ops.concatenate([candidates, is_there], axis=1)
        return {
            "memories": self._match(memories, "output"),
            "facts": facts,
            "evidence": evidence,
            "candidates": candidates,
        }

    def output_map(self, query, memory, supports=None):
        """O: chooses a memory in each hop.

        Args:
            query: Tensor `(batch, embedding_dim)`.
            memory: Dict from `generalization`.
            supports: Int tensor `(batch, num_hops)` of the right slots, which
                are taken instead, or `None`. Defaults to `None`.

        Returns:
            List of the slots of each hop, int tensors `(batch,)`, and the sum
            of the losses, `(batch,)`, 0 without `supports`.
        """
        num_slots = ops.shape(memory["facts"])[1]
        none = ops.full_like(query[:, 0], -1, dtype="int32")
        parts, slots, losses = [query], [none], ops.zeros_like(query[:, 0])
        is_going_on = ops.equal(none, -1)
        for hop in range(self.num_hops):
            scores = self._scores(parts, slots, memory["memories"])
            if supports is None:
                slot = self._choose(scores, memory["candidates"])
            else:
                slot, is_known = supports[:, hop], supports[:, hop] >= 0
                if self.variable_hops:
                    is_end = ops.all(supports[:, hop:] < 0, axis=1)
                    slot = ops.where(is_end, num_slots, slot)
                    is_known = ops.logical_or(is_known, is_end)
                is_known = ops.logical_and(is_known, is_going_on)
                loss = self._loss(scores, slot, memory["candidates"])
                losses = losses + ops.where(is_known, loss, 0.0)
            if self.variable_hops:
                is_going_on = ops.logical_and(is_going_on, slot < num_slots)
                slot = ops.where(is_going_on, slot, -1)
            slots.append(slot)
            if hop < self.num_hops - 1:
                parts.append(self._read(memory["facts"], slot, hop, "output"))
        return slots[1:], losses

    def response(self, query, memory, slots):
        """R: scores all words as answers, from the question and the facts."""
        x = query
        for hop, slot in enumerate(slots):
            x = x + self._read(memory["evidence"], slot, hop, "response")
        words = self._match(self.features.answers(), "response")
        scores = ops.matmul(self._match(x, "response"), ops.transpose(words))
        is_answer = ops.arange(self.features.vocabulary_size) > UNKNOWN_ID
        return ops.where(is_answer, scores, _NEVER)

    def _read(self, memory, slot, hop, part):
        fact = memory_scores.read_slot(memory, slot)
        if not self.hop_gains:
            return fact
        return getattr(self, f"{part}_gains")[hop] * fact

    def _match(self, vectors, part):
        if not self.nonlinear:
            return vectors
        return ops.tanh(ops.matmul(vectors, getattr(self, f"{part}_kernel")))

    def _scores(self, parts, places, memories):
        x = self._match(sum(parts), "output")
        scores = ops.einsum("bd,bnd->bn", x, memories)
        if not self.write_time:
            return scores
        products = ops.matmul(ops.stack(parts, axis=1), self.time)
        places = ops.stack(places, axis=1)
        return memory_scores.comparison_terms(scores, products, places)

    def _choose(self, scores, candidates):
        if self.write_time:
            return memory_scores.contest_winner(scores, candidates)
        return memory_scores.best_slot(scores, candidates)

    def _loss(self, scores, target, candidates):
        if self.write_time:
            loss = memory_scores.comparison_loss
        else:
            loss = memory_scores.ranking_loss
        return loss(scores, target, candidates, self.margin)

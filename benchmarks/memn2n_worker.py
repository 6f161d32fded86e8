"""One framework's side of the benchmark `memn2n.py`, which starts it.

A step is an epoch: each question once, in batches of 32, plain gradient descent
with a clipped gradient, three hops with position encoding and time vectors,
without random noise.
"""

import sys

import numpy as np
from spatial_transformer_worker import serve

BATCH = 32
DIM = 20
HOPS = 3
RATE = 0.01  # for the loss summed over a batch
CLIP = 40.0
NUM_CHECKED = 10


def load(path):
    with np.load(path) as file:
        x = {name: file[name] for name in ("story", "question")}
        return x, file["answer"], int(file["vocabulary_size"])


def settings_of(x, size):
    return {
        "vocabulary": size,
        "embedding_dim": DIM,
        "num_hops": HOPS,
        "memory_size": x["story"].shape[1],
        "random_noise": 0.0,
    }


def compiled_epoch(mode, path):
    """Whole epochs as one program, with the data in memory."""
    del mode
    from keras_dl4 import models

    x, y, size = load(path)
    restarts = models.MemN2NRestarts(
        num_restarts=1, seed=0, **settings_of(x, size)
    )

    def step():
        history = restarts.train(
            x,
            y,
            verbose=0,
            epochs=1,
            linear_epochs=0,
            held_out=0.0,
            learning_rate=RATE,
            batch_size=BATCH,
            clip=CLIP,
        )
        return history.history["loss"][-1]

    return step


def fit(mode, path):
    import keras

    from keras_dl4 import models

    x, y, size = load(path)
    keras.utils.set_random_seed(0)
    model = models.MemN2N(**settings_of(x, size))
    model.compile(
        # Its loss is the mean over a batch.
        keras.optimizers.SGD(RATE * BATCH, clipnorm=CLIP / BATCH),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=mode == "xla",
    )

    def step():
        history = model.fit(x, y, batch_size=BATCH, verbose=0)
        return history.history["loss"][-1]

    return step


def torch_network(size, num_memories):
    """As one would write it from the paper, with a loop over the hops."""
    import torch
    from torch import nn

    def position(num_words):
        j = torch.arange(1, num_words + 1)[:, None] / num_words
        k = torch.arange(1, DIM + 1)[None] / DIM
        return (1 - j) - k * (1 - 2 * j)

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.words = nn.ModuleList(
                nn.Embedding(size, DIM, padding_idx=0) for _ in range(HOPS + 1)
            )
            self.times = nn.ParameterList(
                0.1 * torch.randn(num_memories, DIM) for _ in range(HOPS + 1)
            )
            with torch.no_grad():
                for table in self.words:
                    table.weight.mul_(0.1)

        def forward(self, story, question):
            places = position(story.shape[2]), position(question.shape[1])
            is_there = (story != 0).any(2, keepdim=True)
            memories = [
                (table(story) * places[0]).sum(2) + time * is_there
                for table, time in zip(self.words, self.times, strict=True)
            ]
            state = (self.words[0](question) * places[1]).sum(1)
            for hop in range(HOPS):
                scores = torch.einsum("bnd,bd->bn", memories[hop], state)
                weighting = torch.softmax(scores, 1)
                state = state + torch.einsum(
                    "bnd,bn->bd", memories[hop + 1], weighting
                )
            return state @ self.words[-1].weight.T

    return Network()


def plain_torch(mode, path):
    del mode
    import torch
    from torch import nn

    x, y, size = load(path)
    story, question = (
        torch.tensor(x[name].astype("int64")) for name in ("story", "question")
    )
    answer = torch.tensor(y.astype("int64"))
    torch.manual_seed(0)
    network = torch_network(size, story.shape[1])
    optimizer = torch.optim.SGD(network.parameters(), RATE)
    loss_fn = nn.CrossEntropyLoss(reduction="sum")

    def step():
        total = 0.0
        for chosen in torch.randperm(len(answer)).split(BATCH):
            loss = loss_fn(
                network(story[chosen], question[chosen]), answer[chosen]
            )
            optimizer.zero_grad()
            loss.backward()
            for parameter in network.parameters():
                nn.utils.clip_grad_norm_(parameter, CLIP)
            optimizer.step()
            total += loss.item()
        return total / len(answer)

    return step


BUILDERS = {
    "compiled_epoch": compiled_epoch,
    "fit": fit,
    "torch": plain_torch,
}


def build(framework, library, mode, path):
    """An epoch, and a check that it learns."""
    del framework
    step = BUILDERS[library](mode, path)

    def check(first):
        last = [step() for _ in range(NUM_CHECKED)][-1]
        if not 0.0 <= last < first:
            raise ArithmeticError(f"{library}: loss {first}, then {last}.")

    return step, check


if __name__ == "__main__":
    serve(build, sys.argv[1], int(sys.argv[2]))

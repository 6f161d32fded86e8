"""One library's side of the part `vae` of `autoencoders.py`, which starts it.

A step trains a variational autoencoder on the same batch, and reads its loss.
"""

import sys

import numpy as np
from spatial_transformer_worker import serve

BATCH, WIDTH, HIDDEN, LATENTS = 100, 784, 200, 50
LEARNING_RATE = 1e-3
# Of 784-200-200-(50, 50) and 50-200-200-784, with biases.
NUM_PARAMETERS = 425_284
NUM_CHECKED = 50


def images():
    rng = np.random.default_rng(0)
    return (rng.uniform(size=(BATCH, WIDTH)) < 0.2).astype("float32")


def keras_dl4_step(mode):
    import keras
    import tensorflow as tf

    import keras_dl4

    x = keras.Input((WIDTH,))
    hidden = x
    for _ in range(2):
        hidden = keras.layers.Dense(HIDDEN, "tanh")(hidden)
    moments = [keras.layers.Dense(LATENTS)(hidden) for _ in range(2)]
    decoder = keras.Sequential(
        [keras.Input((LATENTS,))]
        + [keras.layers.Dense(HIDDEN, "tanh") for _ in range(2)]
        + [keras.layers.Dense(WIDTH)]
    )
    model = keras_dl4.models.VariationalAutoencoder(
        keras.Model(x, moments), decoder, seed=0
    )
    model.compile(
        keras.optimizers.Adam(LEARNING_RATE), jit_compile=mode == "xla"
    )
    model.optimizer.build(model.trainable_variables)
    # What `fit` does for each batch.
    model.make_train_function()
    batches = iter(tf.data.Dataset.from_tensors((images(),)).repeat())

    def step():
        model.reset_metrics()
        return float(model.train_function(batches)["loss"])

    count = sum(int(np.prod(w.shape)) for w in model.trainable_variables)
    return step, count


def pythae_step(mode):
    import torch
    from pythae.models import VAE
    from pythae.models import VAEConfig
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder
    from pythae.models.nn import BaseEncoder
    from torch import nn

    def stack(width):
        return nn.Sequential(
            nn.Linear(width, HIDDEN),
            nn.Tanh(),
            nn.Linear(HIDDEN, HIDDEN),
            nn.Tanh(),
        )

    class Encoder(BaseEncoder):
        def __init__(self):
            super().__init__()
            self.hidden = stack(WIDTH)
            self.mean = nn.Linear(HIDDEN, LATENTS)
            self.log_variance = nn.Linear(HIDDEN, LATENTS)

        def forward(self, x):
            hidden = self.hidden(x)
            return ModelOutput(
                embedding=self.mean(hidden),
                log_covariance=self.log_variance(hidden),
            )

    class Decoder(BaseDecoder):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(
                stack(LATENTS), nn.Linear(HIDDEN, WIDTH), nn.Sigmoid()
            )

        def forward(self, z):
            return ModelOutput(reconstruction=self.layers(z))

    torch.manual_seed(0)
    config = VAEConfig(
        input_dim=(WIDTH,), latent_dim=LATENTS, reconstruction_loss="bce"
    )
    model = VAE(config, encoder=Encoder(), decoder=Decoder())
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    batch = {"data": torch.tensor(images())}

    def step():
        loss = model(batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, sum(p.numel() for p in model.parameters())


BUILDERS = {"keras_dl4": keras_dl4_step, "pythae": pythae_step}


def build(framework, library, mode, threads):
    """A step, and a check of the first loss."""
    del framework, threads  # of the process
    step, count = BUILDERS[library](mode)

    def check(first):
        last = [step() for _ in range(NUM_CHECKED)][-1]
        if count != NUM_PARAMETERS:
            raise ArithmeticError(
                f"{library}: {count} parameters, not {NUM_PARAMETERS}."
            )
        # At first each pixel costs log(2) or so; both must learn alike.
        if not (0.6 * WIDTH < first < 0.8 * WIDTH and last < 0.75 * first):
            raise ArithmeticError(f"{library}: loss {first}, then {last}.")

    return step, check


if __name__ == "__main__":
    serve(build, sys.argv[1], int(sys.argv[2]))

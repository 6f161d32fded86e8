"""One backend's side of the benchmark `gan.py`, which starts it.

A step updates discriminator and generator on the same batch, and reads the
loss of the discriminator.
"""

import math
import sys

import numpy as np
from spatial_transformer_worker import serve

SHAPE = (28, 28, 1)
BATCH = {"dense": 100, "convolutional": 64}
LATENTS = 100
NUM_CHECKED = 20


def images(number):
    return np.random.default_rng(0).random((number, *SHAPE)).astype("float32")


def build_networks(kind):
    import keras

    from keras_dl4 import models

    keras.utils.set_random_seed(0)
    if kind == "dense":
        return models.maxout_gan_networks(SHAPE)
    return models.dcgan_networks(SHAPE, LATENTS, width=32)


def new_optimizer():
    import keras

    return keras.optimizers.Adam(2e-4, 0.5)


def keras_dl4_step(mode, network):
    import keras

    import keras_dl4

    gan = keras_dl4.models.GAN(*build_networks(network), LATENTS, seed=0)
    gan.compile(
        generator_optimizer=new_optimizer(),
        discriminator_optimizer=new_optimizer(),
        jit_compile=mode != "graph",
    )
    batch = images(BATCH[network])
    if keras.backend.backend() == "jax":

        def step():
            logs = gan.train_on_batch(batch, return_dict=True)
            return float(logs["discriminator_loss"])

        return step
    import tensorflow as tf

    # What `fit` does for each batch.
    gan.make_train_function()
    batches = iter(tf.data.Dataset.from_tensors((batch,)).repeat())

    def step():
        gan.reset_metrics()
        return float(gan.train_function(batches)["discriminator_loss"])

    return step


def guide_step(mode, network):
    """https://keras.io/guides/writing_a_custom_training_loop_in_tensorflow."""
    import keras
    import tensorflow as tf

    generator, discriminator = build_networks(network)
    d_optimizer, g_optimizer = new_optimizer(), new_optimizer()
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function(jit_compile=mode == "xla")
    def train_step(real_images):
        batch_size = tf.shape(real_images)[0]
        latent_vectors = tf.random.normal((batch_size, LATENTS))
        generated_images = generator(latent_vectors, training=True)
        combined_images = tf.concat([generated_images, real_images], axis=0)
        labels = tf.concat(
            [tf.zeros((batch_size, 1)), tf.ones((batch_size, 1))], axis=0
        )
        with tf.GradientTape() as tape:
            predictions = discriminator(combined_images, training=True)
            d_loss = loss_fn(labels, predictions)
        grads = tape.gradient(d_loss, discriminator.trainable_weights)
        d_optimizer.apply(grads, discriminator.trainable_weights)

        latent_vectors = tf.random.normal((batch_size, LATENTS))
        misleading_labels = tf.ones((batch_size, 1))
        with tf.GradientTape() as tape:
            predictions = discriminator(
                generator(latent_vectors, training=True), training=True
            )
            g_loss = loss_fn(misleading_labels, predictions)
        grads = tape.gradient(g_loss, generator.trainable_weights)
        g_optimizer.apply(grads, generator.trainable_weights)
        return d_loss, g_loss

    batches = iter(
        tf.data.Dataset.from_tensors(images(BATCH[network])).repeat()
    )

    def step():
        d_loss, _ = train_step(next(batches))
        return 2.0 * float(d_loss)  # a mean over data and samples, not a sum

    return step


BUILDERS = {"keras_dl4": keras_dl4_step, "guide": guide_step}


def build(framework, library, mode, network, threads):
    """A step, and a check of the first loss."""
    del framework, threads  # of the process
    step = BUILDERS[library](mode, network)

    def check(first):
        last = [step() for _ in range(NUM_CHECKED)][-1]
        # At first the discriminator knows nothing. That of 2014 starts slowly.
        if not (abs(first - math.log(4)) < 0.5 and 0.0 < last < first + 0.1):
            raise ArithmeticError(f"{library}: loss {first}, then {last}.")

    return step, check


if __name__ == "__main__":
    serve(build, sys.argv[1], int(sys.argv[2]))

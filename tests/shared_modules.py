"""Modules that other files of the same kind may import, and why."""

# Modules that files of their own folder may import, beside a wrapper its cell:
# an abstract class, the model that another is made of, the check of a result.
# Add only those; shared functions go down to `ops`.
SHARED_BY_FOLDER = {
    "callbacks.figure_image",  # the abstract class of pictures in TensorBoard
    "datasets.algorithmic.sequence_task",  # the abstract class of the tasks
    "datasets.babi",  # stories, and what they are read from and drawn with
    "datasets.digits",  # the source of what is distorted
    "datasets.distorted_digits",  # geometry and pasting under its kinds
    "datasets.tfds_babi",  # the builder of another file, for its length
    "datasets.tfds_shape_scenes",  # the same
    "datasets.image_captions",  # captions, and the files that they come in
    "datasets.language_text",  # texts, and the words that they are cut into
    "datasets.rectangles",  # a set that TFDS has as well
    "datasets.shape_scenes",  # scenes, what they look like and what is said
    "evaluation.batches",  # how functions of a data set are computed
    "evaluation.tied_ranks",  # what recalls are made of
    "evaluation.squared_distances",  # what several of those are made of
    "figures.curve_axes",  # what figures of curves have in common
    "figures.image_mosaic",  # what figures of images have in common
    "figures.image_sheet",  # what sheets of images and texts have in common
    "layers.abstract_spatial_transformer",  # the abstract class of two layers
    "layers.bag_of_words_encoder",  # one way to make a vector of a caption
    "layers.localization",  # the network inside a spatial transformer
    "layers.memory_arguments",  # errors of the layers that read memories
    "layers.noise_source",  # the saved seeds inside every layer with noise
    "layers.ntm_cell_controller",  # a part of the cell, no layer of its own
    "layers.peephole_lstm",  # another one
    "layers.role_features",  # the embeddings inside that
    "layers.spatial_transformer_checks",  # errors of the transformers
    "layers.story_text",  # words and sentences under the vectorizer
    "layers.transform_regressor",  # the end of a localization network
    "models.abstract_autoencoder",  # the abstract class of all of them
    "models.abstract_language_model",  # of language models of sentences
    "models.abstract_captioner",  # of the language model that describes
    "models.abstract_story_model",  # of networks that read stories
    "models.abstract_story_reader",  # of all that read them as text
    "models.abstract_image_search",  # of a visual-semantic embedding
    "models.abstract_two_player_model",  # the abstract class of a game
    "models.answer_explanation",  # what a memory network looked at
    "models.autoencoder",  # what a stacked one is made of
    "models.caption_checks",  # values of pictures and their captions
    "models.caption_generation",  # sentences of structures, and the best
    "models.caption_network",  # as one graph
    "models.composite_optimizer",  # the optimizers of several players
    "models.embedding_index",  # what is searched
    "models.evidence_bound",  # what a variational one is trained on
    "models.gan_checks",  # errors of a GAN
    "models.gan_data",  # its batches
    "models.gan_labels",  # classes of its data and of its samples
    "models.gan_latents",  # what its samples are made from
    "models.gan_players",  # what each of its networks lowers
    "models.gan_signatures",  # what it answers on a server
    "models.host_checks",  # values of data, before a model is trained on them
    "models.latent_draws",  # codes that it draws
    "models.likelihood_estimator",  # what it estimates by many of them
    "models.likelihoods",  # what its decoder says of data
    "models.memn2n",  # what several restarts are of
    "models.moving_average",  # of the weights of its generator
    "models.ranking_loss_state",  # saved with the model that it trains
    "models.restart_programs",  # how several restarts are trained
    "models.restart_schedule",  # for how long, and on what
    "models.search_checks",  # what is searched for
    "models.seed_states",  # saved random numbers of networks inside
    "models.sentence_checks",  # values of sentences, before training
    "models.supported_answers",  # values of stories, questions and facts
    "models.story_checks",  # values of stories, before training
    "models.symbolic_calls",  # of its parts, before there is data
    "models.training_phases",  # how several players take turns
    "ops.activation_derivatives",  # of what follows a layer of such a chain
    "ops.dense_chain",  # one kind of encoder whose Jacobian norm is taken
    "ops.divergences",  # what sparsity is measured in
    "ops.grid_sample",  # what image warps end in
    "ops.jacobians",  # what their norms are taken of
    "ops.linear_sampling",  # the bilinear part of the sampler
    "ops.memory_hops",  # what end-to-end memory networks are made of
    "ops.sampling_grids",  # the regular grid, which splines displace
    "ops.sentence_encoding",  # what their memories are made of
    "ops.splines",  # what a sparse warp makes its flow of
    "transforms.rotation",  # a part of similarity
    "transforms.transform",  # the abstract class of the families
    "serving.call_names",  # what an export calls inputs and outputs
    "serving.contract",  # an export is checked before it is renamed into place
    "serving.export",  # what an autoencoder's is made of
    "serving.clean_process",
    "serving.story_text",  # text as the vectorizer reads it, in TensorFlow
}

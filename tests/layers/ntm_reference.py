"""One step of a Neural Turing Machine in NumPy, from the paper.

It reads the weights of a cell, and shares no code with it.
"""

import numpy as np

from tests.ops import paper_equations


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def softplus(x):
    return np.log1p(np.exp(x))


def softmax(x):
    exponentials = np.exp(x - x.max(-1, keepdims=True))
    return exponentials / exponentials.sum(-1, keepdims=True)


def arrays(layer):
    return [np.array(w, "float64") for w in layer.weights]


def lstm(layer, inputs, states):
    """Gates in Keras' order: input, forget, candidate, output."""
    hidden, carry = states
    kernel, recurrent_kernel, bias = arrays(layer)
    gates = inputs @ kernel + hidden @ recurrent_kernel + bias
    i, f, c, o = np.split(gates, 4, axis=-1)
    carry = sigmoid(f) * carry + sigmoid(i) * np.tanh(c)
    hidden = sigmoid(o) * np.tanh(carry)
    return hidden, [hidden, carry]


def dense(layer, inputs, states):
    assert states == []
    kernel, bias = arrays(layer)
    return np.tanh(inputs @ kernel + bias), []


def head_parameters(cell, projection):
    reads, writes = cell.num_read_heads, cell.num_write_heads
    heads, word_dim, shifts = reads + writes, cell.word_dim, cell.shift_range
    sizes = [
        heads * word_dim,
        heads * shifts,
        *(heads,) * 3,
        *(writes * word_dim,) * 2,
    ]
    parts = np.split(projection, np.cumsum(sizes)[:-1], axis=-1)
    keys, moves, strengths, gates, sharpenings, erases, adds = parts
    adds = adds.reshape(-1, writes, word_dim)
    return {
        "keys": keys.reshape(-1, heads, word_dim),
        "shift_weightings": softmax(moves.reshape(-1, heads, shifts)),
        "key_strengths": softplus(strengths),
        "gates": sigmoid(gates),
        "sharpenings": 1.0 + softplus(sharpenings),
        "erases": sigmoid(erases).reshape(-1, writes, word_dim),
        "adds": np.tanh(adds) if cell.bound_add else adds,
    }


def address(memory, previous, parameters):
    """Equations 5 to 9, in the order of Figure 2."""
    by_head = paper_equations.for_all_heads
    weighting = by_head(
        paper_equations.content,
        parameters["keys"],
        parameters["key_strengths"],
        memory=memory,
    )
    weighting = by_head(
        paper_equations.mix, weighting, previous, parameters["gates"]
    )
    weighting = by_head(
        paper_equations.shift, weighting, parameters["shift_weightings"]
    )
    return by_head(paper_equations.power, weighting, parameters["sharpenings"])


def step(cell, inputs, states):
    """Output, new states and trace of a step of a cell, in float64."""
    states = [np.array(state, "float64") for state in states]
    *controller_states, reads, weighting, memory = states
    batch_size = len(inputs)
    weighting = weighting.reshape(batch_size, -1, cell.memory_size)
    memory = memory.reshape(batch_size, cell.memory_size, cell.word_dim)
    controller = lstm if controller_states else dense
    hidden, controller_states = controller(
        cell.controller, np.hstack([inputs, reads]), controller_states
    )
    kernel, bias = arrays(cell.head_projection)
    parameters = head_parameters(cell, hidden @ kernel + bias)
    weighting = address(memory, weighting, parameters)
    to_read, to_write = np.split(weighting, [cell.num_read_heads], axis=1)
    written = paper_equations.for_all_examples(
        paper_equations.write,
        memory,
        to_write,
        parameters["erases"],
        parameters["adds"],
    )
    reads = paper_equations.for_all_heads(
        paper_equations.read,
        to_read,
        memory=written if cell.read_after_write else memory,
    )
    flat_reads = reads.reshape(batch_size, -1)
    kernel, bias = arrays(cell.output_projection)
    output = np.hstack([hidden, flat_reads]) @ kernel + bias
    trace = {
        "read_weightings": to_read,
        "write_weightings": to_write,
        "reads": reads,
        **parameters,
    }
    new_states = [
        *controller_states,
        flat_reads,
        weighting.reshape(batch_size, -1),
        written.reshape(batch_size, -1),
    ]
    return output, new_states, trace

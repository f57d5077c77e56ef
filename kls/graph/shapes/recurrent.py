"""Recurrent layers and their cells: LSTM, GRU, SimpleRNN, RNN(cell), ConvLSTM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kls.graph.shapes.convolution import image
from kls.graph.shapes.dims import add, count, multiply, of_rank, unknown, when, window
from kls.graph.shapes.registry import Call, Rule, layer, one
from kls.graph.shapes.spec import OWN_CELL, UNKNOWN, Dim, Inference, Mismatch, Shape, Structure, TensorSpec, Unknown


class Cell(NamedTuple):
    """What a layer needs to know of its cell. A state is a size, or a list of sizes (a stacked LSTM cell's)."""

    output: Dim
    states: list[Dim | list[Dim]] | Unknown
    params: int | None


_GATES = {"LSTMCell": 4, "GRUCell": 3, "SimpleRNNCell": 1}
_CELL_OF = {"LSTM": "LSTMCell", "GRU": "GRUCell", "SimpleRNN": "SimpleRNNCell"}
_NO_CELL = Cell(UNKNOWN, UNKNOWN, None)


def cell_of(name: str, call: Call, features: Dim) -> Cell:
    """The cell of class `name` with `call`'s config, fed with `features` numbers a step."""
    if name == "StackedRNNCells":
        return _stacked(call.config.get("cells", UNKNOWN), call, features)
    if name == OWN_CELL:
        return _own(call.config)
    if name not in _GATES:
        return _NO_CELL
    units = call.size("units")
    gates = _GATES[name]
    biases: Dim = multiply(gates, units)
    if name == "GRUCell":  # reset_after gives the recurrent kernel a bias of its own
        biases = add(biases, when(call.flag("reset_after", True), biases))
    params = count(
        multiply(gates, features, units), multiply(gates, units, units), when(call.flag("use_bias", True), biases)
    )
    return Cell(units, [units, units] if name == "LSTMCell" else [units], params)


def _own(config: Mapping[str, object]) -> Cell:
    """A cell of the program's own, by its `state_size` and, where it has one, its `output_size`."""
    state, params = config.get("state_size", UNKNOWN), config.get("params")
    sizes = list(state) if isinstance(state, (list, tuple)) else [state]
    output = config.get("output_size", sizes[0] if sizes else UNKNOWN)
    weight = params if isinstance(params, int) else None
    if not all(isinstance(size, int) for size in sizes):
        return Cell(output if isinstance(output, int) else UNKNOWN, UNKNOWN, weight)
    return Cell(output if isinstance(output, int) else UNKNOWN, sizes, weight)  # type: ignore[arg-type]


def _stacked(cells: object, call: Call, features: Dim) -> Cell:
    if not isinstance(cells, (list, tuple)):
        return _NO_CELL
    states: list[Dim | list[Dim]] = []
    params: list[int | None] = []
    for given in cells:
        cell = _inner_cell(given, call, features)
        if cell.states is UNKNOWN:
            return Cell(UNKNOWN, UNKNOWN, None)
        states.append(cell.states[0] if len(cell.states) == 1 else cell.states)  # type: ignore[arg-type]
        params.append(cell.params)
        features = cell.output
    known = [n for n in params if n is not None]
    return Cell(features, states, sum(known) if len(known) == len(params) else None)


def _inner_cell(given: object, call: Call, features: Dim) -> Cell:
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], str) and isinstance(given[1], Mapping):
        return cell_of(given[0], call._replace(config=given[1]), features)
    if isinstance(given, (list, tuple)):
        return _stacked(given, call, features)
    return _NO_CELL


def sequence(call: Call, shape: Shape, cell_output: Shape, states: Structure, params: int | None) -> Inference:
    """Outputs as Keras nests them, from the output and the states of one step (without the batch dimension)."""
    dtype = call.dtype
    keep = call.flag("return_sequences", False)
    batch, steps = shape[0], shape[1]
    if call.config.get("time_major") is True:
        batch, steps = steps, batch
        sequences: Shape = (steps, batch, *cell_output)
    else:
        sequences = (batch, steps, *cell_output)
    output = (
        TensorSpec(None, dtype) if keep is UNKNOWN else TensorSpec(sequences if keep else (batch, *cell_output), dtype)
    )
    with_state = call.flag("return_state", False)
    if with_state is UNKNOWN or (with_state and not isinstance(states, list)):
        return one(None, None, params)
    if not with_state or not isinstance(states, list):
        return Inference(output, params)
    if call.facts.era == "tf_keras":
        return Inference([output, *states], params)
    return Inference((output, *states), params)


def _state_specs(states: list[Dim | list[Dim]] | Unknown, batch: Dim, dtype: str | None) -> Structure:
    if states is UNKNOWN:
        return TensorSpec(None)
    result: list[Structure] = []
    for state in states:
        if isinstance(state, list):
            result.append([TensorSpec((batch, size), dtype) for size in state])
        else:
            result.append(TensorSpec((batch, state), dtype))
    return result


def _recurrent(call: Call, cell_name: str | None) -> Inference:
    shape = _sequence_shape(call, 3)
    if cell_name is None:
        cell = _inner_cell(call.config.get("cell", UNKNOWN), call, shape[-1])
    else:
        cell = cell_of(cell_name, call, shape[-1])
    batch = shape[1] if call.config.get("time_major") is True else shape[0]
    states = _state_specs(cell.states, batch, call.dtype)
    return sequence(call, shape, (cell.output,), states, cell.params)


def _sequence_shape(call: Call, rank: int) -> Shape:
    """The shape of the sequences. Unknown sizes rather than Mismatch: how many outputs there are is known anyway."""
    value = call.argument(0, "sequences", None)
    if value is None:
        value = call.argument(0, "inputs")
    if isinstance(value, list) and value:  # [sequences, *initial_state]
        value = value[0]
    shape = value.shape if isinstance(value, TensorSpec) else None
    return shape if shape is not None and len(shape) == rank else unknown(rank)


def _named(cell_name: str) -> Rule:
    return lambda call: _recurrent(call, cell_name)


for _layer_name, _cell_name in _CELL_OF.items():
    layer(_layer_name)(_named(_cell_name))


@layer("RNN")
def rnn(call: Call) -> Inference:
    """A layer around a cell, given as (class name, config) or a list of those."""
    return _recurrent(call, None)


@layer("LSTMCell")
def lstm_cell(call: Call) -> Inference:
    """A cell called by itself: its output, and its list of states."""
    return _cell_call(call, "LSTMCell")


@layer("GRUCell")
def gru_cell(call: Call) -> Inference:
    """A cell called by itself: its output, and its list of states."""
    return _cell_call(call, "GRUCell")


@layer("SimpleRNNCell")
def simple_rnn_cell(call: Call) -> Inference:
    """A cell called by itself: its output, and its list of states."""
    return _cell_call(call, "SimpleRNNCell")


@layer("StackedRNNCells")
def stacked_rnn_cells(call: Call) -> Inference:
    """Cells one above the other, called by themselves."""
    return _cell_call(call, "StackedRNNCells")


def _cell_call(call: Call, name: str) -> Inference:
    x = call.tensor
    batch, features = of_rank(x.shape, 2)
    cell = cell_of(name, call, features)
    states = _state_specs(cell.states, batch, call.dtype)
    given = call.argument(1, "states")
    if isinstance(states, list) and len(states) == 1 and isinstance(given, TensorSpec):
        states = states[0]  # a state that came alone goes alone
    elif isinstance(states, list) and name == "StackedRNNCells" and call.facts.era == "tf_keras":
        states = tuple(states)
    return Inference((TensorSpec((batch, cell.output), call.dtype), states), cell.params)


def conv_lstm(rank: int) -> Rule:
    """ConvLSTM1D, 2D, 3D: an LSTM whose input and recurrent transformations are convolutions."""

    def rule(call: Call) -> Inference:
        shape = _sequence_shape(call, rank + 3)
        filters = call.size("filters")
        first = call.channels_first
        channels, space = (shape[2], shape[3:]) if first is True else (shape[-1], shape[2:-1])
        if first is UNKNOWN:
            channels, space = UNKNOWN, unknown(rank)
        try:
            kernel: Shape = call.sizes("kernel_size", UNKNOWN, rank)
            strides, dilation = call.sizes("strides", 1, rank), call.sizes("dilation_rate", 1, rank)
            out = tuple(map(window, space, kernel, strides, (call.text("padding", "valid"),) * rank, dilation))
        except Mismatch:
            kernel, out = unknown(rank), unknown(rank)
        params = count(
            multiply(4, *kernel, channels, filters),
            multiply(4, *kernel, filters, filters),
            when(call.flag("use_bias", True), multiply(4, filters)),
        )
        step = image(call, shape[0], filters, out)
        state = TensorSpec(step, call.dtype)
        return sequence(call, shape, step[1:], [state, state], params)

    return rule


for _rank in (1, 2, 3):
    layer(f"ConvLSTM{_rank}D")(conv_lstm(_rank))

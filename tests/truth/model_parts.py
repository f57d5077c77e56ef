"""What random programs do with models: copies, taps, dicts, stacks, conditions, configs.

Each part is a function that adds lines to a program; the tensors that it leaves behind have the shape (None, 8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator import Program


def add_clone(program: Program) -> None:
    """A copy of a model: plain, deep, on other inputs, or with functions that change layers or their calls."""
    if not program.models:
        return
    out, model = program.fresh("copy"), program.random.choice(program.models)
    functional = model.startswith(("model", "block"))
    ways = ["", "", "", ", clone_function=renamed"]
    if functional:
        inputs = ", ".join("keras.Input((8,))" for _ in range(program.arity.get(model, 1)))
        ways.append(f", input_tensors={inputs if model not in program.arity else '[' + inputs + ']'}")
    if program.has_ops:
        ways += [", recursive=True", ", clone_function=renamed, recursive=True"]
        ways += [", call_function=with_dropout", ", clone_function=lambda layer: layer"] * functional
    program.lines.append(f"{out} = keras.models.clone_model({model}{program.random.choice(ways)})")
    if model in program.arity:
        program.arity[out] = program.arity[model]
    program.models.append(out)


def add_config(program: Program) -> None:
    """A model or a layer made from the config of another."""
    found = [m for m in program.models if m.startswith(("block", "seq"))]
    out = program.fresh("again")
    if found and program.random.random() < 0.7:
        model = program.random.choice(found)
        cls = (
            "keras.Sequential" if model.startswith("seq") else program.random.choice(["keras.Model", f"type({model})"])
        )
        program.lines.append(f"{out} = {cls}.from_config({model}.get_config())")
        program.models.append(out)
    elif program.layers:
        layer = program.random.choice(program.layers)
        program.lines.append(f"{out} = layers.Dense.from_config({layer}.get_config())({program.tensor()})")
        program.tensors.append(out)


def add_tap(program: Program) -> None:
    """A tensor of another model's, by one of its layers."""
    found = [m for m in (*program.models, *program.derived) if m.startswith(("model", "block"))]
    if not found:
        return
    out, model = program.fresh("t"), program.random.choice(found)
    way = program.random.choice(
        [
            "layers[-1].output",
            "layers[0].output",
            "get_layer(index=0).output",
            "layers[1:][-1].output",
            f"get_layer({model}.layers[-1].name).output",
            f"get_layer(name={model}.layers[1].name).input",
            "output",
            "input",
            "outputs[0]",
            "inputs[-1]",
        ]
    )
    program.lines.append(f"{out} = {model}.{way}")
    program.lines += [f"if isinstance({out}, dict):", f"    {out} = list({out}.values())"]
    program.lines += [f"if isinstance({out}, (list, tuple)):", f"    {out} = {out}[0]"]
    program.lines.append(f"{out} = layers.Dense(8)(layers.Flatten()({out}))")
    program.tensors.append(out)


def add_mapping(program: Program) -> None:
    """A model whose inputs and outputs are dicts, called with one."""
    model, out = program.fresh("named"), program.fresh("d")
    a, b = program.fresh("left"), program.fresh("right")
    program.lines += [
        f'{model}_in = {{"b": keras.Input((8,), name="{b}"), "a": keras.Input((8,), name="{a}")}}',
        f'{model} = keras.Model({model}_in, {{"sum": layers.Add()(list({model}_in.values())), "a": relu8()({model}_in["a"])}})',
        f'{out} = {model}({{"a": {program.tensor()}, "b": {program.tensor()}}})',
        f'{out} = {out}["{program.random.choice(["sum", "a"])}"]',
    ]
    program.tensors.append(out)


def add_stack(program: Program) -> None:
    """A Sequential of a model and a layer, or the layers of a Sequential one by one."""
    single = [m for m in program.models if m not in program.arity]
    if not single:
        return
    out, model = program.fresh("stack"), program.random.choice(single)
    if model.startswith("seq"):
        program.lines += [f"{out} = {program.tensor()}", f"for layer in {model}.layers:", f"    {out} = layer({out})"]
        program.tensors.append(out)
    else:
        program.lines.append(f"{out} = keras.Sequential([{model}, layers.Dense(8)])")
        program.models.append(out)


def add_nested(program: Program) -> None:
    """A model whose inputs are a list in a dict, and its outputs a dict in a list."""
    model, out = program.fresh("deep"), program.fresh("d")
    one, two, other = program.tensor(), program.tensor(), program.tensor()
    program.lines += [
        f'{model}_in = {{"pair": [keras.Input((8,)), keras.Input((8,))], "alone": keras.Input((8,))}}',
        f'{model}_sum = layers.Add()([*{model}_in["pair"], {model}_in["alone"]])',
        f'{model} = keras.Model({model}_in, [{{"sum": {model}_sum}}, layers.Dense(8)({model}_sum)])',
        f'{out}, {out}_b = {model}({{"pair": [{one}, {two}], "alone": {other}}})',
        f'{out} = {out}["sum"]',
    ]
    program.tensors += [out, f"{out}_b"]


def add_layers(program: Program) -> None:
    """What is done with the layers of a model: called one by one, stacked anew, taken off, frozen."""
    found = [m for m in program.models if m.startswith(("block", "seq"))]
    if not found:
        return
    model, out, chance = program.random.choice(found), program.fresh("anew"), program.random.random()
    rest = "layers" if model.startswith("seq") else "layers[1:]"
    if chance < 0.25:
        program.lines += [f"{out} = {program.tensor()}", f"for layer in {model}.{rest}:", f"    {out} = layer({out})"]
        program.tensors.append(out)
    elif chance < 0.5:
        start = program.random.choice(["", "keras.Input((8,)), "])
        program.lines.append(f"{out} = keras.Sequential([{start}*{model}.{rest}[:-1], layers.Dense(8)])")
        program.models.append(out)
    elif chance < 0.7:
        program.lines.append(f"{model}.layers.pop()")
    elif chance < 0.85 and model.startswith("seq"):
        program.lines += [f"if len({model}.layers) > 1:", f"    {model}.pop()", f"    {model}.add(layers.Dense(8))"]
    else:
        program.lines += [
            f"for layer in {model}.layers[:1]:",
            "    layer.trainable = False",
            f"{model}.trainable = False",
        ]


def add_choice(program: Program) -> None:
    """A condition on what was built."""
    if not program.models:
        return
    out, model = program.fresh("z"), program.random.choice(program.models)
    program.lines += [
        f"if len({model}.layers) > {program.random.randint(1, 3)}:",
        f"    {out} = layers.Dense(8)({program.tensor()})",
        "else:",
        f"    {out} = layers.Dropout(0.2)({program.tensor()})",
    ]
    program.tensors.append(out)


def add_several(program: Program) -> None:
    """A model of two outputs, called and unpacked."""
    start, model, out = program.fresh("start"), program.fresh("two"), program.fresh("p")
    program.lines += [
        f"{start} = keras.Input((8,))",
        f"{model} = keras.Model({start}, [relu8()({start}), layers.Dense(8)({start})])",
        f"{out}, {out}_b = {model}({program.tensor()})",
    ]
    program.tensors += [out, f"{out}_b"]


MODELS = (
    add_clone,
    add_clone,
    add_config,
    add_tap,
    add_mapping,
    add_nested,
    add_stack,
    add_layers,
    add_choice,
    add_several,
)

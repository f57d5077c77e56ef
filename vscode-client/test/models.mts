/** The program that the tests open: `trainable` starts in the middle of a graph, and `probe` is built on its `.input`. */

/** Where the input of `probe` is, counted from one, and the text that is wrong there. */
export const PROBE_LINE = 14;
export const PROBE_COLUMN = 21;
export const CLONED = "trainable.input";

/** What is right in its place. */
export const ORIGINAL = "ids";

export const TEXT_MODEL = `import keras
from keras import layers

# From a word to a score.
raw = keras.Input(shape=(1,), dtype="string", name="raw_text")
ids = layers.StringLookup(vocabulary=["a", "b", "c"], name="lookup")(raw)
emb = layers.Embedding(8, 4, name="emb")(ids)
flat = layers.Flatten(name="flat")(emb)
score = layers.Dense(1, name="score")(flat)

# The lookup runs in the data pipeline, the rest is trained, and \`probe\` looks inside of it.
preprocess = keras.Model(raw, ids, name="preprocess")
trainable = keras.Model(ids, score, name="trainable")
probe = keras.Model(${CLONED}, trainable.get_layer("flat").output, name="probe")
`;

/** The same program as a notebook, a cell for each paragraph; `probe` is in the last one. */
export function asNotebook(program: string): string {
  const cells = program
    .trimEnd()
    .split("\n\n")
    .map((text, number) => ({
      cell_type: "code",
      execution_count: null,
      id: `cell-${number}`,
      metadata: {},
      outputs: [],
      source: text,
    }));
  const metadata = { language_info: { name: "python" } };
  return JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, undefined, 1);
}

/** Texts of which the results are remembered: those who choose them must not fill the memory. */
const mostTexts = 1024;

/** Longer ones are worked out each time. Characters. */
const longestText = 256;

/**
 * The same function of a text, which remembers what it made of each. It keeps a copy of its own: a piece that was cut out of
 * a longer text would keep all of that.
 * @param make of any text, also of one with characters beyond Latin-1, which isn't remembered; nor is what it throws
 */
export function remembered<Value extends object | string | boolean>(
  make: (text: string) => Value,
): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (text.length > longestText) return make(text);
    const own = Buffer.from(text, "latin1").toString("latin1");
    if (own !== text) return make(text);
    const value = make(own);
    if (known.size >= mostTexts) known.clear();
    known.set(own, value);
    return value;
  };
}

/** Longer ones aren't kept until the next one comes: there may be a thousand connections that each wait for one. Characters. */
const longestLast = 4096;

/**
 * The same function of a text, which remembers what it made of the last one, up to 4,096 characters: for texts that mostly
 * repeat the one before. What it throws isn't remembered.
 */
export function rememberingLast<Value>(make: (text: string) => Value): (text: string) => Value {
  let last: { readonly text: string; readonly value: Value } | undefined;
  return (text) => {
    if (last?.text === text) return last.value;
    const value = make(text);
    last = text.length > longestLast ? undefined : { text, value };
    return value;
  };
}

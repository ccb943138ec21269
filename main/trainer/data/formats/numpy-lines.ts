/** Lines of NumPy that mend what a file holds in another form than is read; they are told where it is refused. */

/** Python's literal of a text: JSON's, whose escapes Python knows. */
const literal = (text: string): string => JSON.stringify(text);

/**
 * The line that writes an .npz anew, with one array changed, beside the old one.
 *
 * @param change gives the new array's expression from the old one's
 * @param objects whether the array holds Python objects, which NumPy opens only when asked
 */
export function npzLine(
  file: string,
  name: string,
  change: (array: string) => string,
  objects = false,
): string {
  const target = file.replace(/(\.npz)?$/i, '-mended.npz');
  const array = `a[${literal(name)}]`;
  const load = `numpy.load(${literal(file)}${objects ? ', allow_pickle=True' : ''})`;
  return (
    `In Python, \`import numpy; a = dict(${load}); ${array} = ${change(array)}; ` +
    `numpy.savez_compressed(${literal(target)}, **a)\` writes a file in which it is as needed.`
  );
}

/**
 * The line that writes an IDX file's elements as unsigned bytes; a file that is not gzipped is kept as `.old`.
 *
 * @param type the elements' type as NumPy names it
 * @param start bytes of the header
 */
export function idxLine(
  file: string,
  type: string,
  start: number,
  change: (array: string) => string,
): string {
  const target = literal(file.replace(/\.gz$/i, ''));
  const zipped = target !== literal(file);
  const [read, keep] = zipped
    ? [`gzip.open(${literal(file)}).read()`, '']
    : [`open(${literal(file)}, "rb").read()`, `os.rename(${literal(file)}, ${literal(`${file}.old`)}); `];
  return (
    `In Python, \`import ${zipped ? 'gzip' : 'os'}, numpy; b = ${read}; x = numpy.frombuffer(b, "${type}", offset=${start}); ` +
    `${keep}open(${target}, "wb").write(b[:2] + b"\\x08" + b[3:${start}] + ${change('x')}.tobytes())\` writes them as unsigned bytes.`
  );
}

/** The expression that makes unsigned bytes of an array whose numbers, as far as they were looked at, are these. */
export function toBytes(
  kind: 'bool' | 'whole' | 'float',
  seen: ArrayLike<number>,
): (array: string) => string {
  if (kind === 'bool') return (array) => `${array}.astype("uint8") * 255`;
  let [least, most] = [Infinity, -Infinity];
  for (let index = 0; index < seen.length; index++) {
    least = Math.min(least, seen[index]!);
    most = Math.max(most, seen[index]!);
  }
  if (kind === 'float' && least >= 0 && most <= 1)
    return (array) => `(${array} * 255).round().astype("uint8")`;
  if (least >= 0 && most <= 255)
    return (array) => (kind === 'float' ? `${array}.round().astype("uint8")` : `${array}.astype("uint8")`);
  return (array) =>
    `numpy.interp(${array}, (${array}.min(), ${array}.max()), (0, 255)).round().astype("uint8")`;
}

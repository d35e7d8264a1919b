/** Cuts bytes into pieces of the lengths given, over and over (one piece where none is given); 0 is an empty piece. */
export function* piecesOf(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  const usable = lengths.some((length) => length > 0) ? lengths : [Math.max(bytes.length, 1)]
  let at = 0
  for (let turn = 0; at < bytes.length; turn += 1) {
    const length = usable[turn % usable.length]!
    yield bytes.subarray(at, at + length)
    at += length
  }
}

export async function* inPieces(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces
}

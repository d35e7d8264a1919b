/** What a JSON parser lets pass and we do not; `path` leads to the field. */
export type JsonFlaw =
  | { kind: 'too-deep' }
  | { kind: 'repeated-field'; path: readonly string[] }
  | { kind: 'impossible-text'; path: readonly string[] }

/** An object with the names that were seen in it, or an array with its length so far; `at` is where we are in it. */
type Level = { names: Set<string> | undefined; at: string; length: number }

/** The first flaw of a text that is JSON already. */
export function findJsonFlaw(json: string, deepest: number): JsonFlaw | undefined {
  const levels: Level[] = []
  const path = () => levels.map(({ at }) => at)
  let expectsName = false

  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case OBJECT:
      case ARRAY: {
        if (levels.length === deepest) return { kind: 'too-deep' }
        const isObject = json.charCodeAt(at) === OBJECT
        levels.push({ names: isObject ? new Set() : undefined, at: '0', length: 0 })
        expectsName = isObject
        break
      }
      case OBJECT_END:
      case ARRAY_END:
        levels.pop()
        expectsName = false
        break
      case COMMA: {
        const level = levels.at(-1)!
        expectsName = level.names !== undefined
        if (!expectsName) level.at = String(++level.length)
        break
      }
      case QUOTE: {
        const end = endOfString(json, at)
        const text = contentOf(json.slice(at, end + 1))
        at = end
        const level = levels.at(-1)
        if (expectsName && level) {
          expectsName = false
          level.at = text
          if (level.names!.has(text)) return { kind: 'repeated-field', path: path() }
          level.names!.add(text)
        }
        if (!text.isWellFormed() || text.includes('\0'))
          return { kind: 'impossible-text', path: path().map((name) => name.toWellFormed()) }
      }
    }
  }
  return undefined
}

const [OBJECT, OBJECT_END, ARRAY, ARRAY_END] = [0x7b, 0x7d, 0x5b, 0x5d]
const [COMMA, QUOTE, BACKSLASH] = [0x2c, 0x22, 0x5c]

function endOfString(json: string, from: number): number {
  for (let at = from + 1; ; at++) {
    const code = json.charCodeAt(at)
    if (code === QUOTE) return at
    if (code === BACKSLASH) at++
  }
}

/** Only an escape can hide something. */
const contentOf = (quoted: string): string =>
  quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)

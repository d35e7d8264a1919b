import type { FileProblem, XmlDefect } from '../../domain/integrations/file-problem.ts'
import { MalformedFile } from '../format.ts'
import { forbiddenCharacter } from '../xml/defects.ts'
import { XML_LIMITS } from '../xml/limits.ts'

/** Names come without their prefix; an empty element is opened and closed; texts come decoded, perhaps in parts. */
export type XmlEvents = {
  open(name: string, attributes: Attributes): void
  close(name: string): void
  text(text: string): void
}

export type Attributes = {
  /** By the whole name, or by the local one when none has it. */
  get(name: string): string | undefined
}

/**
 * Scans the XML of office packages, which is machine-made and large: names and values are cut out only where they are
 * asked for, which is several times faster than a general parser. Well-formedness is judged all the same; document types
 * and entities other than XML's own five are refused, as the packages' standard (ECMA-376 part 2) forbids them.
 */
export class XmlScanner {
  readonly #events: XmlEvents
  readonly #place: () => Partial<FileProblem>
  readonly #attributes: AttributeSpans
  readonly #open: string[] = []
  #sawRoot = false
  #rest = ''

  /** `place` is asked where a fault is. */
  constructor(events: XmlEvents, place: () => Partial<FileProblem>) {
    this.#events = events
    this.#place = place
    this.#attributes = new AttributeSpans((defect, text) => this.#fault(defect, text))
  }

  write(piece: string): void {
    const text = this.#rest === '' ? piece : this.#rest + piece
    let at = 0
    for (;;) {
      const start = text.indexOf('<', at)
      if (start < 0) break
      if (start > at) this.#takeText(text.slice(at, start))
      at = start
      const end = this.#takeMarkup(text, start)
      if (end < 0) break
      at = end
    }
    this.#rest = text.slice(at)
    if (this.#rest.length > XML_LIMITS.token) {
      throw this.#refusal({
        code: 'limit-exceeded',
        params: { limit: 'token', most: XML_LIMITS.token },
      })
    }
  }

  end(): void {
    if (this.#rest !== '' && (this.#open.length > 0 || !isBlank(this.#rest))) {
      const isCut = this.#open.length > 0 || this.#rest.startsWith('<')
      throw this.#fault(isCut ? 'truncated' : 'text-outside-root')
    }
    if (this.#open.length > 0 || !this.#sawRoot) throw this.#fault('truncated')
  }

  #takeText(raw: string): void {
    if (this.#open.length === 0) {
      if (!isBlank(raw)) throw this.#fault('text-outside-root')
      return
    }
    this.#events.text(this.#decoded(raw))
  }

  #decoded(raw: string): string {
    return SPECIAL.test(raw) ? decodeText(raw, (defect, text) => this.#fault(defect, text)) : raw
  }

  /** Where the markup that begins at `start` ends; -1 when more text is needed to tell. */
  #takeMarkup(text: string, start: number): number {
    switch (text.charCodeAt(start + 1)) {
      case SLASH:
        return this.#takeEndTag(text, start)
      case QUESTION: {
        const end = text.indexOf('?>', start + 2)
        return end < 0 ? -1 : end + 2
      }
      case BANG:
        return this.#takeDeclaration(text, start)
      default:
        return this.#takeStartTag(text, start)
    }
  }

  #takeEndTag(text: string, start: number): number {
    const end = text.indexOf('>', start + 2)
    if (end < 0) return -1
    const name = this.#open.at(-1)
    if (name === undefined) throw this.#fault('text-outside-root')
    const nameEnd = start + 2 + name.length
    if (!text.startsWith(name, start + 2) || !isBlank(text.slice(nameEnd, end))) {
      throw this.#fault('mismatched-tag', name)
    }
    this.#open.pop()
    this.#events.close(localName(name))
    return end + 1
  }

  #takeDeclaration(text: string, start: number): number {
    if (text.startsWith('<!--', start)) {
      const end = text.indexOf('-->', start + 4)
      return end < 0 ? -1 : end + 3
    }
    if (text.startsWith(CDATA, start)) {
      const end = text.indexOf(']]>', start + CDATA.length)
      if (end < 0) return -1
      if (this.#open.length === 0) throw this.#fault('text-outside-root')
      const content = text.slice(start + CDATA.length, end)
      const forbidden = forbiddenCharacter(content)
      if (forbidden !== undefined) throw this.#fault('forbidden-character', forbidden)
      if (content !== '') this.#events.text(content)
      return end + 3
    }
    const seen = text.slice(start, start + CDATA.length)
    if (CDATA.startsWith(seen) || '<!--'.startsWith(seen)) return -1
    throw this.#fault('misplaced-declaration')
  }

  #takeStartTag(text: string, start: number): number {
    const nameEnd = endOfName(text, start + 1)
    if (nameEnd === text.length) return -1
    if (nameEnd === start + 1) throw this.#fault('bare-less-than')
    const end = this.#attributes.take(text, nameEnd)
    if (end < 0) return -1
    if (this.#open.length === 0) {
      if (this.#sawRoot) throw this.#fault('text-outside-root')
      this.#sawRoot = true
    }
    const name = text.slice(start + 1, nameEnd)
    const local = localName(name)
    this.#events.open(local, this.#attributes)
    if (text.charCodeAt(end - 2) === SLASH) {
      this.#events.close(local)
    } else {
      this.#open.push(name)
      if (this.#open.length > XML_LIMITS.depth) {
        throw this.#refusal({
          code: 'limit-exceeded',
          params: { limit: 'depth', most: XML_LIMITS.depth },
        })
      }
    }
    return end
  }

  #fault(defect: XmlDefect, text?: string): MalformedFile {
    const params = { defect, ...(text !== undefined && { text: text.slice(0, 64) }) }
    return this.#refusal({ code: 'malformed-xml', params })
  }

  #refusal(problem: FileProblem): MalformedFile {
    const { params, ...place } = this.#place()
    return new MalformedFile({ ...problem, ...place, params: { ...problem.params, ...params } })
  }
}

type Fault = (defect: XmlDefect, text?: string) => MalformedFile

/** Where the attributes of the newest start tag are; valid until the next. */
class AttributeSpans implements Attributes {
  readonly #fault: Fault
  #text = ''
  #count = 0
  /** Four for each: where its name and its value begin and end. */
  readonly #spans = new Int32Array(XML_LIMITS.attributes * 4)

  constructor(fault: Fault) {
    this.#fault = fault
  }

  get(name: string): string | undefined {
    for (let at = 0; at < this.#count * 4; at += 4) {
      if (this.#isNamed(at, name)) return this.#value(at)
    }
    for (let at = 0; at < this.#count * 4; at += 4) {
      const full = this.#text.slice(this.#spans[at], this.#spans[at + 1])
      if (full.endsWith(`:${name}`)) return this.#value(at)
    }
    return undefined
  }

  /** Where the tag ends; -1 when more text is needed to tell. */
  take(text: string, from: number): number {
    this.#text = text
    this.#count = 0
    let at = from
    for (;;) {
      const before = at
      at = skipSpace(text, at)
      const code = text.charCodeAt(at)
      if (code === GREATER) return at + 1
      if (code === SLASH) {
        if (at + 1 === text.length) return -1
        if (text.charCodeAt(at + 1) !== GREATER) throw this.#fault('attribute-syntax')
        return at + 2
      }
      if (at === text.length) return -1
      if (at === before) throw this.#fault('attribute-syntax')
      at = this.#takeOne(text, at)
      if (at < 0) return -1
    }
  }

  #takeOne(text: string, start: number): number {
    const nameEnd = endOfName(text, start)
    const equals = skipSpace(text, nameEnd)
    if (equals === text.length) return -1
    if (nameEnd === start || text.charCodeAt(equals) !== EQUALS) {
      throw this.#fault('attribute-syntax')
    }
    const quoteAt = skipSpace(text, equals + 1)
    if (quoteAt === text.length) return -1
    const quote = text.charCodeAt(quoteAt)
    if (quote !== QUOTE && quote !== APOSTROPHE) throw this.#fault('attribute-syntax')
    let end = quoteAt + 1
    for (; end < text.length; end += 1) {
      const code = text.charCodeAt(end)
      if (code === quote) break
      if (code === LESS) throw this.#fault('attribute-syntax')
    }
    if (end === text.length) return -1
    this.#note(start, nameEnd, quoteAt + 1, end)
    return end + 1
  }

  #note(nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    if (this.#count === XML_LIMITS.attributes) throw this.#fault('attribute-syntax')
    if (this.#count > 0) {
      const name = this.#text.slice(nameStart, nameEnd)
      for (let at = 0; at < this.#count * 4; at += 4) {
        if (this.#isNamed(at, name)) throw this.#fault('duplicate-attribute', name)
      }
    }
    const at = this.#count * 4
    this.#spans[at] = nameStart
    this.#spans[at + 1] = nameEnd
    this.#spans[at + 2] = valueStart
    this.#spans[at + 3] = valueEnd
    this.#count += 1
  }

  #isNamed(at: number, name: string): boolean {
    const start = this.#spans[at]!
    return this.#spans[at + 1]! - start === name.length && this.#text.startsWith(name, start)
  }

  #value(at: number): string {
    const raw = this.#text.slice(this.#spans[at + 2], this.#spans[at + 3])
    return SPECIAL.test(raw) ? decodeText(raw, this.#fault) : raw
  }
}

const [SLASH, QUESTION, BANG, GREATER, LESS, EQUALS, QUOTE, APOSTROPHE] = [
  0x2f, 0x3f, 0x21, 0x3e, 0x3c, 0x3d, 0x22, 0x27,
]
const CDATA = '<![CDATA['

/** What needs a second look; eslint's no-control-regex does not see escapes built at run time, and these are meant. */
const SPECIAL = new RegExp('[&>\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\uFFFE\\uFFFF]')

function decodeText(raw: string, fault: Fault): string {
  const forbidden = forbiddenCharacter(raw)
  if (forbidden !== undefined) throw fault('forbidden-character', forbidden)
  if (raw.includes(']]>')) throw fault('cdata-end')
  return raw.replace(/&([^;&\s]{0,32})(;?)/g, (_, name: string, semicolon: string) => {
    if (semicolon === '') throw fault('bare-ampersand', name)
    if (name.startsWith('#')) return decodeReference(name, fault)
    const character = PREDEFINED[name]
    if (character === undefined) throw fault('unknown-entity', name)
    return character
  })
}

const PREDEFINED: Record<string, string> = Object.assign(Object.create(null), {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
})

function decodeReference(name: string, fault: Fault): string {
  const digits = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name)
  const code = digits?.[1] === undefined ? Number(digits?.[2] ?? 0) : parseInt(digits[1], 16)
  const isSurrogate = code >= 0xd800 && code <= 0xdfff
  if (code === 0 || code > 0x10ffff || isSurrogate) throw fault('character-reference')
  const character = String.fromCodePoint(code)
  if (forbiddenCharacter(character) !== undefined) throw fault('character-reference')
  return character
}

function localName(name: string): string {
  const colon = name.indexOf(':')
  return colon < 0 ? name : name.slice(colon + 1)
}

function endOfName(text: string, start: number): number {
  let at = start
  while (at < text.length && isNameCode(text.charCodeAt(at))) at += 1
  return at
}

/** Letters, digits, `-` `.` `:` `_` and all beyond ASCII: which of them may begin a name is not asked. */
function isNameCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x2d && code <= 0x3a && code !== SLASH) ||
    code === 0x5f ||
    code >= 0x80
  )
}

function skipSpace(text: string, start: number): number {
  let at = start
  while (isSpace(text.charCodeAt(at))) at += 1
  return at
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

function isBlank(text: string): boolean {
  return text === '' || /^\uFEFF?[ \t\r\n]*$/.test(text)
}

import type { MiddlewareHandler } from 'hono'
import { findJsonFlaw, type JsonFlaw } from '../domain/json-flaws.ts'
import type { Text } from './language.ts'
import { MOST_BODY_BYTES } from './limits.ts'
import { Problem } from './problem.ts'

const DEEPEST = 32
const ARRIVES_WITHIN_MS = 10_000
const JSON_TYPE = /^application\/([\w.-]+\+)?json$/

/**
 * Reads a JSON body before its route does, for a while and up to a megabyte, and refuses what parsers disagree about or nobody can keep: broken UTF-8, fields
 * given twice, nesting without end, U+0000 and halves of surrogate pairs (RFC 8259, 8; RFC 7493).
 */
export const jsonBodies = (withinMs = ARRIVES_WITHIN_MS): MiddlewareHandler =>
  async function readJsonBody(c, next) {
    const { method } = c.req
    if (method === 'GET' || method === 'HEAD') return next()
    const [type = '', ...parameters] = (c.req.header('Content-Type') ?? '').toLowerCase().split(';')
    if (!JSON_TYPE.test(type.trim())) return next()
    const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith('charset='))
    if (charset && !/^charset="?utf-?8"?$/.test(charset)) throw unsupported(ONLY_UTF8)
    const coding = c.req.header('Content-Encoding') ?? 'identity'
    if (coding.toLowerCase() !== 'identity') throw unsupported(NOT_COMPRESSED)

    const arriving = readWhole(c.req.raw.body).catch((cause: unknown) => {
      throw cause instanceof Problem ? cause : new Problem('malformed-body', { cause })
    })
    const text = decode(await within(withinMs, arriving))
    if (text !== '') check(text)
    c.req.bodyCache.text = Promise.resolve(text) as unknown as string
    return next()
  }

/** Of whatever length, which a chunked body does not say. It is never cancelled: that would cut the connection. */
async function readWhole(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  const reader = body?.getReader()
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    bytes += read.value.length
    if (bytes > MOST_BODY_BYTES) throw new Problem('payload-too-large')
    chunks.push(read.value)
  }
  return Buffer.concat(chunks)
}

async function within<T>(ms: number, arriving: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Problem('request-timeout')), ms)
  })
  try {
    return await Promise.race([arriving, late])
  } finally {
    clearTimeout(timer)
    arriving.catch(() => {})
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new Problem('malformed-body', { detail: BROKEN_UTF8, cause })
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function check(text: string): void {
  try {
    JSON.parse(text)
  } catch (cause) {
    throw new Problem('malformed-body', { detail: NOT_JSON, cause })
  }
  const flaw = findJsonFlaw(text, DEEPEST)
  if (flaw) throw problemOf(flaw)
}

function problemOf(flaw: JsonFlaw): Problem {
  if (flaw.kind === 'too-deep') return new Problem('malformed-body', { detail: TOO_DEEP })
  const message = MESSAGES[flaw.kind]
  return new Problem('validation-failed', { errors: [{ path: flaw.path.join('.'), message }] })
}

const unsupported = (detail: Text) => new Problem('unsupported-media-type', { detail })

const MESSAGES: Record<Exclude<JsonFlaw['kind'], 'too-deep'>, Text> = {
  'repeated-field': { ru: 'поле указано дважды', en: 'the field is given twice' },
  'impossible-text': {
    ru: 'недопустимый символ: U+0000 или половина суррогатной пары',
    en: 'an impossible character: U+0000 or half of a surrogate pair',
  },
}
const NOT_JSON: Text = { ru: 'Это не JSON.', en: 'This is not JSON.' }
const BROKEN_UTF8: Text = { ru: 'Это не UTF-8.', en: 'This is not UTF-8.' }
const TOO_DEEP: Text = {
  ru: `Вложенность больше ${DEEPEST}.`,
  en: `It is nested deeper than ${DEEPEST}.`,
}
const ONLY_UTF8: Text = { ru: 'Только UTF-8.', en: 'UTF-8 only.' }
const NOT_COMPRESSED: Text = {
  ru: 'Сжатые тела не принимаются.',
  en: 'Compressed bodies are not taken.',
}

import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { Busboy } from '@fastify/busboy'
import type { Text } from '../language.ts'
import { Problem } from '../problem.ts'

/**
 * A multipart body while it is still coming. The fields before the file are there at once; those after it when `rest` is
 * done, which wants the file read to its end. `close` it in any case: what was not read stays in the body.
 */
export type Upload = {
  fields: ReadonlyMap<string, string>
  file: UploadedFile | undefined
  rest(): Promise<void>
  close(): void
}

export type UploadedFile = { name: string | null; bytes: AsyncIterable<Uint8Array> }

export type UploadOptions = {
  /** The one part that may be a file. */
  fileField: string
  maxBytes: number
  /** The longest silence of the sender. */
  stallMs?: number
}

/** @throws {Problem} 400 for a body that is no such form, 408 for a silent sender, 413 for a file that is too large */
export async function openUpload(
  { body, headers }: Pick<Request, 'body' | 'headers'>,
  { fileField, maxBytes, stallMs = 60_000 }: UploadOptions,
): Promise<Upload> {
  if (Number(headers.get('Content-Length') ?? 0) > maxBytes + FORM_BYTES) throw tooLarge(maxBytes)
  const form = parserOf(headers.get('Content-Type') ?? '')
  const fields = new Map<string, string>()
  let file: Readable | undefined
  const over = new AbortController()
  const opened = Promise.withResolvers<Upload['file']>()
  const closed = Promise.withResolvers<void>()
  closed.promise.catch(() => {})

  const fail = (problem: Problem) => {
    over.abort(problem)
    file?.destroy(problem)
    opened.reject(problem)
    closed.reject(problem)
  }
  form.on('field', (name, value, nameTruncated, valueTruncated) => {
    if (nameTruncated || valueTruncated) return fail(malformed(name, TOO_LONG))
    if (fields.has(name)) return fail(malformed(name, TWICE))
    if (name === fileField) return fail(malformed(name, NOT_A_FILE))
    fields.set(name, value)
  })
  form.on('file', (name, stream, fileName: string | undefined) => {
    file = stream
    stream.on('error', () => {})
    if (name !== fileField) return fail(malformed(name, UNKNOWN))
    opened.resolve({ name: plain(fileName), bytes: bounded(stream, maxBytes, over.signal) })
  })
  form.on('filesLimit', () => fail(malformed(fileField, TWICE)))
  form.on('fieldsLimit', () => fail(malformed('', TOO_MANY)))
  form.on('error', (cause) => fail(broken(cause)))
  form.on('finish', () => {
    opened.resolve(undefined)
    closed.resolve()
  })

  pump(body, form, over.signal, stallMs).catch((cause: unknown) =>
    fail(cause instanceof Problem ? cause : broken(cause)),
  )
  return {
    fields,
    file: await opened.promise,
    rest: () => closed.promise,
    close: () => fail(broken('closed')),
  }
}

/** As it can be kept and shown: without control characters, and not endless. */
const plain = (fileName = '') => fileName.replaceAll(/\p{Cc}/gu, '').slice(0, 255) || null

/** What the form may weigh besides its file. */
const FORM_BYTES = 64 * 1024

function parserOf(contentType: string) {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: { files: 1, fields: 20, fieldSize: 4096, headerPairs: 20, headerSize: 8192 },
    })
  } catch (cause) {
    throw broken(cause)
  }
}

/** Never cancels the body: that would cut the connection before the answer is out. */
async function pump(
  body: Request['body'],
  form: ReturnType<typeof parserOf>,
  signal: AbortSignal,
  stallMs: number,
): Promise<void> {
  const reader = body?.getReader()
  while (reader && !signal.aborted) {
    const { done, value } = await within(stallMs, reader.read())
    if (done) break
    if (!form.write(value)) await once(form, 'drain', { signal })
  }
  if (!signal.aborted) form.end()
}

/** The clock runs while we wait for the sender, not while the sender waits for us. */
async function within<T>(stallMs: number, read: Promise<T>): Promise<T> {
  const stalled = Promise.withResolvers<never>()
  const timer = setTimeout(() => stalled.reject(new Problem('request-timeout')), stallMs)
  try {
    return await Promise.race([read, stalled.promise])
  } finally {
    clearTimeout(timer)
  }
}

async function* bounded(
  file: Readable,
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    for await (const chunk of file as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      if (bytes > maxBytes) throw tooLarge(maxBytes)
      yield chunk
    }
  } catch (error) {
    // The parser tells the file of its end before it tells why.
    throw signal.aborted ? signal.reason : error
  }
}

const tooLarge = (maxBytes: number) =>
  new Problem('payload-too-large', {
    detail: {
      ru: `Файл больше ${maxBytes} байт.`,
      en: `The file is larger than ${maxBytes} bytes.`,
    },
  })

const broken = (cause: unknown) => new Problem('malformed-body', { detail: BROKEN, cause })

const malformed = (path: string, message: Text) =>
  new Problem('validation-failed', { errors: [{ path, message }] })

const BROKEN: Text = {
  ru: 'Нужна целая форма multipart/form-data.',
  en: 'A whole multipart/form-data form is needed.',
}
const TOO_LONG: Text = { ru: 'слишком длинное поле', en: 'the field is too long' }
const TOO_MANY: Text = { ru: 'слишком много полей', en: 'there are too many fields' }
const TWICE: Text = { ru: 'указано дважды', en: 'given twice' }
const UNKNOWN: Text = { ru: 'неизвестное поле', en: 'unknown field' }
const NOT_A_FILE: Text = { ru: 'нужен файл', en: 'a file is needed' }

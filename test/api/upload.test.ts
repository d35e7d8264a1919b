import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { peek } from '../../api/imports/peek.ts'
import { openUpload, type Upload } from '../../api/imports/upload.ts'
import { Problem } from '../../api/problem.ts'
import { bodyOf, CONTENT_TYPE, field, file, formRequest, multipart } from './multipart.ts'

const open = (
  body: ReadableStream<Uint8Array> | Uint8Array,
  options: { maxBytes?: number; stallMs?: number; contentType?: string } = {},
): Promise<Upload> => {
  const { contentType = CONTENT_TYPE, maxBytes = 1_000_000, ...rest } = options
  const request = new Request('http://api/', formRequest(body, { 'Content-Type': contentType }))
  return openUpload(request, { fileField: 'file', maxBytes, ...rest })
}

async function contentOf(upload: Upload): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of upload.file!.bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const problemOf = (failing: Promise<unknown>): Promise<Problem> =>
  failing.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(Problem)
      return error as Problem
    },
  )

describe('an upload', () => {
  it('is the same however its bytes are cut', async () => {
    const content = Buffer.from('<yml_catalog>\r\n--yarmarka-test-boundar\r\n</yml_catalog>')
    const form = multipart(field('shopId', '7'), file(content), field('format', 'yml'))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: form.length }), async (size) => {
        const upload = await open(bodyOf(form, { size }))
        expect(upload.fields.get('shopId')).toBe('7')
        expect(await contentOf(upload)).toEqual(content)
        await upload.rest()
        expect(Object.fromEntries(upload.fields)).toEqual({ shopId: '7', format: 'yml' })
      }),
      { numRuns: 60 },
    )
  })

  it('passes megabytes on as the reader takes them, without asking for more', async () => {
    const content = new Uint8Array(8_000_000).fill(60)
    let asked = 0
    const form = multipart(file(content))
    const source = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const chunk = form.subarray(asked, (asked += 64 * 1024))
          if (chunk.length > 0) controller.enqueue(chunk)
          else controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    const upload = await open(source, { maxBytes: 10_000_000 })
    const [first] = [await upload.file!.bytes[Symbol.asyncIterator]().next()]
    expect(first.done).toBe(false)
    expect(asked).toBeLessThan(1_000_000)
    upload.close()
  })

  it('may have an empty file, or a file without a name', async () => {
    const empty = await open(multipart(file('', '')))
    expect(empty.file?.name).toBeNull()
    expect(await contentOf(empty)).toHaveLength(0)
    await empty.rest()
  })

  it('may have no file at all', async () => {
    const upload = await open(multipart(field('shopId', '7')))
    expect(upload.file).toBeUndefined()
    expect(upload.fields.get('shopId')).toBe('7')
  })

  it('has a plain file name, whatever the sender calls it', async () => {
    const upload = await open(multipart(file('x', `/etc/\0весна\u0007${'.'.repeat(300)}`)))
    expect(upload.file?.name).toBe(`весна${'.'.repeat(250)}`)
    upload.close()
  })

  it('may be followed by an epilogue', async () => {
    const upload = await open(Buffer.concat([multipart(file('<a/>')), Buffer.from('epilogue')]))
    expect((await contentOf(upload)).toString()).toBe('<a/>')
    await upload.rest()
  })
})

describe('an upload is refused', () => {
  it.each([
    ['has no boundary', multipart(file('x')), 'multipart/form-data'],
    ['has another boundary', multipart(file('x')), 'multipart/form-data; boundary=other'],
    ['ends before the file begins', multipart(file('x')).subarray(0, 60), CONTENT_TYPE],
    ['is empty', new Uint8Array(), CONTENT_TYPE],
  ])('with 400 when it %s', async (_name, form, contentType) => {
    expect((await problemOf(open(form, { contentType }))).code).toBe('malformed-body')
  })

  it('with 400 when it ends within the file', async () => {
    const form = multipart(file('x'.repeat(1000)))
    const upload = await open(bodyOf(form.subarray(0, 500), { size: 100 }))
    expect((await problemOf(contentOf(upload))).code).toBe('malformed-body')
  })

  it('with 400 when the sender disconnects within the file', async () => {
    const form = multipart(file('x'.repeat(1000)))
    const gone = Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
    const upload = await open(bodyOf(form.subarray(0, 500), { size: 100, end: gone }))
    expect((await problemOf(contentOf(upload))).code).toBe('malformed-body')
  })

  it.each([
    ['a field is given twice', [field('shopId', '1'), field('shopId', '2'), file('x')], 'shopId'],
    ['two files are given', [file('x'), file('y')], 'file'],
    ['the file is a field', [field('file', 'x')], 'file'],
    ['the file has another name', [{ name: 'feed', content: 'x', fileName: 'f' }], 'feed'],
    ['a field is too long', [field('shopId', '1'.repeat(5000))], 'shopId'],
    ['there are too many fields', Array.from({ length: 21 }, (_, at) => field(`f${at}`, 'x')), ''],
  ])('with 400 when %s', async (_name, parts, path) => {
    const problem = await problemOf(
      open(multipart(...parts)).then(async (upload) => {
        if (upload.file) await contentOf(upload)
        await upload.rest()
      }),
    )
    expect(problem.code).toBe('validation-failed')
    expect(problem.options.errors?.[0]?.path).toBe(path)
  })

  it('with 413 by its length, before a byte is read', async () => {
    const request = { body: null, headers: new Headers({ 'Content-Length': '2000000' }) }
    const opening = openUpload(request, { fileField: 'file', maxBytes: 1_000_000 })
    expect((await problemOf(opening)).code).toBe('payload-too-large')
  })

  it('with 413 by its bytes, when it does not tell its length', async () => {
    const upload = await open(bodyOf(multipart(file('x'.repeat(2000)))), { maxBytes: 1000 })
    expect((await problemOf(contentOf(upload))).code).toBe('payload-too-large')
  })

  it('with 408 when the sender falls silent', async () => {
    const form = multipart(file('x'.repeat(1000))).subarray(0, 500)
    const upload = await open(bodyOf(form, { end: 'silence' }), { stallMs: 20 })
    expect((await problemOf(contentOf(upload))).code).toBe('request-timeout')
  })

  it('and its body is never cancelled: that would cut the connection before the answer', async () => {
    let isCancelled = false
    const form = multipart(file('x'.repeat(100_000)))
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(form),
      cancel: () => void (isCancelled = true),
    })
    const upload = await open(body)
    upload.close()
    await problemOf(upload.rest())
    expect(isCancelled).toBe(false)
  })
})

describe('peeking', () => {
  it('shows the head and gives everything afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 }),
        fc.integer({ min: 1, max: 60 }),
        async (chunks, size) => {
          const all = Buffer.concat(chunks)
          const peeked = await peek(asyncly(chunks), size)
          expect(Buffer.from(peeked.head)).toEqual(all.subarray(0, peeked.head.length))
          expect(peeked.head.length).toBeGreaterThanOrEqual(Math.min(size, all.length))
          if (peeked.isWhole) expect(peeked.head).toHaveLength(all.length)
          const read: Uint8Array[] = []
          for await (const chunk of peeked.bytes) read.push(chunk)
          expect(Buffer.concat(read)).toEqual(all)
        },
      ),
    )
  })

  it('closes its source when the reader stops', async () => {
    let isClosed = false
    async function* source() {
      try {
        for (;;) yield new Uint8Array(10)
      } finally {
        isClosed = true
      }
    }
    const { bytes } = await peek(source(), 5)
    for await (const chunk of bytes) if (chunk) break
    expect(isClosed).toBe(true)
  })
})

async function* asyncly<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

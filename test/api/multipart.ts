/** A part of a form as bytes: a field, or a file when it has a name. */
export type Part = { name: string; content: string | Uint8Array; fileName?: string }

export const BOUNDARY = 'yarmarka-test-boundary'
export const CONTENT_TYPE = `multipart/form-data; boundary=${BOUNDARY}`

/** The form exactly in this order; `FormData` would not say where a chunk ends. */
export function multipart(...parts: Part[]): Buffer {
  return Buffer.concat([
    ...parts.flatMap(({ name, content, fileName }) => [
      Buffer.from(
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"` +
          (fileName === undefined ? '' : `; filename="${fileName}"\r\nContent-Type: text/xml`) +
          '\r\n\r\n',
      ),
      Buffer.from(content),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ])
}

export const field = (name: string, content: string): Part => ({ name, content })
export const file = (content: string | Uint8Array, fileName = 'feed.xml'): Part => ({
  name: 'file',
  content,
  fileName,
})

/** Sends the bytes in chunks of `size`, then ends, breaks with `error`, or stays silent for ever. */
export function bodyOf(
  bytes: Uint8Array,
  { size = bytes.length, end = 'close' }: { size?: number; end?: 'close' | 'silence' | Error } = {},
): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    async pull(controller) {
      if (at < bytes.length) {
        controller.enqueue(bytes.subarray(at, (at += size)))
        return
      }
      if (end === 'close') controller.close()
      else if (end === 'silence') await new Promise(() => {})
      else controller.error(end)
    },
  })
}

/** A request with this body; nothing but the content type is said about it. */
export const formRequest = (
  body: ReadableStream<Uint8Array> | Uint8Array,
  headers: Record<string, string> = {},
): RequestInit =>
  ({
    method: 'POST',
    headers: { 'Content-Type': CONTENT_TYPE, ...headers },
    body,
    duplex: 'half',
  }) as RequestInit

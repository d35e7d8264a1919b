export type PictureType = 'image/jpeg' | 'image/png' | 'image/webp' | 'image/gif'
export type PictureHeader = { contentType: PictureType; width: number; height: number }

/**
 * What a picture is, by its own bytes: never by a name or a content type, and never markup such as SVG or HTML, which
 * could run in a browser. Undefined for anything else, and for one that hides its size.
 */
export function readPictureHeader(bytes: Uint8Array): PictureHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found = readPng(view) ?? readGif(view) ?? readWebp(view) ?? readJpeg(view)
  return found && found.width > 0 && found.height > 0 ? found : undefined
}

type Read = (view: DataView) => PictureHeader | undefined

/** The specification wants `IHDR` first. */
const readPng: Read = (view) =>
  view.byteLength >= 24 &&
  ascii(view, 0, 8) === '\x89PNG\r\n\x1a\n' &&
  ascii(view, 12, 4) === 'IHDR'
    ? { contentType: 'image/png', width: view.getUint32(16), height: view.getUint32(20) }
    : undefined

const readGif: Read = (view) =>
  view.byteLength >= 10 && /^GIF8[79]a$/.test(ascii(view, 0, 6))
    ? { contentType: 'image/gif', width: view.getUint16(6, true), height: view.getUint16(8, true) }
    : undefined

const readWebp: Read = (view) => {
  if (view.byteLength < 30 || ascii(view, 0, 4) !== 'RIFF' || ascii(view, 8, 4) !== 'WEBP')
    return undefined
  const size = WEBP_CHUNKS[ascii(view, 12, 4)]?.(view)
  return size && { contentType: 'image/webp', ...size }
}

/** RFC 9649: lossy after its start code, lossless in 14 bits each, extended in 24. */
const WEBP_CHUNKS: Record<string, (view: DataView) => { width: number; height: number }> = {
  'VP8 ': (view) => ({
    width: view.getUint16(26, true) & 0x3fff,
    height: view.getUint16(28, true) & 0x3fff,
  }),
  VP8L: (view) => {
    const bits = view.getUint32(21, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  },
  VP8X: (view) => ({
    width: (view.getUint32(24, true) & 0xffffff) + 1,
    height: (view.getUint32(26, true) >>> 8) + 1,
  }),
}

/** The size stands in the frame header (SOF), behind segments of any length: thumbnails, colour profiles. */
const readJpeg: Read = (view) => {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined
  let at = 2
  while (at + 9 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) at += 1
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2
    else if (isFrame(marker))
      return {
        contentType: 'image/jpeg',
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
      }
    else if (marker < 0xc0 || marker === 0xd9 || marker === 0xda) return undefined
    else at += 2 + Math.max(view.getUint16(at + 2), 2)
  }
  return undefined
}

/** SOF0 to SOF15, without the tables that stand between them: DHT, JPG, DAC. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

const ascii = (view: DataView, from: number, length: number): string =>
  String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + from, length))

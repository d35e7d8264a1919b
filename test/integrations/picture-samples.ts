/** The smallest headers of each kind, of the size that is asked for. */
export const png = (width: number, height: number) => {
  const bytes = Buffer.alloc(33)
  bytes.write('89504e470d0a1a0a0000000d49484452', 'hex')
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  return bytes
}

export const gif = (width: number, height: number) => {
  const bytes = Buffer.alloc(13)
  bytes.write('GIF89a')
  bytes.writeUInt16LE(width, 6)
  bytes.writeUInt16LE(height, 8)
  return bytes
}

/** With a colour profile of `profile` bytes before the frame. */
export const jpeg = (width: number, height: number, { profile = 0, frame = 0xc0 } = {}) => {
  const segment = Buffer.alloc(4 + profile)
  segment.writeUInt16BE(0xffe2)
  segment.writeUInt16BE(2 + profile, 2)
  const tables = Buffer.from('ffc40003ff', 'hex')
  const sof = Buffer.from('ff00001108000000000301220002110103110100', 'hex')
  sof.writeUInt8(frame, 1)
  sof.writeUInt16BE(height, 5)
  sof.writeUInt16BE(width, 7)
  return Buffer.concat([Buffer.from('ffd8', 'hex'), segment, tables, Buffer.from([0xff]), sof])
}

const webp = (kind: string, write: (bytes: Buffer) => void) => {
  const bytes = Buffer.alloc(40)
  bytes.write('RIFF\0\0\0\0WEBP')
  bytes.write(kind, 12)
  write(bytes)
  return bytes
}

export const lossyWebp = (width: number, height: number) =>
  webp('VP8 ', (bytes) => {
    bytes.write('9d012a', 23, 'hex')
    bytes.writeUInt16LE(width | 0x4000, 26)
    bytes.writeUInt16LE(height | 0x8000, 28)
  })

export const losslessWebp = (width: number, height: number) =>
  webp('VP8L', (bytes) => {
    bytes.writeUInt8(0x2f, 20)
    bytes.writeUInt32LE(((width - 1) | ((height - 1) << 14) | (1 << 28)) >>> 0, 21)
  })

export const extendedWebp = (width: number, height: number) =>
  webp('VP8X', (bytes) => {
    bytes.writeUIntLE(width - 1, 24, 3)
    bytes.writeUIntLE(height - 1, 27, 3)
  })

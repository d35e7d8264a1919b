import { crc32, deflateRawSync } from 'node:zlib'

export type HostileEntry = {
  name: string
  content: string | Uint8Array
  stored?: boolean
  encrypted?: boolean
  /** Compressed bytes as they are, whatever `content` is. */
  raw?: Uint8Array
  declaredSize?: number
  crc?: number
  /** Where the central directory says that the part begins. */
  offset?: number
}

/** A zip whose headers may say anything. */
export function zipOf(entries: HostileEntry[], declaredCount = entries.length): Buffer {
  const [locals, directory]: [Buffer[], Buffer[]] = [[], []]
  let offset = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.name)
    const content = Buffer.from(entry.content)
    const data = Buffer.from(entry.raw ?? (entry.stored ? content : deflateRawSync(content)))
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(0x0800 | (entry.encrypted ? 1 : 0), 2)
    fields.writeUInt16LE(entry.stored ? 0 : 8, 4)
    fields.writeUInt32LE(entry.crc ?? crc32(content), 10)
    fields.writeUInt32LE(data.length, 14)
    fields.writeUInt32LE(entry.declaredSize ?? content.length, 18)
    fields.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([mark(0x04034b50), fields, name, data])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(entry.offset ?? offset, 10)
    directory.push(Buffer.concat([mark(0x02014b50), Buffer.from([20, 0]), fields, tail, name]))
    locals.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(declaredCount & 0xffff, 4)
  end.writeUInt16LE(declaredCount & 0xffff, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, central, mark(0x06054b50), end])
}

function mark(signature: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(signature)
  return bytes
}

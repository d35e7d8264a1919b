import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'

/** Objects by id. What is put in is kept as it is at the next {@link Store.flush}. */
export type Table<T> = {
  get(id: string): T | undefined
  put(id: string, value: T): void
  delete(id: string): void
  values(): IterableIterator<T>
  size(): number
}

export type Store = {
  table<T>(name: string): Table<T>
  /** The next number of a kind, from 1. */
  next(kind: string): number
  /** Writes all changes since the last time as one line: after a kill either all of them are there or none. */
  flush(): void
  clear(): void
  close(): void
}

type Change = [table: string, id: string, value?: unknown]

/** A journal is written anew when it has grown to this, and to four times of what it was after the last time. */
const COMPACT_BYTES = 64 * 1024 ** 2

/**
 * A few tables in memory with a journal on disk. What was flushed survives a kill -9 of the process (not of the
 * machine: it is in the page cache, and nobody waits for the disk).
 */
export function openStore(folder: string): Store {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, 'journal.jsonl')
  const tables = new Map<string, Map<string, unknown>>()
  const changed = new Map<string, { table: string; id: string }>()
  let bytes = 0
  let compactAt = COMPACT_BYTES
  let journal = openSync(file, 'a+')
  load()
  compact()

  function load(): void {
    const text = readFileSync(file, 'utf8')
    const end = text.lastIndexOf('\n') + 1
    for (const line of text.slice(0, end).split('\n')) {
      if (line) for (const change of JSON.parse(line) as Change[]) apply(change)
    }
    if (end < text.length) ftruncateSync(journal, Buffer.byteLength(text.slice(0, end)))
  }

  function apply([table, id, value]: Change): void {
    if (value === undefined) rows(table).delete(id)
    else rows(table).set(id, value)
  }

  function rows(table: string): Map<string, unknown> {
    const found = tables.get(table)
    if (found) return found
    const made = new Map<string, unknown>()
    tables.set(table, made)
    return made
  }

  function note(table: string, id: string): void {
    changed.set(`${table}\u0000${id}`, { table, id })
  }

  function flush(): void {
    if (changed.size === 0) return
    const changes = [...changed.values()].map(({ table, id }): Change => {
      const value = rows(table).get(id)
      return value === undefined ? [table, id] : [table, id, value]
    })
    changed.clear()
    bytes += write(journal, `${JSON.stringify(changes)}\n`)
    if (bytes > compactAt) compact()
  }

  /** The journal as one change per object, put in place of the old one at once. */
  function compact(): void {
    const next = openSync(`${file}.next`, 'w')
    bytes = 0
    for (const [table, objects] of tables)
      for (const [id, value] of objects)
        bytes += write(next, `${JSON.stringify([[table, id, value]])}\n`)
    fsyncSync(next)
    renameSync(`${file}.next`, file)
    closeSync(journal)
    journal = next
    compactAt = Math.max(COMPACT_BYTES, bytes * 4)
  }

  function table<T>(name: string): Table<T> {
    return {
      get: (id) => rows(name).get(id) as T | undefined,
      put(id, value) {
        rows(name).set(id, value)
        note(name, id)
      },
      delete(id) {
        if (rows(name).delete(id)) note(name, id)
      },
      values: () => rows(name).values() as IterableIterator<T>,
      size: () => rows(name).size,
    }
  }

  const sequences = table<number>('sequence')
  return {
    table,
    next(kind) {
      const number = (sequences.get(kind) ?? 0) + 1
      sequences.put(kind, number)
      return number
    },
    flush,
    clear() {
      changed.clear()
      for (const objects of tables.values()) objects.clear()
      compact()
    },
    close() {
      flush()
      closeSync(journal)
    },
  }
}

function write(to: number, text: string): number {
  const data = Buffer.from(text)
  for (let done = 0; done < data.length;) done += writeSync(to, data, done)
  return data.length
}

import type { Kysely } from 'kysely'
import type { BulkFailure, BulkOperation } from '../../clients/elasticsearch/bulk-write.ts'
import type { Database } from '../../db/database.ts'
import { readDocumentsAfter, type CurrentDocument } from '../../db/storefront/current-documents.ts'
import type { MakeWay } from './make-way.ts'

export type Filling = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  afterId: string
  write(operations: BulkOperation[]): Promise<{ failed: BulkFailure[] }>
  /** Keeps the position: what is up to this id has been written. */
  commit(done: { afterId: string; read: number; written: number }): Promise<void>
  /** Called after every page. */
  makeWay: MakeWay
  /** Asked before every page. */
  goesOn(): boolean
}

const PAGE_SIZE = 1_000
/** While these are written, the next page is read; not while there are searches to make way for. */
const PAGES_IN_FLIGHT = 2

/**
 * Writes what is published, page after page in the order of ids, each page of one snapshot and under its versions: live
 * changes may be written at the same time, before or after. A document that the index refuses is left to the parity
 * check, which lets none go that is searched now.
 * @returns whether it came to the end
 * @throws when a page could not be written; what was committed stays
 */
export async function fillIndex(filling: Filling): Promise<boolean> {
  const inFlight: (() => Promise<void>)[] = []
  let after = filling.afterId
  let ended = false
  let isBusy = false
  while (!ended && filling.goesOn()) {
    const page = await readDocumentsAfter(filling.system, after, PAGE_SIZE)
    ended = page.length < PAGE_SIZE
    after = page.at(-1)?.shopProductId ?? after
    if (page.length > 0) inFlight.push(beginWrite(filling, page, after))
    while (inFlight.length > (isBusy ? 0 : PAGES_IN_FLIGHT)) await inFlight.shift()!()
    isBusy = await filling.makeWay()
  }
  for (const land of inFlight) await land()
  return ended
}

/** Begins to write; what it gives waits for the end of it and commits. */
function beginWrite(
  { write, commit }: Filling,
  page: CurrentDocument[],
  afterId: string,
): () => Promise<void> {
  const operations = page
    .filter(({ document }) => document !== null)
    .map(({ shopProductId: id, version, document }) => ({ id, version, document }))
  const writing = write(operations)
  writing.catch(() => {})
  return async () => {
    const { failed } = await writing
    const [retryable] = failed.filter((failure) => failure.retryable)
    if (retryable) throw new Error(`Not written: ${retryable.status} ${retryable.reason}`)
    await commit({ afterId, read: page.length, written: operations.length - failed.length })
  }
}

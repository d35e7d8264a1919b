import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import { sleep } from '@temporalio/activity'
import type { Kysely } from 'kysely'
import { getHeld, scanHeld } from '../../clients/elasticsearch/held-documents.ts'
import type { Database } from '../../db/database.ts'
import {
  readDocumentsAfter,
  readDocumentsOf,
  type CurrentDocument,
} from '../../db/storefront/current-documents.ts'
import { findParked } from '../../db/storefront/parked.ts'
import {
  addToBucket,
  BUCKET_SIZE,
  bucketOf,
  differingBuckets,
  idsOfBucket,
  isDocumentId,
  type Buckets,
  type HeldDocument,
} from '../../domain/storefront/buckets.ts'
import type { MakeWay } from './make-way.ts'

export type CompareDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  elasticsearch: Elasticsearch
}

export type ComparedIndex = {
  indexName: string
  /** False for an index of another schema: its documents may say the same in another way. */
  comparesContent: boolean
  /** What each of these refuses is no difference: the index itself, and beside a new one that which is searched. */
  refusers: string[]
  /** What is on its way when it is looked at is looked at again, for so long. */
  patienceMs: number
}

export type Drifted = {
  id: string
  kind: 'missing' | 'different' | 'extra'
  /** The version that the index holds; 0 when it holds none. */
  heldVersion: number
}

export type Comparison = {
  documents: number
  buckets: number
  differingBuckets: number
  drifted: Drifted[]
  /** Documents that are not there because each of the refusers has parked them. */
  parked: number
  /** Documents of which nothing is proven: they were on their way for as long as they were looked at. */
  unsettled: number
}

const PAGE_SIZE = 500
const BUCKETS_AT_ONCE = 5
/** Before what is on its way is looked at again: half as long again each time. */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000

/**
 * Every document that the index does not hold as PostgreSQL says, found by buckets of ids and proven one by one. What
 * waits in the change stream, then or while it is looked at, is not among them: it is looked at again, and counted when
 * nothing comes of it.
 *
 * The index is scanned as it was at the beginning, so under load most of its buckets differ by the time that PostgreSQL is
 * read. Their documents are proven page by page, right after they were read: then hardly any has moved on.
 * @param makeWay is called after every bounded piece of work
 */
export async function compareIndex(
  deps: CompareDeps,
  index: ComparedIndex,
  makeWay: MakeWay,
): Promise<Comparison> {
  await deps.elasticsearch.indices.refresh({ index: index.indexName })
  const held = await bucketsOfIndex(deps, index, makeWay)
  const drifted: Drifted[] = held.foreign.map((id) => ({ id, kind: 'extra', heldVersion: 0 }))
  const moving: Moving = new Map()
  const counts = { documents: 0, buckets: 0, differingBuckets: 0, parked: 0 }
  for await (const page of readWholeBuckets(deps.system)) {
    const current = bucketsOf(page, index)
    await prove(differingBuckets(take(held.buckets, [...current.keys()]), current), page)
    counts.buckets += current.size
    for (const { count } of current.values()) counts.documents += count
    await makeWay()
  }
  // Of what is left PostgreSQL publishes nothing.
  await prove([...held.buckets.keys()], [])

  const stilled = await untilStill(deps, index, moving, makeWay)
  return {
    ...counts,
    drifted: [...drifted, ...stilled.drifted],
    parked: counts.parked + stilled.parked,
    unsettled: stilled.moving.size,
  }

  async function prove(differing: number[], page: CurrentDocument[]): Promise<void> {
    counts.differingBuckets += differing.length
    for (let at = 0; at < differing.length; at += BUCKETS_AT_ONCE) {
      const ids = differing.slice(at, at + BUCKETS_AT_ONCE).flatMap(idsOfBucket)
      const found = await compareDocuments(deps, index, await documentsOf(deps.system, ids, page))
      drifted.push(...found.drifted)
      for (const [id, version] of found.moving) moving.set(id, version)
      counts.parked += found.parked
      await makeWay()
    }
  }
}

async function bucketsOfIndex(
  { elasticsearch }: CompareDeps,
  { indexName, comparesContent }: ComparedIndex,
  makeWay: MakeWay,
): Promise<{ buckets: Buckets; foreign: string[] }> {
  const buckets: Buckets = new Map()
  const foreign: string[] = []
  for await (const page of scanHeld(elasticsearch, indexName)) {
    for (const document of page)
      if (!isDocumentId(document.id)) foreign.push(document.id)
      else addToBucket(buckets, comparesContent ? document : { ...document, contentHash: null })
    await makeWay()
  }
  return { buckets, foreign }
}

/** All shop products in the order of their ids, no bucket of them cut in two. */
async function* readWholeBuckets(system: Kysely<Database>): AsyncGenerator<CurrentDocument[]> {
  for (let after = '0'; ;) {
    const page = await readDocumentsAfter(system, after, PAGE_SIZE)
    const last = page.at(-1)?.shopProductId
    if (!last || page.length < PAGE_SIZE) return yield page
    const whole = page.filter(({ shopProductId: id }) => bucketOf(id) < bucketOf(last))
    yield whole
    // At the cut bucket, not behind the last row: one committed late into a bucket that was proven is in the change stream.
    after = String(bucketOf(last) * BUCKET_SIZE - 1)
  }
}

function bucketsOf(page: CurrentDocument[], { comparesContent }: ComparedIndex): Buckets {
  const buckets: Buckets = new Map()
  for (const { shopProductId: id, version, document } of page)
    if (document) {
      const contentHash = comparesContent ? document.contentHash : null
      addToBucket(buckets, { id, version, contentHash })
    }
  return buckets
}

function take(buckets: Buckets, numbers: readonly number[]): Buckets {
  const taken = numbers.flatMap((number) => {
    const bucket = buckets.get(number)
    return bucket ? [[number, bucket] as const] : []
  })
  for (const [number] of taken) buckets.delete(number)
  return new Map(taken)
}

/** In the order of these ids; read are those alone that the page does not have. */
async function documentsOf(
  system: Kysely<Database>,
  ids: readonly string[],
  page: readonly CurrentDocument[],
): Promise<CurrentDocument[]> {
  const known = new Map(page.map((document) => [document.shopProductId, document]))
  const unread = ids.filter((id) => !known.has(id))
  for (const document of unread.length > 0 ? await readDocumentsOf(system, unread) : [])
    known.set(document.shopProductId, document)
  return ids.map((id) => known.get(id)!)
}

/** Ids of what is on its way, with the newest version that anybody had of each when it was first seen so. */
type Moving = Map<string, number>
type Looked = { drifted: Drifted[]; moving: Moving; parked: number }

/**
 * PostgreSQL (`before`), then the index, then PostgreSQL again: what was settled before and is the same after, the index
 * must have held in between. Of what never rests, the index must have taken a version that was raised since it was first
 * seen: then it is carried. What it refuses in the newest version, and another refuser does not, differs without resting.
 */
async function compareDocuments(
  { system, elasticsearch }: CompareDeps,
  index: ComparedIndex,
  before: readonly CurrentDocument[],
  seen: Moving = new Map(),
): Promise<Looked> {
  const ids = before.map(({ shopProductId }) => shopProductId)
  const held = await getHeld(elasticsearch, index.indexName, ids)
  const suspects = before.filter(
    (current) => !isEqual(current, held.get(current.shopProductId), index),
  )
  if (suspects.length === 0) return { drifted: [], moving: new Map(), parked: 0 }

  const suspectIds = suspects.map(({ shopProductId }) => shopProductId)
  const after = new Map(
    (await readDocumentsOf(system, suspectIds)).map((now) => [now.shopProductId, now]),
  )
  const parked = await findParked(system, index.refusers, suspectIds)
  const refused = await findParked(system, [index.indexName], suspectIds)
  const drifted: Drifted[] = []
  const moving: Moving = new Map()
  for (const { shopProductId: id, version, settled, document } of suspects) {
    if (parked.has(id)) continue
    const now = after.get(id)!
    const isStill = settled && now.settled && now.version === version
    const heldVersion = held.get(id)?.version ?? 0
    const first = seen.get(id) ?? Math.max(version, heldVersion)
    if (isStill || refused.has(id))
      drifted.push({ id, kind: kindOf(document !== null, held.has(id)), heldVersion })
    else if (heldVersion <= first || heldVersion > now.version) moving.set(id, first)
  }
  return { drifted, moving, parked: parked.size }
}

function isEqual(
  { version, document }: CurrentDocument,
  held: HeldDocument | undefined,
  { comparesContent }: ComparedIndex,
): boolean {
  if (!document || !held) return !document && !held
  return held.version === version && (!comparesContent || held.contentHash === document.contentHash)
}

const kindOf = (isWanted: boolean, isHeld: boolean): Drifted['kind'] =>
  isWanted && isHeld ? 'different' : isWanted ? 'missing' : 'extra'

/** Looks again at what was moving, at least once. */
async function untilStill(
  deps: CompareDeps,
  index: ComparedIndex,
  first: Moving,
  makeWay: MakeWay,
): Promise<Looked> {
  const drifted: Drifted[] = []
  let parked = 0
  let moving = first
  const endsAt = performance.now() + index.patienceMs
  let pauseMs = FIRST_PAUSE_MS
  while (moving.size > 0) {
    await sleep(pauseMs)
    await makeWay()
    const still = [...moving.keys()]
    const seen = moving
    moving = new Map()
    for (let at = 0; at < still.length; at += PAGE_SIZE) {
      const before = await readDocumentsOf(deps.system, still.slice(at, at + PAGE_SIZE))
      const found = await compareDocuments(deps, index, before, seen)
      drifted.push(...found.drifted)
      for (const [id, version] of found.moving) moving.set(id, version)
      parked += found.parked
    }
    if (performance.now() > endsAt) break
    pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)
  }
  return { drifted, moving, parked }
}

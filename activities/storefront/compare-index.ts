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
 * @param makeWay is called after every bounded piece of work
 */
export async function compareIndex(
  deps: CompareDeps,
  index: ComparedIndex,
  makeWay: MakeWay,
): Promise<Comparison> {
  await deps.elasticsearch.indices.refresh({ index: index.indexName })
  const held = await bucketsOfIndex(deps, index, makeWay)
  const current = await bucketsOfDatabase(deps, index, makeWay)
  const differing = differingBuckets(held.buckets, current.buckets)

  const drifted: Drifted[] = held.foreign.map((id) => ({ id, kind: 'extra', heldVersion: 0 }))
  const moving: Moving = new Map()
  let parked = 0
  for (let at = 0; at < differing.length; at += BUCKETS_AT_ONCE) {
    const ids = differing.slice(at, at + BUCKETS_AT_ONCE).flatMap(idsOfBucket)
    const found = await compareDocuments(deps, index, ids)
    drifted.push(...found.drifted)
    for (const [id, version] of found.moving) moving.set(id, version)
    parked += found.parked
    await makeWay()
  }
  const stilled = await untilStill(deps, index, moving, makeWay)
  drifted.push(...stilled.drifted)
  return {
    documents: current.documents,
    buckets: current.buckets.size,
    differingBuckets: differing.length,
    drifted,
    parked: parked + stilled.parked,
    unsettled: stilled.moving.size,
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

async function bucketsOfDatabase(
  { system }: CompareDeps,
  { comparesContent }: ComparedIndex,
  makeWay: MakeWay,
): Promise<{ buckets: Buckets; documents: number }> {
  const buckets: Buckets = new Map()
  let documents = 0
  for (let after: string | undefined = '0'; after !== undefined;) {
    const page: CurrentDocument[] = await readDocumentsAfter(system, after, PAGE_SIZE)
    for (const { shopProductId: id, version, document } of page) {
      if (!document) continue
      documents++
      addToBucket(buckets, {
        ...{ id, version },
        contentHash: comparesContent ? document.contentHash : null,
      })
    }
    after = page.length < PAGE_SIZE ? undefined : page.at(-1)?.shopProductId
    await makeWay()
  }
  return { buckets, documents }
}

/** Ids of what is on its way, with the newest version that anybody had of each when it was first seen so. */
type Moving = Map<string, number>
type Looked = { drifted: Drifted[]; moving: Moving; parked: number }

/**
 * PostgreSQL, then the index, then PostgreSQL again: what was settled before and is the same after, the index must have
 * held in between. Of what never rests, the index must have taken a version that was raised since it was first seen: then
 * it is carried. What it refuses in the newest version, and another refuser does not, differs without resting.
 */
async function compareDocuments(
  { system, elasticsearch }: CompareDeps,
  index: ComparedIndex,
  ids: readonly string[],
  seen: Moving = new Map(),
): Promise<Looked> {
  const before = await readDocumentsOf(system, ids)
  const held = await getHeld(elasticsearch, index.indexName, ids)
  const suspects = before.filter(
    (current) => !isEqual(current, held.get(current.shopProductId), index),
  )
  if (suspects.length === 0) return { drifted: [], moving: new Map(), parked: 0 }

  const suspectIds = suspects.map(({ shopProductId }) => shopProductId)
  const after = await readDocumentsOf(system, suspectIds)
  const parked = await findParked(system, index.refusers, suspectIds)
  const refused = await findParked(system, [index.indexName], suspectIds)
  const drifted: Drifted[] = []
  const moving: Moving = new Map()
  for (const [at, suspect] of suspects.entries()) {
    const { shopProductId: id, version, settled, document } = suspect
    if (parked.has(id)) continue
    const now = after[at]!
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
      const found = await compareDocuments(deps, index, still.slice(at, at + PAGE_SIZE), seen)
      drifted.push(...found.drifted)
      for (const [id, version] of found.moving) moving.set(id, version)
      parked += found.parked
    }
    if (performance.now() > endsAt) break
    pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)
  }
  return { drifted, moving, parked }
}

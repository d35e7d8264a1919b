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
}

const PAGE_SIZE = 500
const BUCKETS_AT_ONCE = 5
/** What is on its way when it is looked at is looked at again, so many times. */
const ROUNDS = 10
const ROUND_MS = 500

/**
 * Every document that the index does not hold as PostgreSQL says, found by buckets of ids and proven one by one. What
 * waits in the change stream, then or while it is looked at, is not among them.
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
  const moving: string[] = []
  let parked = 0
  for (let at = 0; at < differing.length; at += BUCKETS_AT_ONCE) {
    const ids = differing.slice(at, at + BUCKETS_AT_ONCE).flatMap(idsOfBucket)
    const found = await compareDocuments(deps, index, ids)
    drifted.push(...found.drifted)
    moving.push(...found.moving)
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

type Looked = { drifted: Drifted[]; moving: string[]; parked: number }

/**
 * PostgreSQL, then the index, then PostgreSQL again: what was settled before and is the same after, the index must have
 * held in between.
 */
async function compareDocuments(
  { system, elasticsearch }: CompareDeps,
  index: ComparedIndex,
  ids: readonly string[],
): Promise<Looked> {
  const before = await readDocumentsOf(system, ids)
  const held = await getHeld(elasticsearch, index.indexName, ids)
  const suspects = before.filter(
    (current) => !isEqual(current, held.get(current.shopProductId), index),
  )
  if (suspects.length === 0) return { drifted: [], moving: [], parked: 0 }

  const suspectIds = suspects.map(({ shopProductId }) => shopProductId)
  const after = await readDocumentsOf(system, suspectIds)
  const parked = await findParked(system, index.refusers, suspectIds)
  const drifted: Drifted[] = []
  const moving: string[] = []
  for (const [at, suspect] of suspects.entries()) {
    const { shopProductId: id, version, settled, document } = suspect
    if (parked.has(id)) continue
    const isStill = settled && after[at]?.settled === true && after[at].version === version
    const heldVersion = held.get(id)?.version ?? 0
    if (!isStill) moving.push(id)
    else drifted.push({ id, kind: kindOf(document !== null, held.has(id)), heldVersion })
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

/** Looks again at what was moving; what moves on and on is left to the projection. */
async function untilStill(
  deps: CompareDeps,
  index: ComparedIndex,
  ids: string[],
  makeWay: MakeWay,
): Promise<Omit<Looked, 'moving'>> {
  const drifted: Drifted[] = []
  let parked = 0
  let moving = ids
  for (let round = 0; round < ROUNDS && moving.length > 0; round++) {
    await sleep(ROUND_MS)
    await makeWay()
    const still = moving
    moving = []
    for (let at = 0; at < still.length; at += PAGE_SIZE) {
      const found = await compareDocuments(deps, index, still.slice(at, at + PAGE_SIZE))
      drifted.push(...found.drifted)
      moving.push(...found.moving)
      parked += found.parked
    }
  }
  return { drifted, parked }
}

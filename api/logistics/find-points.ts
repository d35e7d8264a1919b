import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import { metrics } from '@opentelemetry/api'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import {
  listNearestPoints,
  listPointsById,
  type NearestPosition,
} from '../../db/logistics/pickup-points.ts'
import {
  pointsAnswer,
  pointsRequest,
  selectPoints,
  type PointsAnswer,
  type PointsQuestion,
  type PointsResponse,
} from '../../domain/logistics/points-query.ts'
import { isAway } from '../storefront/elasticsearch-away.ts'

export type FindPointsDeps = {
  search: Elasticsearch
  /** Connected as the role `storefront`. */
  storefront: Kysely<Database>
  points: { alias: string }
}

const SEARCH_TIMEOUT_MS = 1_000
/** Read from PostgreSQL at once, while it is asked in the place of search. */
const BATCH = 300

/** A page of points from search or, while it is away, the same page from PostgreSQL. */
export async function findPoints(
  { search, storefront, points }: FindPointsDeps,
  question: PointsQuestion,
): Promise<PointsAnswer> {
  try {
    const response = await search.search(
      { index: points.alias, ...pointsRequest(question) },
      { requestTimeout: SEARCH_TIMEOUT_MS, maxRetries: 0 },
    )
    return pointsAnswer(question, response as unknown as PointsResponse)
  } catch (error) {
    if (!isAway(error)) throw error
    instead().add(1)
    return readPoints(storefront, question)
  }
}

const instead = () =>
  metrics.getMeter('yarmarka').createCounter('points.without_search', {
    description:
      'Searches for pickup points that PostgreSQL answered in the place of Elasticsearch',
  })

/** The nearest or, without a place, those by id: batch after batch until the page is full. */
export const readPoints = (
  db: Kysely<Database>,
  { near, ...question }: PointsQuestion,
): Promise<PointsAnswer> => (near ? readNearest(db, { ...question, near }) : readById(db, question))

async function readNearest(
  db: Kysely<Database>,
  question: PointsQuestion & { near: NonNullable<PointsQuestion['near']> },
): Promise<PointsAnswer> {
  const { limit, after } = question
  const found: PointsAnswer = []
  // A little before where the last page ended, which may have been measured elsewhere.
  let position: NearestPosition = { metres: (after?.distanceM ?? 0) - 0.01 }
  while (found.length < limit) {
    const batch = await listNearestPoints(db, question, { after: position, limit: BATCH })
    const points = batch.map(({ point }) => point)
    found.push(...selectPoints(points, { ...question, limit: limit - found.length }))
    const last = batch.at(-1)
    if (!last || batch.length < BATCH || last.metres > question.near.radiusM) break
    position = { metres: last.metres, id: last.point.id }
  }
  return found
}

async function readById(db: Kysely<Database>, question: PointsQuestion): Promise<PointsAnswer> {
  const { cityId, limit } = question
  const found: PointsAnswer = []
  for (let afterId = question.after?.id; found.length < limit;) {
    const batch = await listPointsById(db, {
      limit: BATCH,
      ...(cityId !== undefined && { cityId }),
      ...(afterId !== undefined && { afterId }),
    })
    found.push(...selectPoints(batch, { ...question, limit: limit - found.length }))
    afterId = batch.at(-1)?.id
    if (batch.length < BATCH) break
  }
  return found
}

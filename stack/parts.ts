import { elasticsearchPart } from './elasticsearch/part.ts'
import { jaegerPart } from './jaeger.ts'
import { objectStorePart } from './object-store.ts'
import type { Part } from './part.ts'
import { postgresPart } from './postgres.ts'
import { redisPart } from './redis.ts'
import { temporalPart } from './temporal.ts'

/** All parts of the local stack, in the order in which they are obtained: what takes long first, what can come late last. */
export const allParts: Part[] = [
  objectStorePart,
  elasticsearchPart,
  temporalPart,
  postgresPart,
  redisPart,
  jaegerPart,
]

import { elasticsearchPart } from './elasticsearch/part.ts'
import { jaegerPart } from './jaeger.ts'
import { objectStorePart } from './object-store.ts'
import type { Part } from './part.ts'
import { postgresPart } from './postgres.ts'
import { redisPart } from './redis.ts'
import { temporalPart } from './temporal.ts'

/** All parts of the local stack, those that take longest to obtain first. */
export const allParts: Part[] = [
  jaegerPart,
  objectStorePart,
  elasticsearchPart,
  temporalPart,
  postgresPart,
  redisPart,
]

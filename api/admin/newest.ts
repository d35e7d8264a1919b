import { z } from '@hono/zod-openapi'
import type { Newest } from '../../db/storefront/newest.ts'
import { decodeCursor } from '../cursor.ts'

const Position = z.tuple([z.string().regex(/^\d{1,17}$/), z.uuid()])

/** Where the page before ended. @throws {Problem} `invalid-cursor` */
export function newestAfter(cursor: string | undefined): Newest | undefined {
  if (cursor === undefined) return undefined
  const [createdAtMicros, id] = decodeCursor(cursor, Position)
  return { createdAtMicros, id }
}

export const positionOf = ({ createdAtMicros, id }: Newest) => [createdAtMicros, id]

import { type z } from 'zod'
import { decodeCursor } from '../../domain/storefront/cursor.ts'
import type { Text } from '../language.ts'
import { Problem } from '../problem.ts'

/**
 * Where to read on, or `undefined` on the first page.
 * @throws {Problem} 400 when the cursor was made up, or made for another question
 */
export function positionAt<Position>(
  question: string,
  cursor: string | undefined,
  position: z.ZodType<Position>,
): Position | undefined {
  if (cursor === undefined) return undefined
  const parsed = position.safeParse(decodeCursor(question, cursor))
  if (parsed.success) return parsed.data
  throw invalidCursor()
}

export const invalidCursor = ({
  message = OF_ANOTHER_REQUEST,
  cause,
}: { message?: Text; cause?: unknown } = {}) =>
  new Problem('invalid-cursor', { cause, errors: [{ path: 'cursor', message }] })

const OF_ANOTHER_REQUEST = {
  ru: 'курсор не от этого запроса',
  en: 'the cursor does not belong to this request',
}

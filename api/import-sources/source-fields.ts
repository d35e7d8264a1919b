import { z } from '@hono/zod-openapi'
import { ReadingFields } from '../imports/import-by-url.ts'
import type { Text } from '../language.ts'
import { Problem } from '../problem.ts'

const Timing = {
  intervalMinutes: z.int().min(15).max(10_080).optional(),
  dailyAt: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .optional()
    .openapi({ example: '04:30', description: 'On the clock of the shop’s city.' }),
}

export const NewImportSource = ReadingFields.omit({ dryRun: true })
  .extend({ sourceUrl: z.string(), ...Timing })
  .openapi('NewImportSource')

export const ImportSourceChange = z
  .strictObject({
    state: z.enum(['active', 'paused']).optional(),
    sourceUrl: z.string().optional(),
    ...Timing,
  })
  .openapi('ImportSourceChange')

type Timings = {
  intervalMinutes?: number | undefined
  dailyAt?: string | undefined
}

/** When a source is looked at: every so often, or once a day. @throws {Problem} unless one of the two is given */
export function timingOf({ intervalMinutes, dailyAt }: Timings) {
  if ((intervalMinutes === undefined) === (dailyAt === undefined))
    throw new Problem('validation-failed', {
      errors: [{ path: 'intervalMinutes', message: ONE_OF_TWO }],
    })
  return { intervalMinutes: intervalMinutes ?? null, dailyAt: dailyAt ?? null }
}

const ONE_OF_TWO: Text = {
  ru: 'нужно что-то одно: intervalMinutes или dailyAt',
  en: 'give one of intervalMinutes and dailyAt',
}

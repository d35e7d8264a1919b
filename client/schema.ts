import type { ExtractSchema } from 'hono/types'
import type { Api } from '../api/app.ts'

/** All routes of the API, as Hono's client wants them: what build.ts writes out. */
export type Schema = ExtractSchema<Api>

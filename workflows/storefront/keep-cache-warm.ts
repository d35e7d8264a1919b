import { beginWarmUp } from './begin-warm-up.ts'

/** Has the cache warmed, unless it is being warmed: what the schedule does every time. */
export const keepCacheWarm = (): Promise<void> => beginWarmUp()

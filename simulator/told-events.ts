import type { Struck, Where } from './faults.ts'
import type { World } from './world.ts'

/** In the carriers' time; an event that is told out of order comes so much later than it should. */
const DISORDER_MS = 5_000

/** When the client is told of an event: once and at once, unless faults have it twice or late. */
export function tellingTimes(world: World, where: Omit<Where, 'operation'>): number[] {
  const struck: Struck = world.faults.strike({ ...where, operation: 'track' }, [
    'webhook-duplicate',
    'webhook-disorder',
  ])
  const late = struck.get('webhook-disorder')
  const at = world.clock.now() + (late ? (late.ms ?? DISORDER_MS) : 0)
  return struck.has('webhook-duplicate') ? [at, at] : [at]
}

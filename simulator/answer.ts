import { setTimeout as pause } from 'node:timers/promises'
import type { Fault, Struck, Where } from './faults.ts'
import type { Env, World } from './world.ts'

/** Of Hono's context, all that is needed to break a connection. */
type Connection = { env: Env['Bindings'] }

type Answering = Where & {
  /** How the carrier says that something is wrong with itself. */
  fail(fault: Fault): Response
}

/**
 * Answers one request under the faults that strike it. The effect is one step without pauses, and it is on disk before
 * the answer leaves.
 */
export async function underFaults(
  context: Connection,
  world: World,
  { fail, ...where }: Answering,
  effect: (struck: Struck) => Response,
): Promise<Response> {
  const struck = world.faults.strike(where)
  const latency = struck.get('latency')
  const wait = () => pause(latency?.ms ?? 1000)
  if (latency?.effect === 'last') await wait()

  const status = struck.get('status')
  if (status || struck.has('drop')) {
    world.store.flush()
    return status ? fail(status) : hangUp(context)
  }
  const response = effect(struck)
  world.store.flush()
  if (latency && latency.effect !== 'last') await wait()
  return struck.has('drop-after-commit') ? hangUp(context) : response
}

/** Breaks the connection: the client sees a reset, not an answer. */
function hangUp({ env }: Connection): Response {
  const socket = env.incoming?.socket
  if (!socket) return new Response(null, { status: 502 })
  socket.resetAndDestroy()
  return new Response(null, { headers: { 'x-hono-already-sent': 'true' } })
}

/** `Retry-After` where the fault asks for it, and always beside a 429. */
export function retryAfter(fault: Fault): Record<string, string> {
  const seconds = fault.retryAfterSeconds ?? (fault.status === 429 ? 1 : undefined)
  return seconds === undefined ? {} : { 'Retry-After': String(seconds) }
}

import { setTimeout as pause } from 'node:timers/promises'
import { resolveTask } from '../../db/logistics/human-tasks.ts'
import type { DeliveryScene } from './scene.ts'

const LOOK_EVERY_MS = 2_000

/**
 * The operators: what can be cancelled by telephone only, they have cancelled, and close its task with that.
 * @returns what sends them home
 */
export function telephone({ owner, admin, ledger }: DeliveryScene): () => Promise<void> {
  let isOver = false

  async function look(): Promise<void> {
    const tasks = await owner.db
      .selectFrom('humanTask')
      .innerJoin('bookingAttempt', 'bookingAttempt.id', 'humanTask.attemptId')
      .select(['humanTask.id', 'reference'])
      .where('humanTask.state', '=', 'open')
      .where('humanTask.kind', '=', 'cancel-by-phone')
      .where('bookingAttempt.state', '=', 'cancelling')
      .execute()
    if (tasks.length === 0) return
    const lines = await ledger()
    for (const { id, reference } of tasks) {
      const line = lines.find((one) => one.reference === reference && one.isLive)
      // Where it has left meanwhile the carrier says so, and the task is closed with that.
      if (!line || !['booking-pending', 'booked'].includes(line.state)) continue
      await admin('POST', `/bookings/${encodeURIComponent(line.id)}/advance`, { to: 'cancelled' })
      await owner.db.transaction().execute((trx) =>
        resolveTask(trx, {
          ...{ id, resolution: 'Cancelled by telephone', outcome: 'cancelled' },
          ...{ actor: 'key:bench', traceParent: null },
        }),
      )
    }
  }

  const looking = (async () => {
    while (!isOver) {
      await look().catch((error: unknown) => console.error(`  ${String(error)}`))
      await pause(LOOK_EVERY_MS)
    }
  })()
  return async () => {
    isOver = true
    await looking
  }
}

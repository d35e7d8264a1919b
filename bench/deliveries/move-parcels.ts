import { setTimeout as pause } from 'node:timers/promises'
import type { DeliveryScene } from './scene.ts'

const LOOK_EVERY_MS = 500
/** A parcel is taken so long after it was booked at most; one in ten at its first try not before it is late. */
const TAKEN_WITHIN_MS = 12_000
const FORGOTTEN_SHARE = 0.1
const FORGOTTEN_MS = 45_000

/** Has carriers take and deliver what is booked, each in its own time. @returns what ends it */
export function moveParcels(
  { owner, admin }: DeliveryScene,
  random: () => number,
): () => Promise<void> {
  const takenAt = new Map<string, number>()
  const [taken, delivered] = [new Set<string>(), new Set<string>()]
  let isOver = false

  async function look(): Promise<void> {
    const booked = await owner.db
      .selectFrom('shipment')
      .innerJoin('bookingAttempt', 'bookingAttempt.id', 'shipment.liveAttemptId')
      .select(['bookingAttempt.carrierRef', 'bookingAttempt.number', 'shipment.phase'])
      .where('shipment.phase', 'in', ['booked', 'handed-over'])
      .execute()
    for (const { carrierRef, number } of booked) {
      const id = carrierRef!
      if (!takenAt.has(id)) {
        const isForgotten = number === 1 && random() < FORGOTTEN_SHARE
        takenAt.set(id, Date.now() + (isForgotten ? FORGOTTEN_MS : random() * TAKEN_WITHIN_MS))
      }
      if (delivered.has(id) || takenAt.get(id)! > Date.now()) continue
      // It may have been cancelled a moment ago: the carrier says so, and it is left.
      const move = (to: string) =>
        admin('POST', `/bookings/${encodeURIComponent(id)}/advance`, { to }).catch(() => {})
      await move(taken.has(id) ? 'delivered' : 'accepted')
      if (taken.has(id)) delivered.add(id)
      taken.add(id)
    }
  }

  const moving = (async () => {
    while (!isOver) {
      await look().catch((error: unknown) => console.error(`  ${String(error)}`))
      await pause(LOOK_EVERY_MS)
    }
  })()
  return async () => {
    isOver = true
    await moving
  }
}

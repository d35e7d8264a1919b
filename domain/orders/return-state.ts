import type { OrderState, ReturnState } from '../../contracts/orders.ts'

/** From each state of a return, the states that may follow it. */
const FOLLOWERS: Record<ReturnState, readonly ReturnState[]> = {
  requested: ['approved', 'rejected'],
  approved: ['in-transit', 'rejected'],
  'in-transit': ['received'],
  received: ['refunded', 'rejected'],
  refunded: [],
  rejected: [],
}

export const RETURN_STATES = Object.keys(FOLLOWERS) as ReturnState[]

export const nextReturnStates = (state: ReturnState): readonly ReturnState[] => FOLLOWERS[state]

/** What has left the seller can come back: a parcel that the buyer did not take, too. */
export const mayBeReturned = (state: OrderState): boolean =>
  state === 'shipped' || state === 'delivered'

export const RETURN_REASONS = [
  'defective',
  'not-as-described',
  'wrong-goods',
  'changed-mind',
  'not-taken',
  'other',
] as const
export type ReturnReason = (typeof RETURN_REASONS)[number]

export type ReturnableLine = {
  shopProductId: string
  ordered: number
  /** In returns that were not rejected. */
  returned: number
}
export type WantedReturn = { shopProductId: string; quantity: number }
export type ReturnRefusal = {
  shopProductId: string
  code: 'not-ordered' | 'more-than-left'
  left: number
}

/**
 * The lines of a return, or why they cannot be: units come back once, and no more than were ordered. Without `wanted`,
 * all that is left.
 */
export function linesToReturn(
  lines: readonly ReturnableLine[],
  wanted: readonly WantedReturn[] | undefined,
): { lines: WantedReturn[]; refusals: ReturnRefusal[] } {
  const left = new Map(
    lines.map(({ shopProductId, ordered, returned }) => [shopProductId, ordered - returned]),
  )
  if (!wanted)
    return {
      lines: [...left]
        .filter(([, quantity]) => quantity > 0)
        .map(([shopProductId, quantity]) => ({ shopProductId, quantity })),
      refusals: [],
    }
  const refusals = wanted.flatMap(({ shopProductId, quantity }): ReturnRefusal[] => {
    const remains = left.get(shopProductId)
    if (remains === undefined) return [{ shopProductId, code: 'not-ordered', left: 0 }]
    return quantity > remains ? [{ shopProductId, code: 'more-than-left', left: remains }] : []
  })
  return { lines: [...wanted], refusals }
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OrderState, ReturnState } from '../../contracts/orders.ts'
import { ORDER_STATES } from '../../domain/orders/order-state.ts'
import {
  linesToReturn,
  mayBeReturned,
  nextReturnStates,
  RETURN_STATES,
} from '../../domain/orders/return-state.ts'

describe('the states of a return', () => {
  it.each<[ReturnState, ReturnState[]]>([
    ['requested', ['approved', 'rejected']],
    ['approved', ['in-transit', 'rejected']],
    ['in-transit', ['received']],
    ['received', ['refunded', 'rejected']],
    ['refunded', []],
    ['rejected', []],
  ])('%s may be followed by %j and nothing else', (from, followers) => {
    expect(RETURN_STATES.filter((to) => nextReturnStates(from).includes(to)).sort()).toEqual(
      [...followers].sort(),
    )
  })

  it('begin with what has left the seller', () => {
    expect(ORDER_STATES.filter(mayBeReturned)).toEqual<OrderState[]>(['shipped', 'delivered'])
  })
})

describe('the lines of a return', () => {
  const lines = [
    { shopProductId: '1', ordered: 3, returned: 1 },
    { shopProductId: '2', ordered: 1, returned: 1 },
  ]

  it('are all that is left, when none are named', () => {
    expect(linesToReturn(lines, undefined)).toEqual({
      lines: [{ shopProductId: '1', quantity: 2 }],
      refusals: [],
    })
  })

  it('are refused for what was not ordered, and for more than is left', () => {
    const wanted = [
      { shopProductId: '1', quantity: 3 },
      { shopProductId: '2', quantity: 1 },
      { shopProductId: '9', quantity: 1 },
    ]
    expect(linesToReturn(lines, wanted).refusals).toEqual([
      { shopProductId: '1', code: 'more-than-left', left: 2 },
      { shopProductId: '2', code: 'more-than-left', left: 0 },
      { shopProductId: '9', code: 'not-ordered', left: 0 },
    ])
  })

  it('never bring back more than was ordered, however often goods come back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 1, max: 8 })),
        (ordered, wishes) => {
          let returned = 0
          for (const quantity of wishes) {
            const line = { shopProductId: '1', ordered, returned }
            const { refusals } = linesToReturn([line], [{ shopProductId: '1', quantity }])
            expect(refusals.length === 0).toBe(returned + quantity <= ordered)
            if (refusals.length === 0) returned += quantity
          }
          expect(returned).toBeLessThanOrEqual(ordered)
        },
      ),
    )
  })
})

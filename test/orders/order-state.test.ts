import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OrderState } from '../../contracts/orders.ts'
import {
  fateOfReservation,
  isFinal,
  leadsTo,
  nextOrderStates,
  ORDER_STATES,
} from '../../domain/orders/order-state.ts'

const state = fc.constantFrom(...ORDER_STATES)

describe('the states of an order', () => {
  it.each<[OrderState, OrderState[]]>([
    ['new', ['confirmed', 'cancelled']],
    ['confirmed', ['assembling', 'cancelled']],
    ['assembling', ['shipped', 'cancelled']],
    ['shipped', ['delivered']],
    ['delivered', []],
    ['cancelled', []],
  ])('%s may be followed by %j and nothing else', (from, followers) => {
    expect(ORDER_STATES.filter((to) => nextOrderStates(from).includes(to)).sort()).toEqual(
      [...followers].sort(),
    )
  })

  it('end, whichever way is taken', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), (choices) => {
        let at: OrderState = 'new'
        for (const choice of choices) {
          const followers = nextOrderStates(at)
          if (followers.length === 0) break
          at = followers[choice % followers.length]!
        }
        expect(isFinal(at)).toBe(true)
      }),
    )
  })

  it('never lead back', () => {
    fc.assert(
      fc.property(state, state, (one, other) => {
        expect(leadsTo(one, other) && leadsTo(other, one)).toBe(false)
      }),
    )
  })

  it('lead on from what they lead to', () => {
    fc.assert(
      fc.property(state, state, state, (a, b, c) => {
        fc.pre(leadsTo(a, b) && leadsTo(b, c))
        expect(leadsTo(a, c)).toBe(true)
      }),
    )
  })

  it('release what is reserved once at most, and never what was shipped', () => {
    fc.assert(
      fc.property(state, state, (from, to) => {
        fc.pre(leadsTo(from, to))
        if (fateOfReservation(to) === 'released') expect(fateOfReservation(from)).toBe('held')
        if (fateOfReservation(from) !== 'held') expect(fateOfReservation(to)).toBe('shipped')
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { priceLines, type Offer } from '../../domain/orders/price-lines.ts'
import { OrderRefused } from '../../domain/orders/refusal.ts'
import { splitByShop } from '../../domain/orders/split-by-shop.ts'

const offer = (shopProductId: string, more: Partial<Offer> = {}): Offer => ({
  shopProductId,
  externalId: `sku-${shopProductId}`,
  name: 'Чайник',
  priceMinor: '1050',
  currency: 'RUB',
  available: true,
  ...more,
})

const refusalsOf = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    if (error instanceof OrderRefused) return error.refusals
    throw error
  }
  return []
}

describe('the prices of an order', () => {
  it('are those of the moment, and add up', () => {
    const priced = priceLines(
      [
        { shopProductId: '1', quantity: 3 },
        { shopProductId: '2', quantity: 1, shownPrice: { amount: 99, currency: 'RUB' } },
      ],
      [offer('2', { priceMinor: '99' }), offer('1')],
    )
    expect(priced).toMatchObject({ totalMinor: '3249', currency: 'RUB' })
    expect(priced.lines.map(({ priceMinor }) => priceMinor)).toEqual(['1050', '99'])
  })

  it('are refused line by line, with the reason of each', () => {
    const wanted = ['1', '2', '3', '4', '5'].map((shopProductId) => ({
      ...{ shopProductId, quantity: 1 },
      ...(shopProductId === '5' && { shownPrice: { amount: 1, currency: 'RUB' } }),
    }))
    const offers = [
      offer('1'),
      offer('3', { available: false }),
      offer('4', { currency: 'KZT' }),
      offer('5'),
    ]
    expect(refusalsOf(() => priceLines(wanted, offers))).toEqual([
      { shopProductId: '2', code: 'unknown-goods' },
      { shopProductId: '3', code: 'unavailable' },
      { shopProductId: '4', code: 'another-currency' },
      { shopProductId: '5', code: 'price-changed' },
    ])
  })

  it('add up to a whole number that JSON can carry, or are refused', () => {
    const line = fc.record({
      priceMinor: fc.bigInt({ min: 1n, max: 10n ** 16n }).map(String),
      quantity: fc.integer({ min: 1, max: 1000 }),
    })
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), (lines) => {
        const wanted = lines.map(({ quantity }, at) => ({ shopProductId: String(at), quantity }))
        const offers = lines.map(({ priceMinor }, at) => offer(String(at), { priceMinor }))
        const total = lines.reduce((sum, l) => sum + BigInt(l.priceMinor) * BigInt(l.quantity), 0n)
        if (total > BigInt(Number.MAX_SAFE_INTEGER))
          expect(refusalsOf(() => priceLines(wanted, offers))[0]?.code).toBe('total-too-large')
        else expect(priceLines(wanted, offers).totalMinor).toBe(String(total))
      }),
    )
  })
})

describe('a checkout', () => {
  const owned = fc.record({
    sellerId: fc.integer({ min: 1, max: 30 }).map(String),
    shopId: fc.integer({ min: 1, max: 3 }).map(String),
    shopProductId: fc.integer().map(String),
  })

  it('is split into one order per shop, losing and repeating no line', () => {
    fc.assert(
      fc.property(fc.array(owned), (lines) => {
        const parts = splitByShop(lines)
        const names = parts.map(({ sellerId, shopId }) => `${sellerId} ${shopId}`)
        expect(new Set(names).size).toBe(parts.length)
        expect(parts.flatMap((part) => part.lines).length).toBe(lines.length)
        for (const part of parts)
          expect(part.lines).toEqual(
            lines.filter((l) => l.sellerId === part.sellerId && l.shopId === part.shopId),
          )
      }),
    )
  })

  it('takes sellers in the order of their numbers, however its lines are ordered', () => {
    fc.assert(
      fc.property(fc.array(owned), (lines) => {
        const sellers = splitByShop(lines).map(({ sellerId }) => Number(sellerId))
        expect(sellers).toEqual(sellers.toSorted((a, b) => a - b))
      }),
    )
  })
})

import { randomBytes, randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { createTrackTokens } from '../../clients/track-token.ts'

const key = () => randomBytes(32).toString('base64')

it('a token leads to its shipment, under the key that made it and after that was replaced', () => {
  const [old, next] = [key(), key()]
  for (let count = 0; count < 200; count++) {
    const id = randomUUID()
    const token = createTrackTokens([old]).tokenOf(id)
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(createTrackTokens([next, old]).shipmentOf(token)).toBe(id)
    expect(createTrackTokens([next]).shipmentOf(token)).toBeUndefined()
  }
})

it('no letter of a token can be changed', () => {
  const tokens = createTrackTokens([key()])
  const token = tokens.tokenOf(randomUUID())
  for (let at = 0; at < token.length; at++) {
    const other = token[at] === 'A' ? 'B' : 'A'
    const changed = token.slice(0, at) + other + token.slice(at + 1)
    expect(tokens.shipmentOf(changed), changed).toBeUndefined()
  }
  for (const text of ['', token.slice(1), `${token}A`, 'é'.repeat(43)])
    expect(tokens.shipmentOf(text)).toBeUndefined()
})

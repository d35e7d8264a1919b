import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { seeded } from '../../../bench/generate/random.ts'
import {
  keyOfSecret,
  newWebhookSecret,
  signatureHeaders,
} from '../../../clients/webhook-signature.ts'

const BODIES = 10_000
const random = seeded(1)
const upTo = (limit: number) => Math.floor(random() * limit)
const LETTERS = ['a', '"', '\\', '\n', 'ё', '語', '😀', '\u2028', ' ', '{', '0']

/** Mostly small, now and then of 20 kB, in letters of one to four bytes. */
const anyBody = (): string => {
  const length = random() < 0.01 ? 7_000 : upTo(200)
  const text = Array.from({ length }, () => LETTERS[upTo(LETTERS.length)]).join('')
  return JSON.stringify({ type: 'order.created', data: { text, n: random() } })
}

const secondsNow = () => Math.floor(Date.now() / 1_000)
const signed = (body: string, secrets: string[], timestamp = secondsNow()) =>
  signatureHeaders(
    { id: `msg_${upTo(1e9)}`, timestamp, body },
    secrets.map((secret) => keyOfSecret(secret)),
  )
const isVerified = (secret: string, body: string, headers: Record<string, string>): boolean => {
  try {
    new Webhook(secret).verify(body, headers)
    return true
  } catch {
    return false
  }
}

/** One byte of one part is another. */
function tamper(body: string, headers: Record<string, string>) {
  const changed = { ...headers }
  const flip = (text: string) => {
    const at = upTo(text.length)
    const letter = text[at] === 'A' ? 'B' : 'A'
    return text.slice(0, at) + letter + text.slice(at + 1)
  }
  switch (upTo(4)) {
    case 0: {
      const bytes = Buffer.from(body)
      bytes[upTo(bytes.length)]! ^= 1 << upTo(7)
      return { body: bytes.toString('latin1') === body ? `${body} ` : bytes.toString(), headers }
    }
    case 1:
      changed['webhook-id'] = flip(headers['webhook-id']!)
      break
    case 2:
      changed['webhook-timestamp'] = String(Number(headers['webhook-timestamp']) - 1 - upTo(200))
      break
    default:
      // Of the last letter of base64 two bits say nothing.
      changed['webhook-signature'] = `v1,${flip(headers['webhook-signature']!.slice(3, -2))}A=`
  }
  return { body, headers: changed }
}

describe('to the library of Standard Webhooks', () => {
  it(`${BODIES} random bodies are ours`, () => {
    let verified = 0
    for (let n = 0; n < BODIES; n++) {
      const secret = newWebhookSecret()
      const body = anyBody()
      if (isVerified(secret, body, signed(body, [secret]))) verified++
    }
    expect(verified).toBe(BODIES)
  })

  it(`${BODIES} that were tampered with are not`, () => {
    let verified = 0
    for (let n = 0; n < BODIES; n++) {
      const secret = newWebhookSecret()
      const body = anyBody()
      const tampered = tamper(body, signed(body, [secret]))
      if (isVerified(secret, tampered.body, tampered.headers)) verified++
    }
    expect(verified).toBe(0)
  })

  it('a message is ours by either secret while one replaces the other, and by no third', () => {
    const [older, newer, other] = [newWebhookSecret(), newWebhookSecret(), newWebhookSecret()]
    const body = anyBody()
    const headers = signed(body, [newer, older])
    expect([older, newer, other].map((secret) => isVerified(secret, body, headers))).toEqual([
      ...[true, true, false],
    ])
  })

  it('what is signed for five minutes ago or ahead is refused', () => {
    const secret = newWebhookSecret()
    const body = anyBody()
    const at = (offset: number) =>
      isVerified(secret, body, signed(body, [secret], secondsNow() + offset))
    expect([at(0), at(-290), at(290), at(-310), at(310)]).toEqual([true, true, true, false, false])
  })
})

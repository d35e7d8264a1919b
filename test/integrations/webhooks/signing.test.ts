import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createSecretBox } from '../../../clients/secret-box.ts'
import {
  keyOfSecret,
  newWebhookSecret,
  signatureHeaders,
} from '../../../clients/webhook-signature.ts'

const [key, older] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64')) as [
  string,
  string,
]

describe('a secret box', () => {
  it('opens what it sealed, for the same owner alone', () => {
    const box = createSecretBox([key])
    const sealed = box.seal('whsec_x', 'one')
    expect(box.open(sealed, 'one')).toBe('whsec_x')
    expect(() => box.open(sealed, 'another')).toThrow()
    expect(sealed).not.toContain('whsec_x')
  })

  it('never seals alike', () => {
    const box = createSecretBox([key])
    expect(box.seal('a', 'one')).not.toBe(box.seal('a', 'one'))
  })

  it('opens with the key that it was sealed with, after that was replaced', () => {
    const sealed = createSecretBox([older]).seal('a', 'one')
    expect(createSecretBox([key, older]).open(sealed, 'one')).toBe('a')
    expect(() => createSecretBox([key]).open(sealed, 'one')).toThrow(/No key/)
  })

  it('opens nothing that was changed, in any of its bytes', () => {
    const box = createSecretBox([key])
    const [id, text] = box.seal('a secret', 'one').split('.') as [string, string]
    const bytes = Buffer.from(text, 'base64')
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      expect(() => box.open(`${id}.${changed.toString('base64')}`, 'one'), String(at)).toThrow()
    }
  })

  it('is not made without a key', () => {
    expect(() => createSecretBox([])).toThrow()
  })
})

describe('a webhook secret', () => {
  it('is 32 bytes after whsec_, and another each time', () => {
    const secret = newWebhookSecret()
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(keyOfSecret(secret).symmetricKeySize).toBe(32)
    expect(newWebhookSecret()).not.toBe(secret)
  })

  it('signs id, time and body as Standard Webhooks says, one signature a secret', () => {
    // The example of the specification's own libraries.
    const known = keyOfSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      body: '{"test": 2432232314}',
    }
    expect(signatureHeaders(message, [known])).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
    const other = createSecretKey(randomBytes(32))
    const mac = createHmac('sha256', other)
      .update(`${message.id}.${message.timestamp}.${message.body}`)
      .digest('base64')
    expect(signatureHeaders(message, [known, other])['webhook-signature']).toBe(
      `v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,${mac}`,
    )
  })
})

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/**
 * An answer that holds a secret is kept so that only the caller who got it can get it again: it is encrypted with a key
 * made of the caller's own API key, which we do not store.
 */
export function seal(text: string, callerKey: string): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(callerKey), iv)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64')
}

/** @throws when it was sealed for another caller */
export function unseal(sealed: string, callerKey: string): string {
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv(
    'aes-256-gcm',
    sealingKey(callerKey),
    bytes.subarray(0, IV_BYTES),
    { authTagLength: TAG_BYTES },
  )
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  const text = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES))
  return Buffer.concat([text, decipher.final()]).toString('utf8')
}

const IV_BYTES = 12
const TAG_BYTES = 16

const sealingKey = (callerKey: string) =>
  Buffer.from(hkdfSync('sha256', callerKey, '', 'yarmarka sealed answer', 32))

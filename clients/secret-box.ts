import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

export type SecretBox = ReturnType<typeof createSecretBox>

const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * Keeps secrets that we must be able to read again: AES-256-GCM, bound to what the secret belongs to, so that one row's
 * cannot be put into another's.
 * @param keys of 32 bytes in base64; the first one seals, all of them open: a new key is put before the old one
 */
export function createSecretBox(keys: readonly string[]) {
  const known = keys.map((text) => {
    const key = Buffer.from(text, 'base64')
    return { id: createHash('sha256').update(key).digest('hex').slice(0, 8), key }
  })
  const [newest] = known
  if (!newest) throw new Error('A secret box needs a key')

  return {
    seal(secret: string, owner: string): string {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', newest.key, iv).setAAD(Buffer.from(owner))
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return `${newest.id}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64')}`
    },

    /** @throws when it was sealed for another owner, with a key that is not known, or was changed */
    open(sealed: string, owner: string): string {
      const [id, text = ''] = sealed.split('.', 2)
      const found = known.find((one) => one.id === id)
      if (!found) throw new Error(`No key ${id} in SECRETS_KEY`)
      const bytes = Buffer.from(text, 'base64')
      const iv = bytes.subarray(0, IV_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', found.key, iv, { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.from(owner))
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
      const opened = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES))
      return Buffer.concat([opened, decipher.final()]).toString('utf8')
    },
  }
}

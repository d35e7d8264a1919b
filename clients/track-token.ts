import { createHmac, timingSafeEqual } from 'node:crypto'

export type TrackTokens = ReturnType<typeof createTrackTokens>

const ID_BYTES = 16
const PROOF_BYTES = 16
const TOKEN = /^[\w-]{43}$/

/**
 * Tokens of tracking pages: the shipment's id and a proof of 128 bits that we made it, so that nothing is kept that could be
 * stolen, and no id leads to a page without its proof.
 * @param keys of 32 bytes in base64; the first one proves, all of them are believed
 */
export function createTrackTokens(keys: readonly string[]) {
  const known = keys.map((text) =>
    createHmac('sha256', Buffer.from(text, 'base64')).update('track-token').digest(),
  )
  const [newest] = known
  if (!newest) throw new Error('Track tokens need a key')
  const proofOf = (key: Buffer, id: Buffer) =>
    createHmac('sha256', key).update(id).digest().subarray(0, PROOF_BYTES)

  return {
    tokenOf(shipmentId: string): string {
      const id = Buffer.from(shipmentId.replaceAll('-', ''), 'hex')
      return Buffer.concat([id, proofOf(newest, id)]).toString('base64url')
    },

    /** The id of the shipment; `undefined` for what we have not made. */
    shipmentOf(token: string): string | undefined {
      if (!TOKEN.test(token)) return undefined
      const bytes = Buffer.from(token, 'base64url')
      const id = bytes.subarray(0, ID_BYTES)
      const proof = bytes.subarray(ID_BYTES)
      if (bytes.toString('base64url') !== token) return undefined
      if (!known.some((key) => timingSafeEqual(proofOf(key, id), proof))) return undefined
      return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    },
  }
}

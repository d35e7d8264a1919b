import { HASH_BITS, hashOf } from './content-hash.ts'

/** A document as one side holds it. */
export type HeldDocument = { id: string; version: number; contentHash: number | null }

/** Neighbouring ids: what one bucket may hold can be listed, whether it is there or not. */
export const BUCKET_SIZE = 100

/** By number of the bucket: how many documents it holds, and what they are, in whatever order they came. */
export type Buckets = Map<number, { count: number; sum: number }>

/** What is not one of our ids has no bucket: it belongs nowhere. */
export const isDocumentId = (id: string) => /^[1-9]\d{0,14}$/.test(id)

export const bucketOf = (id: string) => Math.floor(Number(id) / BUCKET_SIZE)

export const idsOfBucket = (bucket: number): string[] =>
  Array.from({ length: BUCKET_SIZE }, (_, at) => String(bucket * BUCKET_SIZE + at)).filter(
    isDocumentId,
  )

export function addToBucket(buckets: Buckets, { id, version, contentHash }: HeldDocument): void {
  const number = bucketOf(id)
  const bucket = buckets.get(number) ?? { count: 0, sum: 0 }
  bucket.count++
  bucket.sum = (bucket.sum + hashOf(`${id} ${version} ${contentHash}`)) % 2 ** HASH_BITS
  buckets.set(number, bucket)
}

/** In order; what only one side has differs too. */
export function differingBuckets(one: Buckets, other: Buckets): number[] {
  const numbers = new Set([...one.keys(), ...other.keys()])
  return [...numbers]
    .filter((number) => {
      const [a, b] = [one.get(number), other.get(number)]
      return a?.count !== b?.count || a?.sum !== b?.sum
    })
    .sort((a, b) => a - b)
}

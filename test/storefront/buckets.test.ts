import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addToBucket,
  bucketOf,
  differingBuckets,
  idsOfBucket,
  isDocumentId,
  type Buckets,
  type HeldDocument,
} from '../../domain/storefront/buckets.ts'
import { hashOf } from '../../domain/storefront/content-hash.ts'

const bucketsOf = (documents: readonly HeldDocument[]): Buckets => {
  const buckets: Buckets = new Map()
  for (const document of documents) addToBucket(buckets, document)
  return buckets
}
const held = fc.record({
  id: fc.integer({ min: 1, max: 5_000 }).map(String),
  version: fc.integer({ min: 1, max: 2 ** 40 }),
  contentHash: fc.option(fc.nat()),
})
const documents = fc.uniqueArray(held, { selector: ({ id }) => id, minLength: 1, maxLength: 200 })

describe('buckets', () => {
  it('are equal whatever the order in which documents came', () => {
    fc.assert(
      fc.property(documents, (all) => {
        expect(differingBuckets(bucketsOf(all), bucketsOf(all.toReversed()))).toEqual([])
      }),
    )
  })

  it('differ where one document is missing, and nowhere else', () => {
    fc.assert(
      fc.property(documents, ([missing, ...rest]) => {
        expect(differingBuckets(bucketsOf([missing!, ...rest]), bucketsOf(rest))).toEqual([
          bucketOf(missing!.id),
        ])
      }),
    )
  })

  it('differ where a document has another version or content', () => {
    fc.assert(
      fc.property(documents, fc.boolean(), ([one, ...rest], isNewer) => {
        const other = isNewer
          ? { ...one!, version: one!.version + 1 }
          : { ...one!, contentHash: (one!.contentHash ?? 0) + 1 }
        expect(differingBuckets(bucketsOf([one!, ...rest]), bucketsOf([other, ...rest]))).toEqual([
          bucketOf(one!.id),
        ])
      }),
    )
  })

  it('list every id that they may hold', () => {
    fc.assert(
      fc.property(held, ({ id }) => {
        expect(idsOfBucket(bucketOf(id))).toContain(id)
      }),
    )
    expect(idsOfBucket(0)).not.toContain('0')
  })
})

it.each(['', '0', '01', '-1', '1.5', '1e3', 'made-up', '1'.repeat(16), ' 1'])(
  '%j is no id of a document',
  (id) => {
    expect(isDocumentId(id)).toBe(false)
  },
)

describe('the hash of a text', () => {
  it('is a whole number that sums exactly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (one, other) => {
        expect(Number.isSafeInteger(hashOf(one) + hashOf(other))).toBe(true)
      }),
    )
  })

  it('tells a hundred thousand texts apart', () => {
    const hashes = new Set<number>()
    for (let number = 0; number < 100_000; number++)
      hashes.add(hashOf(`{"id":"${number}","priceMinor":${number % 7}}`))
    expect(hashes.size).toBe(100_000)
  })
})

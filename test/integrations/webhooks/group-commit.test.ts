import { describe, expect, it } from 'vitest'
import { groupCommit } from '../../../activities/integrations/group-commit.ts'
import { until } from '../../support/until.ts'

/** Batches whose end the test decides. */
function stubbornWrite() {
  const batches: { items: readonly number[]; end: (error?: Error) => void }[] = []
  const write = (items: readonly number[]) =>
    new Promise<void>((resolve, reject) => {
      batches.push({ items, end: (error) => (error ? reject(error) : resolve()) })
    })
  return { batches, write }
}

describe('a group commit', () => {
  it('writes at once what comes alone, and together what comes meanwhile', async () => {
    const { batches, write } = stubbornWrite()
    const keep = groupCommit({ write, mostAtOnce: 100, writers: 1 })
    const first = keep(1)
    await until(() => batches.length === 1)
    const rest = [2, 3, 4].map(keep)
    batches[0]!.end()
    await first
    await until(() => batches.length === 2)
    expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3, 4]])
    batches[1]!.end()
    await Promise.all(rest)
  })

  it('says that an item is kept when its batch is, not before', async () => {
    const { batches, write } = stubbornWrite()
    const keep = groupCommit({ write, mostAtOnce: 100, writers: 1 })
    let isKept = false
    const kept = keep(1).then(() => (isKept = true))
    await until(() => batches.length === 1)
    expect(isKept).toBe(false)
    batches[0]!.end()
    await kept
  })

  it('fails the items of a batch that fails, and goes on with the next', async () => {
    const { batches, write } = stubbornWrite()
    const keep = groupCommit({ write, mostAtOnce: 1, writers: 1 })
    const [one, two] = [keep(1), keep(2)]
    await until(() => batches.length === 1)
    batches[0]!.end(new Error('away'))
    await expect(one).rejects.toThrow('away')
    await until(() => batches.length === 2)
    batches[1]!.end()
    await two
  })

  it('keeps each of very many once, in batches no greater than asked for', async () => {
    const written: number[] = []
    let greatest = 0
    const keep = groupCommit<number>({
      async write(items) {
        greatest = Math.max(greatest, items.length)
        await new Promise(setImmediate)
        written.push(...items)
      },
      mostAtOnce: 64,
      writers: 2,
    })
    const all = Array.from({ length: 5_000 }, (_, n) => n)
    await Promise.all(all.map(keep))
    expect(written.toSorted((a, b) => a - b)).toEqual(all)
    expect(greatest).toBeLessThanOrEqual(64)
  })
})

import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { watchSchema } from '../../activities/storefront/watch-schema.ts'
import { registerGeneration, reserveGenerationId } from '../../db/storefront/search-generations.ts'
import { recordMetrics } from '../support/metrics.ts'
import { freshDatabase } from '../support/postgres.ts'

const database = await freshDatabase()
const system = database.system.db

const recorded = recordMetrics()
afterAll(() => Promise.all([recorded.stop(), database.drop()]))

const told = async () =>
  (await recorded.told())('yarmarka.search.schema_behind').map(({ value }) => value)
const warnings: object[] = []
const watch = (version: number) =>
  watchSchema({
    ...{ system, index: { version } },
    log: { warn: (fields: object) => void warnings.push(fields) },
  })
const live = async (schemaVersion: number) => {
  const id = await reserveGenerationId(system)
  await registerGeneration(system, { id, indexName: 'goods', schemaVersion, state: 'live' })
}
beforeEach(async () => {
  warnings.length = 0
  await database.owner.db.deleteFrom('searchGeneration').execute()
})

describe('the schema of the index that is searched', () => {
  it('is warned of when it is older, and told by how many versions, until it is not', async () => {
    await live(3)
    const stop = await watch(5)
    expect(warnings).toEqual([{ index: 'goods', live: 3, wanted: 5 }])
    expect(await told()).toEqual([2])
    await database.owner.db.updateTable('searchGeneration').set({ schemaVersion: 5 }).execute()
    expect(await told()).toEqual([0])
    stop()
    expect(await told()).toEqual([])
  })

  it.each([5, 6])('is nothing to warn of when it is %s of 5', async (version) => {
    await live(version)
    const stop = await watch(5)
    expect(warnings).toEqual([])
    expect(await told()).toEqual([0])
    stop()
  })

  it('is not told before there is one', async () => {
    const stop = await watch(5)
    expect(warnings).toEqual([])
    expect(await told()).toEqual([])
    stop()
  })
})

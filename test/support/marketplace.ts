import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'

export type TestShop = { sellerId: string; shopId: string; warehouseId: string }

/** Moscow and Saint Petersburg, unless they are there. */
export const ensureCities = (owner: Kysely<Database>) =>
  owner
    .insertInto('city')
    .values([
      { id: 'msk', name: 'Москва', nameEn: 'Moscow', timeZone: 'Europe/Moscow', position: 1 },
      {
        id: 'spb',
        name: 'Санкт-Петербург',
        nameEn: 'Saint Petersburg',
        timeZone: 'Europe/Moscow',
        position: 2,
      },
    ])
    .onConflict((conflict) => conflict.doNothing())
    .execute()

/** A new seller with one shop and its default warehouse `main` in Moscow, which serves Moscow. */
export async function createShop(owner: Kysely<Database>): Promise<TestShop> {
  await ensureCities(owner)
  const { id: sellerId } = await owner
    .insertInto('seller')
    .values({ name: 'Лавка' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { id: warehouseId } = await owner
    .insertInto('warehouse')
    .values({ sellerId, externalId: 'main', name: 'Склад', cityId: 'msk' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await owner.insertInto('warehouseCity').values({ warehouseId, cityId: 'msk', sellerId }).execute()
  await owner
    .insertInto('warehouseDispatch')
    .values({
      ...{ warehouseId, sellerId, address: 'пр-д Энергетиков, 12', postalCode: '121059' },
      ...{ lat: 55.7421, lon: 37.5518, contactName: 'Олег Синицын', contactPhone: '+79995550101' },
    })
    .execute()
  const { id: shopId } = await owner
    .insertInto('shop')
    .values({
      sellerId,
      name: 'Лавка',
      slug: `lavka-${randomUUID().slice(0, 8)}`,
      defaultWarehouseId: warehouseId,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { sellerId, shopId, warehouseId }
}

/** An import as `POST /v1/imports` leaves it. */
export async function requestImport(
  owner: Kysely<Database>,
  { sellerId, shopId }: TestShop,
  object: {
    key: string
    bytes: number
    format?: string
    encoding?: string
    mode?: 'upsert' | 'replace'
    dryRun?: boolean
  } = {
    key: 'none',
    bytes: 0,
  },
): Promise<string> {
  const { id } = await owner
    .insertInto('import')
    .values({
      id: randomUUID(),
      sellerId,
      shopId,
      format: object.format ?? 'yml',
      encoding: object.encoding ?? 'utf-8',
      mode: object.mode ?? 'upsert',
      dryRun: object.dryRun ?? false,
      objectKey: object.key,
      bytesTotal: object.bytes,
      sha256: '0'.repeat(64),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

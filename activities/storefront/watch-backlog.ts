import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { readSearchBacklog } from '../../db/storefront/search-backlog.ts'
import { publish } from './meters.ts'

/**
 * Goes on telling OpenTelemetry how far search is behind PostgreSQL.
 * @returns stops telling
 */
export function watchBacklog({ system }: { system: Kysely<Database> }): () => void {
  return publish(
    {
      'yarmarka.search.lag': {
        unit: 's',
        description:
          'How long the oldest change, or fan-out, has been waiting to become searchable',
      },
      'yarmarka.search.pending': { description: 'Documents that wait to be written' },
      'yarmarka.search.parked': {
        description:
          'Documents that an index refuses, for each index (GET /v1/admin/poison tells why)',
      },
      'yarmarka.search.fanouts': {
        description: 'Fan-outs that wait or are under way: categories, shops and warehouses',
      },
    },
    async () => {
      const { lagMs, pending, parked, fanouts } = await readSearchBacklog(system)
      return {
        'yarmarka.search.lag': lagMs / 1_000,
        'yarmarka.search.pending': pending,
        'yarmarka.search.parked': parked,
        'yarmarka.search.fanouts': fanouts,
      }
    },
  )
}

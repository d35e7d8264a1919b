import { expect, it } from 'vitest'
import { measureMutations } from './run.ts'

/** `npm run bench -- carrier-mutations` reads ten times as many. */
it.each(['cdek', 'dpd', 'uber'] as const)(
  '500 mutated replies of %s crash nothing and book nothing',
  async (carrier) => {
    const figures = await measureMutations(carrier, { count: 500, seed: 8 })
    expect(figures).toMatchObject({
      ...{ calls: 500, crashes: [], wrongBooked: [], wrongDead: [], wrongFigures: [] },
    })
    // Some are still good enough to be read, and some are not.
    expect(figures.outcomes['booked']).toBeGreaterThan(0)
    expect(figures.outcomes['unknown']).toBeGreaterThan(0)
    expect(figures.outcomes['malformed']).toBeGreaterThan(0)
  },
)

import { cityByCdekCode, type City } from '../places.ts'
import type { PointState, World } from '../world.ts'
import { generateOffices, isAskedFor, type Office } from './points.ts'

export type Offices = {
  /** Also one that is closed. */
  find(code: string): Office | undefined
  isOpen(code: string): boolean
  inCity(cityCode: number): readonly Office[]
  cityOf(code: string): City | undefined
  /** The open ones that a query asks for. */
  list(query: Record<string, string>): Office[]
  /** @returns false where there is no such office */
  set(code: string, state: PointState): boolean
}

/** The vendor lists what takes parcels now: neither closed offices nor full lockers. */
export function openOffices({ seed, pointCount, clock, pointStates }: World): Offices {
  const all = generateOffices(seed, pointCount, clock.now())
  const byCode = new Map(all.map((office) => [office.code, office]))
  const byCity = Map.groupBy(all, ({ location }) => location.city_code)
  const key = (code: string) => `cdek ${code}`
  const isOpen = (code: string) => pointStates.get(key(code)) === undefined

  return {
    find: (code) => byCode.get(code),
    isOpen: (code) => byCode.has(code) && isOpen(code),
    inCity: (cityCode) => byCity.get(cityCode) ?? [],
    cityOf(code) {
      const office = byCode.get(code)
      return office && cityByCdekCode(office.location.city_code)
    },
    list(query) {
      const one = query.code === undefined ? undefined : byCode.get(query.code.toUpperCase())
      const few = one
        ? [one]
        : query.city_code === undefined
          ? all
          : (byCity.get(Number(query.city_code)) ?? [])
      return few.filter((office) => isOpen(office.code) && isAskedFor(office, query))
    },
    set(code, state) {
      if (!byCode.has(code)) return false
      if (state === 'open') pointStates.delete(key(code))
      else pointStates.put(key(code), state)
      return true
    },
  }
}

import type { Cell, OpenException, PickupPoint, PointLimits } from './pickup-point.ts'

/**
 * A point as it can be kept, searched and offered: what of it makes no sense is left out, as if its carrier had not said it.
 * `undefined` where nobody could be sent there: without coordinates (some are at zero degrees of both), an address or a code.
 */
export function usablePoint(point: PickupPoint): PickupPoint | undefined {
  if (!isSomewhere(point)) return undefined
  return {
    ...point,
    exceptions: point.exceptions.flatMap(usableException),
    limits: usableLimits(point.limits),
  }
}

const isSomewhere = ({ lat, lon, code, address }: PickupPoint): boolean =>
  Math.abs(lat) <= 90 &&
  Math.abs(lon) <= 180 &&
  (lat !== 0 || lon !== 0) &&
  /^[^\p{Cc}]{1,64}$/u.test(code) &&
  address.trim() !== ''

/** Dates come with a time of day as well; those that end before they begin, or in no time of ours, say nothing. */
function usableException({ from, to, open }: OpenException): OpenException[] {
  const [first, last] = [from.slice(0, 10), to.slice(0, 10)]
  if (!isDate(first) || !isDate(last) || first > last) return []
  return [{ from: first, to: last, ...(open && { open }) }]
}

const isDate = (text: string) =>
  /^2\d{3}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))

const isLimit = (value: number | undefined): value is number =>
  value !== undefined && Number.isFinite(value) && value > 0

const isCell = ({ lengthMm, widthMm, heightMm }: Cell) =>
  isLimit(lengthMm) && isLimit(widthMm) && isLimit(heightMm)

function usableLimits({ cells = [], ...limits }: PointLimits): PointLimits {
  const known = cells.filter(isCell)
  return {
    ...Object.fromEntries(Object.entries(limits).filter(([, value]) => isLimit(value))),
    ...(known.length > 0 && { cells: known }),
  }
}

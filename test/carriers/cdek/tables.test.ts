import { describe, expect, it } from 'vitest'
import { isKnownError } from '../../../clients/carriers/cdek/errors.ts'
import {
  meaningOfProblem,
  meaningOfReason,
  meaningOfStatus,
} from '../../../clients/carriers/cdek/statuses.ts'
import { areSpecificationsHere, titleOfSpecifications } from '../../simulator/specifications.ts'
import { readTable } from '../vendor-schemas.ts'

/** The codes of a column; a cell may hold several, «или» each other. */
const codesOf = (table: string, column = 0) =>
  readTable(`cdek/${table}.json`)
    .slice(1)
    .flatMap((row) => row[column]!.split(/\s+или\s+|,\s+(?=err_)/i))
    .map((code) => code.trim())

describe.skipIf(!areSpecificationsHere)(titleOfSpecifications('by CDEK’s own tables'), () => {
  it('every status of CDEK means something', () => {
    const codes = [
      ...codesOf('table-order-statuses-get'),
      ...codesOf('table-order-statuses-webhook', 1),
    ]
    expect(codes.length).toBeGreaterThan(60)
    expect(codes.filter((code) => meaningOfStatus(code).isUnknownCode)).toEqual([])
  })

  it('every reason of an end means something, and lost and disposed of are lost', () => {
    const codes = codesOf('table-order-status-reasons')
    expect(codes).toHaveLength(31)
    expect(codes.filter((code) => meaningOfReason(code).isUnknownCode)).toEqual([])
    const lost = codes.filter((code) => meaningOfStatus('NOT_DELIVERED', code).status === 'lost')
    expect(lost).toEqual(['26', '27'])
  })

  it('every problem of a delivery means something', () => {
    const codes = codesOf('table-delivery-problems')
    expect(codes.length).toBeGreaterThan(25)
    expect(codes.filter((code) => meaningOfProblem(code).isUnknownCode)).toEqual([])
  })

  it('every error of CDEK means something', () => {
    const codes = codesOf('table-errors').map((code) => code.toLowerCase())
    expect(codes.length).toBeGreaterThan(140)
    expect(codes.filter((code) => !isKnownError(code))).toEqual([])
  })
})

it('problems after which it arrives elsewhere, or nowhere, are for a person', () => {
  const codes = Array.from({ length: 60 }, (_, code) => String(code))
  expect(codes.filter((code) => meaningOfProblem(code).needsPlan)).toEqual([
    ...['37', '38', '39', '54', '55', '56'],
  ])
})

it('what nobody has named is told to be unknown', () => {
  expect(meaningOfStatus('CONSTRUCTOR')).toEqual({ status: 'in-transit', isUnknownCode: true })
  for (const code of ['constructor', '__proto__', '99']) {
    expect(meaningOfReason(code).isUnknownCode).toBe(true)
    expect(meaningOfProblem(code)).toMatchObject({ status: 'exception', isUnknownCode: true })
    expect(isKnownError(code)).toBe(false)
  }
})

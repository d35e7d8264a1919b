import { createReadStream } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { FileProblem } from '../../domain/integrations/file-problem.ts'
import type { CatalogRow, CategoryRow, RowError } from '../../domain/integrations/row.ts'
import { sniff } from '../../domain/integrations/sniff.ts'
import { MalformedFile } from '../../formats/format.ts'
import { peek } from '../../formats/peek.ts'
import { yml } from '../../formats/yml/index.ts'
import { areRealFeedsHere, realFeedsFolder, titleOfRealFeeds } from '../support/real-feeds.ts'

type Imported = {
  categories: CategoryRow[]
  rows: CatalogRow[]
  errors: RowError[]
  problem?: FileProblem
}

async function importFile(name: string): Promise<Imported> {
  const imported: Imported = { categories: [], rows: [], errors: [] }
  const { head, isWhole, bytes, close } = await peek(
    createReadStream(new URL(name, realFeedsFolder)),
  )
  const sniffed = sniff(head, isWhole)
  if (!sniffed.ok) {
    await close()
    return { ...imported, problem: sniffed.problem }
  }
  try {
    for await (const batch of yml.read(bytes, { encoding: sniffed.encoding })) {
      imported.categories.push(...batch.categories)
      imported.rows.push(...batch.rows)
      imported.errors.push(...batch.errors)
    }
  } catch (error) {
    if (!(error instanceof MalformedFile)) throw error
    imported.problem = error.problem
  }
  return imported
}

describe.skipIf(!areRealFeedsHere)(titleOfRealFeeds, () => {
  it.each(['ecomsearch_spb_vendor_model.xml', 'ecomsearch_msk_delivery.xml'])(
    '%s: 36 offers in 7 categories, one of them with four nameless params',
    async (name) => {
      const { categories, rows, errors, problem } = await importFile(name)
      expect([categories.length, rows.length, problem]).toEqual([7, 36, undefined])
      expect(errors.map(({ row, code, level }) => [row, code, level])).toEqual(
        Array(4).fill([25, 'attribute-invalid', 'warning']),
      )
      const known = new Set(categories.map(({ externalId }) => externalId))
      expect(rows.every(({ categoryExternalId }) => known.has(categoryExternalId))).toBe(true)
    },
  )

  it('ecomsearch_spb_vendor_model.xml: the first offer, value by value', async () => {
    const { rows } = await importFile('ecomsearch_spb_vendor_model.xml')
    expect(rows[0]).toMatchObject({
      ...{ externalId: '210103000001', offerType: 'vendor.model', categoryExternalId: '10103' },
      ...{ name: 'Умная лампочка Яндекс E14', brand: 'Яндекс', vendorCode: 'YNDX-00017' },
      ...{ priceMinor: 149_000, currency: 'RUB', available: true },
    })
  })

  it('takefive_1.xml: three offers, each kept out with its reasons', async () => {
    const { categories, rows, errors, problem } = await importFile('takefive_1.xml')
    expect([categories.length, rows.length, problem]).toEqual([6, 0, undefined])
    expect(categories.at(-1)).toEqual({ externalId: '6', parentExternalId: '66', name: 'Printers' })
    expect(errors.map(({ line, externalId, code }) => [line, externalId, code])).toEqual([
      [17, '1', 'name-missing'],
      [17, '1', 'price-missing'],
      [21, '2', 'name-missing'],
      [21, '2', 'category-missing'],
      [21, '2', 'price-missing'],
      [25, '3', 'name-missing'],
      [25, '3', 'price-missing'],
    ])
  })

  it('takefive_malformed.xml: one offer, then line, column and what does not fit', async () => {
    const { rows, errors, problem } = await importFile('takefive_malformed.xml')
    expect([rows.length, errors.map(({ row }) => row)]).toEqual([0, [1, 1, 1]])
    expect(problem).toEqual({
      ...{ code: 'malformed-xml', line: 11, column: 38, row: 2 },
      params: { defect: 'mismatched-tag', text: 'offer' },
    })
  })

  it('excel_to_yml_output.xml: three offers in five categories, nothing to say', async () => {
    const { categories, rows, errors } = await importFile('excel_to_yml_output.xml')
    expect([categories.length, errors]).toEqual([5, []])
    expect(rows.map(({ externalId, priceMinor }) => [externalId, priceMinor])).toEqual(
      expect.arrayContaining([['1', 365_000]]),
    )
    expect(rows).toHaveLength(3)
  })

  it.each([
    ['carono_import.xml', 'CommerceML'],
    ['carono_orders.xml', 'CommerceML'],
    ['bigperson_offers.xml', 'CommerceML'],
    ['argent_prices_3x.xml', 'CommerceML'],
    ['dobromyslov_bitrix_query_empty.xml', 'CommerceML'],
    ['API_PRODUCT_SRV.edmx', 'OData'],
  ])('%s: refused as %s', async (name, format) => {
    const { problem } = await importFile(name)
    expect(problem).toEqual({ code: 'unsupported-format', params: { format } })
  })
})

import { formatAttributes, formatOutlets } from '../../domain/integrations/table/cell-lists.ts'
import type { RawOffer } from '../../domain/integrations/raw-offer.ts'
import type { CategoryRow } from '../../domain/integrations/row.ts'
import type { SourceRow } from '../format.ts'
import type { CatalogueSink } from './catalogue-reader.ts'

type Categories = ReadonlyMap<string, CategoryRow>

/** An offer's cells by their headers, which the preset `yandex-market` reads again. */
const COLUMNS: readonly [
  header: string,
  cell: (offer: RawOffer, categories: Categories) => string | undefined,
][] = [
  ['id', ({ id }) => id],
  ['type', ({ type }) => type],
  ['group_id', ({ groupId }) => groupId],
  ['available', ({ available }) => available],
  ['disabled', ({ disabled }) => disabled],
  ['name', ({ name }) => name],
  ['title', ({ title }) => title],
  ['typePrefix', ({ typePrefix }) => typePrefix],
  ['vendor', ({ brand }) => brand],
  ['model', ({ model }) => model],
  ['vendorCode', ({ vendorCode }) => vendorCode],
  ['category', ({ categoryId }, categories) => pathOf(categoryId, categories)],
  ['price', ({ price }) => price],
  ['oldprice', ({ oldPrice }) => oldPrice],
  ['currencyId', ({ currency }) => currency],
  ['url', ({ url }) => url],
  ['picture', ({ pictures }) => pictures.map((picture) => picture.trim()).join('\n')],
  ['barcode', ({ barcodes }) => barcodes.map((barcode) => barcode.trim()).join(', ')],
  ['description', ({ description }) => description],
  ['weight', ({ weightKg }) => weightKg],
  ['dimensions', ({ dimensionsCm }) => dimensionsCm],
  ['count', ({ units }) => units],
  ['Характеристики', ({ attributes }) => formatAttributes(attributes)],
  ['Остатки по складам', ({ outlets }) => formatOutlets(outlets)],
]

export const TABLE_HEADERS: readonly string[] = COLUMNS.map(([header]) => header)

/** Gathers the offers of a feed as rows of one table. */
export function offersAsTable(): { sink: CatalogueSink; take(): SourceRow[] } {
  const categories = new Map<string, CategoryRow>()
  let rows: SourceRow[] = []
  return {
    sink: {
      offer(offer) {
        const cells = COLUMNS.map(([, cell]) => cell(offer, categories)?.trim() ?? '')
        const row: SourceRow = { row: offer.row, cells }
        if (offer.line !== undefined) row.line = offer.line
        rows.push(row)
      },
      category(category) {
        categories.set(category.externalId, category)
      },
      defect() {},
    },
    take() {
      const taken = rows
      rows = []
      return taken
    },
  }
}

/** `A > B`; the id itself where the category is not known yet, or never. */
function pathOf(categoryId: string | undefined, categories: Categories): string {
  const names: string[] = []
  let category = categories.get(categoryId?.trim() ?? '')
  while (category && names.length < MOST_LEVELS) {
    names.unshift(category.name)
    category = categories.get(category.parentExternalId ?? '')
  }
  return names.length === 0 ? (categoryId ?? '') : names.join(' > ')
}

/** Also ends a circle of parents. */
const MOST_LEVELS = 12

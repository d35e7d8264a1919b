import { toCurrency } from '../money.ts'
import { quotable } from '../plain-text.ts'
import type { Language } from '../row-errors.ts'
import { headerKey } from './header-text.ts'
import type { ColumnTarget, TableMapping, TablePreset } from './mapping.ts'
import { MEASURES } from './measure-targets.ts'

/** What is wrong with a mapping, at which place of it (`columns.Цена`). */
export type MappingProblem = {
  path: string
  message: Record<Language, string>
  /** The column that is not there, or the field that no column is. */
  column?: string
  field?: string
}

export type ParsedMapping =
  { ok: true; mapping: TableMapping } | { ok: false; problems: MappingProblem[] }

/**
 * A mapping that a seller gives, `{ preset?, columns, currency?, defaultCategory? }`; what is left out is `plain`, roubles
 * and no default. With `headers`, that the file has every column is checked too.
 */
export function parseMapping(given: unknown, headers?: readonly string[]): ParsedMapping {
  if (!isRecord(given)) return refuse('', 'нужен объект JSON', 'must be a JSON object')
  const problems: MappingProblem[] = []
  const say = (path: string, ru: string, en: string) => problems.push({ path, message: { ru, en } })

  for (const key of Object.keys(given))
    if (!KEYS.has(key)) say(key, 'неизвестное поле', 'is not a known field')
  const preset = given['preset'] ?? 'plain'
  if (!isPreset(preset)) say('preset', `одно из: ${ALL_PRESETS}`, `must be one of ${ALL_PRESETS}`)
  const currency = typeof given['currency'] === 'string' ? toCurrency(given['currency']) : undefined
  if (given['currency'] !== undefined && currency === undefined)
    say('currency', 'нужен код валюты ISO 4217', 'must be an ISO 4217 code')
  const { defaultCategory } = given
  if (defaultCategory !== undefined && !isText(defaultCategory, 1_000))
    say('defaultCategory', 'нужна строка до 1000 символов', 'must be a text of at most 1000')
  const columns = readColumns(given['columns'], say)
  if (problems.length > 0 || !isPreset(preset) || !columns) return { ok: false, problems }

  const mapping: TableMapping = { preset, columns, currency: currency ?? 'RUB' }
  if (isText(defaultCategory, 1_000)) mapping.defaultCategory = defaultCategory
  problems.push(...checkMapping(mapping, headers))
  return problems.length > 0 ? { ok: false, problems } : { ok: true, mapping }
}

/** Whether goods can be read by the mapping at all, and from a table with these headers. */
export function checkMapping(
  mapping: TableMapping,
  headers: readonly string[] = Object.keys(mapping.columns),
): MappingProblem[] {
  const known = new Set(headers.map(headerKey))
  const absent = Object.keys(mapping.columns).filter((header) => !known.has(headerKey(header)))
  const missing = missingTargets(mapping)
  return [
    ...absent.map((header) => ({
      path: `columns.${quotable(header)}`,
      column: quotable(header),
      message: {
        ru: `столбца «${quotable(header)}» в файле нет`,
        en: `the file has no column “${quotable(header)}”`,
      },
    })),
    ...missing.map((target) => ({
      path: 'columns',
      field: target,
      message: {
        ru: `ни один столбец не назван полем ${target}`,
        en: `no column is the field ${target}`,
      },
    })),
  ]
}

/** Fields without which no offer can be read. */
export function missingTargets({ preset, columns }: TableMapping): string[] {
  const targets = new Set<string>(Object.values(columns))
  return REQUIRED[preset]
    .filter((fields) => !fields.some((field) => targets.has(field)))
    .map((fields) => fields.join(' / '))
}

/** Of each list one will do. */
const PLAIN_REQUIRED = [['id'], ['name', 'title', 'model'], ['price']]
const REQUIRED: Record<TablePreset, string[][]> = {
  plain: PLAIN_REQUIRED,
  bitrix: PLAIN_REQUIRED,
  insales: PLAIN_REQUIRED,
  'yandex-market': PLAIN_REQUIRED,
  shopify: [['shopify:handle'], ['name'], ['price']],
  woocommerce: [['id', 'vendorCode'], ['name'], ['price', 'woocommerce:regularPrice']],
}

const KEYS = new Set(['preset', 'columns', 'currency', 'defaultCategory'])
const ALL_PRESETS = Object.keys(REQUIRED).join(', ')
const MOST_COLUMNS = 500

type Say = (path: string, ru: string, en: string) => void

function readColumns(given: unknown, say: Say): Record<string, ColumnTarget> | undefined {
  if (!isRecord(given) || Object.keys(given).length === 0) {
    say('columns', 'нужен объект «столбец: поле»', 'must be an object of column: field')
    return undefined
  }
  const entries = Object.entries(given)
  if (entries.length > MOST_COLUMNS) {
    say('columns', `не больше ${MOST_COLUMNS} столбцов`, `at most ${MOST_COLUMNS} columns`)
    return undefined
  }
  const columns: [string, ColumnTarget][] = []
  for (const [header, target] of entries)
    if (isTarget(target)) columns.push([header, target])
    else {
      const shown = quotable(typeof target === 'string' ? target : JSON.stringify(target))
      say(`columns.${quotable(header)}`, `нет такого поля: ${shown}`, `no such field: ${shown}`)
    }
  return Object.fromEntries(columns)
}

const TARGETS: ReadonlySet<string> = new Set([
  ...'id type groupId available disabled name title typePrefix brand model vendorCode'.split(' '),
  ...'description price oldPrice currency url weightKg dimensionsCm units'.split(' '),
  ...'categoryPath picture barcode attributes outlets'.split(' '),
  ...Object.keys(MEASURES),
])

const OPEN_TARGET =
  /^(?:categoryLevel:[1-9]|(?:attribute|outlet):.{1,256}|(?:shopify|woocommerce|bitrix|insales|yandex-market):\w{1,40})$/su

function isTarget(target: unknown): target is ColumnTarget {
  return typeof target === 'string' && (TARGETS.has(target) || OPEN_TARGET.test(target))
}

function isPreset(given: unknown): given is TablePreset {
  return typeof given === 'string' && Object.hasOwn(REQUIRED, given)
}

function isText(given: unknown, most: number): given is string {
  return typeof given === 'string' && given.trim() !== '' && given.length <= most
}

function isRecord(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null && !Array.isArray(given)
}

function refuse(path: string, ru: string, en: string): ParsedMapping {
  return { ok: false, problems: [{ path, message: { ru, en } }] }
}

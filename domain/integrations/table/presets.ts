import { columnRules, type ColumnRules } from './column-rules.ts'
import type { TablePreset } from './mapping.ts'
import { BITRIX, BITRIX_SIGNS } from './presets/bitrix.ts'
import { INSALES, INSALES_SIGNS } from './presets/insales.ts'
import { SHOPIFY, SHOPIFY_SIGNS } from './presets/shopify.ts'
import { WOOCOMMERCE, WOOCOMMERCE_SIGNS } from './presets/woocommerce.ts'
import { YANDEX_MARKET, YANDEX_MARKET_SIGNS } from './presets/yandex-market.ts'
import { SYNONYMS, WEAK_SYNONYMS } from './synonyms.ts'

type Preset = {
  name: Exclude<TablePreset, 'plain'>
  /** Headers that are never together anywhere else; any of the lists will do. */
  signs: readonly (readonly string[])[]
  rules: ColumnRules
}

const PRESETS: readonly Preset[] = [
  { name: 'shopify', signs: [SHOPIFY_SIGNS], rules: columnRules(SHOPIFY) },
  { name: 'bitrix', signs: [BITRIX_SIGNS], rules: columnRules(BITRIX) },
  { name: 'woocommerce', signs: WOOCOMMERCE_SIGNS, rules: columnRules(WOOCOMMERCE) },
  { name: 'insales', signs: INSALES_SIGNS, rules: columnRules(INSALES) },
  { name: 'yandex-market', signs: YANDEX_MARKET_SIGNS, rules: columnRules(YANDEX_MARKET) },
]

/** The preset whose signs all stand among the headers, as `readHeader` makes their texts. */
export function findPreset(headers: ReadonlySet<string>): Preset | undefined {
  return PRESETS.find(({ signs }) =>
    signs.some((together) => together.every((sign) => headers.has(sign))),
  )
}

/** For tables of nobody in particular: everything that a header may mean, and what it means for certain. */
export const PLAIN_RULES = columnRules([...SYNONYMS, ...WEAK_SYNONYMS])
export const UNMISTAKABLE_RULES = columnRules(SYNONYMS)

import { toCurrency } from '../money.ts'
import { clean, quotable } from '../plain-text.ts'
import { assignColumns } from './column-rules.ts'
import { fingerprintOf } from './fingerprint.ts'
import { readHeader, type HeaderText } from './header-text.ts'
import type { ColumnTarget, FoundTable, TableMapping } from './mapping.ts'
import { missingTargets } from './parse-mapping.ts'
import { findPreset, PLAIN_RULES, UNMISTAKABLE_RULES } from './presets.ts'

/** What a table's columns most likely are: by the preset whose headers these are, else by what such headers mean. */
export function proposeMapping(
  headers: readonly string[],
  samples: readonly (readonly string[])[] = [],
): FoundTable {
  const texts = headers.map(readHeader)
  const preset = findPreset(new Set(texts.map(({ text }) => text)))
  const assigned = assignColumns(texts, preset?.rules ?? PLAIN_RULES)
  const proposal: TableMapping = {
    preset: preset?.name ?? 'plain',
    columns: Object.fromEntries(
      Array.from(assigned, ([index, target]) => [
        headers[index]!,
        asWritten(target, headers[index]!),
      ]),
    ),
    currency: currencyOf(texts, assigned),
  }
  return {
    headers: [...headers],
    fingerprint: fingerprintOf(headers),
    samples: samples.map((cells) => cells.map(quotable)),
    proposal,
    isCertain: preset ? missingTargets(proposal).length === 0 : isUnmistakable(texts),
  }
}

function isUnmistakable(texts: readonly HeaderText[]): boolean {
  const targets = new Set(assignColumns(texts, UNMISTAKABLE_RULES).values())
  return targets.has('id') && targets.has('name') && targets.has('price')
}

/** Names of characteristics and warehouses as the header writes them, where they come from it. */
function asWritten(target: ColumnTarget, header: string): ColumnTarget {
  const [kind, name] = target.split(/:(.*)/s)
  if (kind !== 'attribute' && kind !== 'outlet') return target
  const written = clean(header.includes(':') ? header.slice(header.indexOf(':') + 1) : header)
  const bare = written.replace(/\s*(?:\([^()]*\)|,\s*[^,()]{1,12})$/, '')
  const isFromHeader = readHeader(bare).text === name
  return isFromHeader ? `${kind}:${bare}` : target
}

/** Of the price's header, `Цена, USD`; roubles where it says nothing. */
function currencyOf(
  texts: readonly HeaderText[],
  assigned: ReadonlyMap<number, ColumnTarget>,
): string {
  for (const [index, target] of assigned)
    if (target === 'price') return toCurrency(texts[index]!.unit) ?? 'RUB'
  return 'RUB'
}

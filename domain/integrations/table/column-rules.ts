import type { HeaderText } from './header-text.ts'
import type { ColumnTarget } from './mapping.ts'
import { measureTarget } from './measure-targets.ts'

/**
 * What headers mean, measures by their units included, the more trusted first: where two columns could be the same field, the earlier rule has it, and the
 * other column takes the next rule that fits it.
 */
export type ColumnRules = {
  find(header: HeaderText): readonly RankedTarget[]
}

export type RankedTarget = { rank: number; target: ColumnTarget }

/** `a|b|c` are headers; an expression may take its target from what it matched. */
export type ColumnRule =
  | readonly [headers: string, target: ColumnTarget]
  | readonly [pattern: RegExp, target: (match: RegExpExecArray) => ColumnTarget]

export function columnRules(rules: readonly ColumnRule[]): ColumnRules {
  const named = new Map<string, RankedTarget[]>()
  const patterns: {
    rank: number
    pattern: RegExp
    target: (m: RegExpExecArray) => ColumnTarget
  }[] = []
  rules.forEach(([headers, target], index) => {
    if (typeof headers !== 'string') {
      if (typeof target === 'function')
        patterns.push({ rank: index * WIDTH, pattern: headers, target })
      return
    }
    headers.split('|').forEach((header, place) => {
      if (typeof target === 'function') return
      named.set(header, [...(named.get(header) ?? []), { rank: index * WIDTH + place, target }])
    })
  })
  return {
    find(header) {
      const { text } = header
      const found = [...(named.get(text) ?? [])]
      for (const { rank, pattern, target } of patterns) {
        const match = pattern.exec(text)
        if (match) found.push({ rank, target: target(match) })
      }
      const measure = measureTarget(header)
      if (measure) found.push({ rank: rules.length * WIDTH, target: measure })
      return found
    },
  }
}

/** More than the headers of one rule. */
const WIDTH = 1_000

/** The columns of one table; those that no rule knows are left out. */
export function assignColumns(
  headers: readonly HeaderText[],
  rules: ColumnRules,
): Map<number, ColumnTarget> {
  const candidates = headers.flatMap((header, index) =>
    header.text === '' ? [] : rules.find(header).map((ranked) => ({ ...ranked, index })),
  )
  candidates.sort((one, other) => one.rank - other.rank || one.index - other.index)
  const assigned = new Map<number, ColumnTarget>()
  const taken = new Set<ColumnTarget>()
  for (const { index, target } of candidates) {
    if (assigned.has(index) || (taken.has(target) && !isRepeatable(target))) continue
    taken.add(target)
    assigned.set(index, target)
  }
  return assigned
}

/** Several columns may hold one offer's pictures, barcodes or values of one characteristic. */
function isRepeatable(target: ColumnTarget): boolean {
  return target === 'picture' || target === 'barcode' || target.startsWith('attribute:')
}

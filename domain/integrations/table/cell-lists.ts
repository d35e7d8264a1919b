import type { RawAttribute, RawOutlet } from '../raw-offer.ts'

/** Characteristics in one cell, a line each: `Диагональ (дюйм) = 6.1`. What has no `=` is a value without a name. */
export function parseAttributes(text: string): RawAttribute[] {
  return linesOf(text).map(([name, value]) => {
    const unit = name.length > LONGEST_NAME ? null : /\s*\(([^()]*)\)$/.exec(name)
    return { name: unit ? name.slice(0, unit.index) : name, value, unit: unit?.[1] || undefined }
  })
}

/** Beyond it a name is refused anyway. */
const LONGEST_NAME = 1_000

/** What `parseAttributes` reads; a name that itself ends in brackets is followed by empty ones. */
export function formatAttributes(attributes: readonly RawAttribute[]): string {
  return attributes
    .map(({ name = '', value, unit = '' }) => {
      const measured = unit !== '' || name.trimEnd().endsWith(')') ? ` (${unit})` : ''
      return `${oneLine(name)}${measured} = ${oneLine(value)}`
    })
    .join('\n')
}

/** Units by warehouse in one cell, a line each: `msk-1 = 5`. */
export function parseOutlets(text: string): RawOutlet[] {
  return linesOf(text).map(([id, units]) => ({ id, units }))
}

export function formatOutlets(outlets: readonly RawOutlet[]): string {
  return outlets.map(({ id = '', units = '' }) => `${oneLine(id)} = ${oneLine(units)}`).join('\n')
}

function linesOf(text: string): [string, string][] {
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== '')
  return lines.map((line) => {
    const at = line.indexOf('=')
    return at < 0 ? ['', line.trim()] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
  })
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

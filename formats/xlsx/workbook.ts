import { posix } from 'node:path'
import { MalformedFile } from '../format.ts'
import type { Zip } from '../zip/open-zip.ts'
import { readWhole } from './read-xml.ts'
import type { Attributes, XmlEvents } from './xml-scanner.ts'

export type Workbook = {
  /** Those that a person sees, in their order. */
  sheets: { name: string; part: string }[]
  is1904: boolean
  stylesPart: string | undefined
  stringsPart: string | undefined
}

/**
 * Follows the package's relationships, transitional or strict, from its root to the sheets. Links to the outside are
 * never followed.
 * @throws {MalformedFile} by name where the package is another kind of document or has macros
 */
export async function readWorkbook(zip: Zip): Promise<Workbook> {
  await refuseOtherDocuments(zip)
  const root = await readRelationships(zip, '')
  const part = root.find(({ type }) => type === 'officeDocument')?.target
  if (part === undefined || !zip.parts.has(part)) throw missing('xl/workbook.xml')
  const related = await readRelationships(zip, part)
  const { sheets, is1904 } = await readSheetList(zip, part)
  const partOf = (type: string) => {
    const target = related.find((one) => one.type === type)?.target
    return target !== undefined && zip.parts.has(target) ? target : undefined
  }
  return {
    sheets: sheets.flatMap(({ name, id }) => {
      const relationship = related.find((one) => one.id === id)
      if (relationship === undefined) throw missing(`sheet ${name}`)
      if (relationship.type !== 'worksheet') return []
      if (!zip.parts.has(relationship.target)) throw missing(relationship.target)
      return [{ name, part: relationship.target }]
    }),
    is1904,
    stylesPart: partOf('styles'),
    stringsPart: partOf('sharedStrings'),
  }
}

/** Says what a package is by its content types, and where it has none by the names in it. */
async function refuseOtherDocuments(zip: Zip): Promise<void> {
  const names = [...zip.parts.keys()]
  if (names.includes('mimetype')) throw unsupported('ODS')
  if (!zip.parts.has(CONTENT_TYPES)) {
    throw names.some((name) => name.startsWith('xl/')) ? missing(CONTENT_TYPES) : unsupported('ZIP')
  }
  const types: string[] = []
  await readWhole(zip, CONTENT_TYPES, {
    open(name: string, attributes: Attributes) {
      if (name === 'Override') types.push(attributes.get('ContentType') ?? '')
    },
    close() {},
    text() {},
  })
  if (zip.parts.has('xl/workbook.bin')) throw unsupported('XLSB')
  if (types.some((type) => type.includes('wordprocessingml'))) throw unsupported('DOCX')
  if (types.some((type) => /presentationml\.(presentation|slideshow)/.test(type))) {
    throw unsupported('PPTX')
  }
  const hasMacros = types.some((type) => /macroEnabled|vbaProject/i.test(type))
  if (hasMacros || names.some((name) => name.endsWith('vbaProject.bin'))) {
    throw new MalformedFile({ code: 'macros' })
  }
}

const CONTENT_TYPES = '[Content_Types].xml'

type Relationship = { id: string; type: string; target: string }

/** Types by their last word, which both namespaces share; targets as names of parts. */
async function readRelationships(zip: Zip, source: string): Promise<Relationship[]> {
  const folder = posix.dirname(source)
  const part = posix.join(folder, '_rels', `${posix.basename(source)}.rels`)
  if (!zip.parts.has(part)) throw missing(part)
  const found: Relationship[] = []
  await readWhole(zip, part, {
    open(name: string, attributes: Attributes) {
      if (name !== 'Relationship' || attributes.get('TargetMode') === 'External') return
      const target = attributes.get('Target') ?? ''
      found.push({
        id: attributes.get('Id') ?? '',
        type: (attributes.get('Type') ?? '').split('/').at(-1)!,
        target: target.startsWith('/') ? target.slice(1) : posix.join(folder, target),
      })
    },
    close() {},
    text() {},
  })
  return found
}

async function readSheetList(zip: Zip, part: string) {
  const sheets: { name: string; id: string }[] = []
  let is1904 = false
  const events: XmlEvents = {
    open(name, attributes) {
      if (name === 'workbookPr') is1904 = /^(1|true)$/.test(attributes.get('date1904') ?? '')
      if (name !== 'sheet' || /hidden/i.test(attributes.get('state') ?? '')) return
      sheets.push({ name: attributes.get('name') ?? '', id: attributes.get('id') ?? '' })
    },
    close() {},
    text() {},
  }
  await readWhole(zip, part, events)
  return { sheets, is1904 }
}

function missing(part: string): MalformedFile {
  return new MalformedFile({ code: 'damaged-file', params: { format: 'XLSX', part } })
}

function unsupported(format: string): MalformedFile {
  return new MalformedFile({ code: 'unsupported-format', params: { format } })
}

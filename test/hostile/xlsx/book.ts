import { zipOf, type HostileEntry } from './zip.ts'

export const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

export type BookParts = {
  /** What is inside `<sheetData>`. */
  rows?: string
  /** The whole part instead. */
  sheet?: string
  strings?: string
  styles?: string
  workbook?: string
  contentTypes?: string
  workbookRels?: string
  rootRels?: string
  /** Added, or instead of the part of that name. */
  more?: HostileEntry[]
  without?: string
}

export const sheetOf = (rows: string) =>
  `<worksheet xmlns="${MAIN}"><sheetData>${rows}</sheetData></worksheet>`

/** The parts of a workbook of one sheet, as a program would write them but for what is given. */
export function entriesOf(parts: BookParts): HostileEntry[] {
  const { rows = '<row><c><v>1</v></c></row>', more = [] } = parts
  const entries: HostileEntry[] = [
    { name: '[Content_Types].xml', content: parts.contentTypes ?? contentTypes('sheet.main') },
    {
      name: '_rels/.rels',
      content:
        parts.rootRels ??
        `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    },
    {
      name: 'xl/workbook.xml',
      content:
        parts.workbook ??
        `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="Лист1" sheetId="1" r:id="r1"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content:
        parts.workbookRels ??
        `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/><Relationship Id="r3" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    },
    { name: 'xl/worksheets/sheet1.xml', content: parts.sheet ?? sheetOf(rows) },
    { name: 'xl/styles.xml', content: parts.styles ?? `<styleSheet xmlns="${MAIN}"/>` },
    { name: 'xl/sharedStrings.xml', content: parts.strings ?? `<sst xmlns="${MAIN}"/>` },
  ]
  const replaced = new Set(more.map(({ name }) => name))
  const kept = entries.filter(({ name }) => name !== parts.without && !replaced.has(name))
  return [...kept, ...more]
}

export const bookOf = (parts: BookParts): Buffer => zipOf(entriesOf(parts))

export const contentTypes = (kind: string) =>
  `<Types xmlns="${PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.${kind}+xml"/></Types>`

import type { ZipSource } from '../zip/write-zip.ts'

export const sheetPart = (number: number) => `xl/worksheets/sheet${number}.xml`

/** All parts of a workbook but its sheets. */
export function* bookParts(sheets: number, name: string): Generator<ZipSource> {
  const numbers = Array.from({ length: sheets }, (_, index) => index + 1)
  yield part('[Content_Types].xml', contentTypes(numbers))
  yield part(
    '_rels/.rels',
    relationships([relationship('rId1', 'officeDocument', 'xl/workbook.xml')]),
  )
  yield part('xl/workbook.xml', workbook(numbers, name))
  yield part(
    'xl/_rels/workbook.xml.rels',
    relationships([
      ...numbers.map((number) =>
        relationship(`rId${number}`, 'worksheet', `worksheets/sheet${number}.xml`),
      ),
      relationship(`rId${sheets + 1}`, 'styles', 'styles.xml'),
    ]),
  )
  yield part('xl/styles.xml', STYLES)
}

function part(name: string, xml: string): ZipSource {
  return { name, content: once(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${xml}`) }
}

async function* once(text: string): AsyncGenerator<string> {
  yield text
}

function contentTypes(numbers: number[]): string {
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
  const overrides = [
    `<Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/>`,
    `<Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/>`,
    ...numbers.map(
      (number) =>
        `<Override PartName="/${sheetPart(number)}" ContentType="${type}.worksheet+xml"/>`,
    ),
  ]
  return `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${overrides.join('')}</Types>`
}

function relationships(all: string[]): string {
  return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${all.join('')}</Relationships>`
}

function relationship(id: string, type: string, target: string): string {
  return `<Relationship Id="${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${target}"/>`
}

function workbook(numbers: number[], name: string): string {
  const sheets = numbers.map(
    (number) =>
      `<sheet name="${sheetName(name, number)}" sheetId="${number}" r:id="rId${number}"/>`,
  )
  return `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>${sheets.join('')}</sheets></workbook>`
}

/** At most 31 characters without `: \ / ? * [ ]`, as Excel demands. */
function sheetName(name: string, number: number): string {
  const suffix = number === 1 ? '' : ` ${number}`
  const allowed = name.replace(/[:\\/?*[\]&<>"']/g, ' ').trim() || 'Sheet'
  return allowed.slice(0, 31 - suffix.length) + suffix
}

const STYLES = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

import type { SaxesParser } from 'saxes'

import type { XmlLimit, FileProblem } from '../../domain/integrations/file-problem.ts'
import { MalformedFile } from '../format.ts'
import { defectOf, forbiddenCharacter, MISMATCH } from './defects.ts'
import { ENTITIES } from './entities.ts'
import { createSaxes } from './fast-saxes.ts'
import { XML_LIMITS } from './limits.ts'

export type XmlAttributes = Readonly<Record<string, string>>

export type XmlHandlers = {
  /** `attributes` has no prototype: any name is only a name. */
  open(name: string, attributes: XmlAttributes): void
  /** Text or CDATA between two tags; may come in several parts. */
  text(text: string): void
  /** Called once the closing tag is known to match. */
  close(name: string): void
}

type Place = { line: number; column: number }

export type XmlParser = {
  /** Line of what is being reported, from 1. */
  readonly line: number
  write(text: string): void
  /** The text is over: everything must be closed by now. */
  end(): void
}

/**
 * A strict push parser with bounds (`XML_LIMITS`). It defines, expands and fetches nothing: an external DOCTYPE is passed
 * over, one with declarations is refused, entities are XML's five and single characters of HTML. Whatever is wrong is
 * thrown as `MalformedFile` with its line and column; byte order marks and white space before the declaration are not.
 */
export function createXmlParser(handlers: XmlHandlers): XmlParser {
  // XML 1.1 permits control characters, whatever a file may declare.
  const parser = createSaxes({
    ...{ position: false, forceXMLVersion: true, defaultXMLVersion: '1.0' },
  })
  let depth = 0
  let attributes = 0
  let begun = false
  let lastSkipped = ''
  /** Where the piece of text at hand begins. */
  let pieceLine = 1
  let pieceColumn = 0
  /** Where an ampersand stands that is still open at the end of a piece. */
  let ampersand: Place | undefined
  /** Where the last token ended. */
  let tokenStart = 0
  let tokenLine = 1
  let tokenColumn = 0
  let closing: string | undefined

  /** What came before stays read, however the text was cut into pieces. */
  function refuse(problem: FileProblem, at = here()): never {
    reportClosing()
    throw new MalformedFile({ ...problem, ...at })
  }

  function here(): Place {
    return { line: parser.line, column: Math.max(parser.column, 1) }
  }

  function exceed(limit: XmlLimit, at = here()): never {
    refuse({ code: 'limit-exceeded', params: { limit, most: XML_LIMITS[limit] } }, at)
  }

  /** Where the token at hand begins. */
  function tokenPlace(): Place {
    return { line: tokenLine, column: tokenColumn + 1 }
  }

  function checkToken(position: number): void {
    if (position - tokenStart <= XML_LIMITS.token) return
    exceed('token', tokenPlace())
  }

  /** Marks the end of a token, and reports the closing tag before it, which nothing has contradicted. */
  function endToken(): void {
    checkToken(parser.position)
    tokenStart = parser.position
    tokenLine = parser.line
    tokenColumn = parser.column
    reportClosing()
  }

  function reportClosing(): void {
    if (closing === undefined) return
    const name = closing
    closing = undefined
    handlers.close(name)
  }

  /** Where the ampersand before `name` stands. */
  function placeOfEntity(name: string, hasEnded: boolean): Place {
    const read = hasEnded ? parser['chunk'].slice(0, parser['prevI']) : parser['chunk']
    const text = read.replace(/\r\n?/g, '\n')
    const start = text.length - name.length - 1
    if (start < 0) return ampersand ?? { line: pieceLine, column: pieceColumn }
    const lineStart = text.lastIndexOf('\n', start) + 1
    const column = Array.from(text.slice(lineStart, start)).length + 1
    return {
      line: parser.line - newlines(name),
      column: lineStart === 0 ? pieceColumn + column : column,
    }
  }

  /** `name` is what follows an ampersand, up to the next semicolon or as far as the text has come. */
  function refuseEntity(name: string, hasEnded: boolean): never {
    const isName = hasEnded && /^[a-z][\w.-]*$/i.test(name) && name.length <= XML_LIMITS.entity
    const defect = isName ? 'unknown-entity' : 'bare-ampersand'
    const text = isName ? name : (/^[^<\s]{0,20}/.exec(name)?.[0] ?? '')
    refuse({ code: 'malformed-xml', params: { defect, text } }, placeOfEntity(name, hasEnded))
  }

  parser.ENTITIES = Object.assign(
    Object.create(
      new Proxy(Object.create(null), { get: (_, name) => refuseEntity(String(name), true) }),
    ),
    ENTITIES,
  )

  parser.on('error', (error) => {
    const params = defectOf(error.message, closing, forbiddenCharacter(charBefore(parser)))
    if (error.message === MISMATCH) closing = undefined
    if (params === 'php-source') refuse({ code: 'php-source' })
    const isOutside = params.defect === 'text-outside-root'
    refuse({ code: 'malformed-xml', params }, isOutside ? tokenPlace() : here())
  })
  parser.on('doctype', (doctype) => {
    endToken()
    if (doctype.replace(/"[^"]*"|'[^']*'/g, '').includes('[')) refuse({ code: 'internal-dtd' })
  })
  parser.on('processinginstruction', ({ target }) => {
    endToken()
    if (/^(?:php|echo|print)$/i.test(target)) refuse({ code: 'php-source' })
  })
  parser.on('comment', () => endToken())
  parser.on('attribute', ({ name }) => {
    attributes += 1
    if (attributes > XML_LIMITS.attributes) exceed('attributes')
    if (name.length > XML_LIMITS.name) exceed('name')
  })
  parser.on('opentag', (tag) => {
    endToken()
    attributes = 0
    depth += 1
    if (tag.name.length > XML_LIMITS.name) exceed('name')
    if (depth > XML_LIMITS.depth) exceed('depth')
    handlers.open(tag.name, tag.attributes as XmlAttributes)
  })
  parser.on('text', (text) => {
    endToken()
    handlers.text(text)
  })
  parser.on('cdata', (text) => {
    endToken()
    handlers.text(text)
  })
  parser.on('closetag', (tag) => {
    endToken()
    depth -= 1
    closing = tag.name
  })

  return {
    get line() {
      return parser.line
    },

    write(text) {
      let piece = text
      if (!begun) {
        piece = text.replace(/^[\s\uFEFF]+/, '')
        const skipped = lastSkipped + text.slice(0, text.length - piece.length)
        parser.line += newlines(skipped) - newlines(lastSkipped)
        tokenLine = parser.line
        lastSkipped = skipped.slice(-1)
        begun = piece !== ''
      }
      pieceLine = parser.line
      pieceColumn = parser.column
      parser.write(piece)
      checkToken(parser['chunkPosition'])
      reportClosing()
      const entity = openEntity(parser)
      if (entity.length > XML_LIMITS.entity) refuseEntity(entity, false)
      ampersand = entity === '' ? undefined : placeOfEntity(entity, false)
    },

    end() {
      const entity = openEntity(parser)
      if (entity !== '') refuseEntity(entity, false)
      parser.close()
      reportClosing()
    },
  }
}

/** The name after an ampersand whose semicolon has not come; saxes would gather the rest of the file into it. */
function openEntity(parser: SaxesParser): string {
  return parser['entity']
}

/** What saxes has just read. */
function charBefore(parser: SaxesParser): string {
  return parser['chunk'].charAt(parser['prevI'])
}

function newlines(text: string): number {
  return text.split(/\r\n|\r|\n/).length - 1
}

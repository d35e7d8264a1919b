import { SaxesParser } from 'saxes'

import type { FileLimit, FileProblem } from '../../domain/integrations/file-problem.ts'
import { MalformedFile } from '../format.ts'
import { defectOf, forbiddenCharacter } from './defects.ts'
import { ENTITIES } from './entities.ts'
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
  const parser = new SaxesParser({ position: false })
  let depth = 0
  let attributes = 0
  let tagLength = 0
  let begun = false
  let piece = ''
  /** Characters since the last token ended, as far as whole pieces tell, and where that was. */
  let pending = 0
  let tokenLine = 1
  let tokenColumn = 0
  let closing: string | undefined

  function refuse(problem: Omit<FileProblem, 'line' | 'column'>, at = here()): never {
    throw new MalformedFile({ ...problem, ...at })
  }

  function here() {
    return { line: parser.line, column: Math.max(parser.column, 1) }
  }

  function exceed(limit: FileLimit, at = here()): never {
    refuse({ code: 'limit-exceeded', params: { limit, most: XML_LIMITS[limit] } }, at)
  }

  /** Marks the end of a token, and reports the closing tag before it, which nothing has contradicted. */
  function token(length: number): void {
    if (length > XML_LIMITS.token) exceed('token', { line: tokenLine, column: tokenColumn + 1 })
    pending = 0
    tokenLine = parser.line
    tokenColumn = parser.column
    if (closing === undefined) return
    const name = closing
    closing = undefined
    handlers.close(name)
  }

  /** `name` is what follows an ampersand, up to the next semicolon or as far as the text has come. */
  function refuseEntity(name: string, hasEnded: boolean): never {
    const lines = name.split('\n')
    const start = piece.lastIndexOf(`&${lines[0]}`)
    const at: { line: number; column?: number } = { line: parser.line - lines.length + 1 }
    if (start >= 0) at.column = start - piece.lastIndexOf('\n', start)
    const isName = hasEnded && /^[a-z][\w.-]*$/i.test(name) && name.length <= XML_LIMITS.entity
    const defect = isName ? 'unknown-entity' : 'bare-ampersand'
    const text = isName ? name : (/^[^<\s]{0,20}/.exec(name)?.[0] ?? '')
    throw new MalformedFile({ code: 'malformed-xml', params: { defect, text }, ...at })
  }

  parser.ENTITIES = Object.assign(
    Object.create(
      new Proxy(Object.create(null), { get: (_, name) => refuseEntity(String(name), true) }),
    ),
    ENTITIES,
  )

  parser.on('error', (error) => {
    const params = defectOf(error.message, closing, forbiddenCharacter(piece))
    if (params === 'php-source') refuse({ code: 'php-source' })
    refuse({ code: 'malformed-xml', params })
  })
  parser.on('doctype', (doctype) => {
    token(doctype.length)
    if (doctype.replace(/"[^"]*"|'[^']*'/g, '').includes('[')) refuse({ code: 'internal-dtd' })
  })
  parser.on('processinginstruction', ({ target, body }) => {
    token(body.length)
    if (/^(?:php|echo|print)$/i.test(target)) refuse({ code: 'php-source' })
  })
  parser.on('comment', (comment) => token(comment.length))
  parser.on('attribute', ({ name, value }) => {
    attributes += 1
    tagLength += name.length + value.length
    if (attributes > XML_LIMITS.attributes) exceed('attributes')
    if (name.length > XML_LIMITS.name) exceed('name')
  })
  parser.on('opentag', (tag) => {
    token(tagLength)
    attributes = 0
    tagLength = 0
    depth += 1
    if (tag.name.length > XML_LIMITS.name) exceed('name')
    if (depth > XML_LIMITS.depth) exceed('depth')
    handlers.open(tag.name, tag.attributes as XmlAttributes)
  })
  parser.on('text', (text) => {
    token(text.length)
    handlers.text(text)
  })
  parser.on('cdata', (text) => {
    token(text.length)
    handlers.text(text)
  })
  parser.on('closetag', (tag) => {
    token(0)
    depth -= 1
    closing = tag.name
  })

  return {
    get line() {
      return parser.line
    },

    write(text) {
      piece = text
      if (!begun) {
        piece = text.replace(/^[\s\uFEFF]+/, '')
        parser.line += newlines(text.slice(0, text.length - piece.length))
        begun = piece !== ''
      }
      pending += piece.length
      parser.write(piece)
      token(pending)
      const entity = openEntity(parser)
      if (entity.length > XML_LIMITS.entity) refuseEntity(entity, false)
    },

    end() {
      const entity = openEntity(parser)
      if (entity !== '') refuseEntity(entity, false)
      parser.close()
      token(0)
    },
  }
}

/** The name after an ampersand whose semicolon has not come; saxes would gather the rest of the file into it. */
function openEntity(parser: SaxesParser): string {
  return parser['entity']
}

function newlines(text: string): number {
  return text.split(/\r\n|\r|\n/).length - 1
}

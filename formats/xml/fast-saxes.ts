import { SaxesParser, type SaxesOptions } from 'saxes'

/**
 * saxes adds a property to the parser for each handler, by a computed name. After a dozen V8 keeps such an object as a
 * dictionary, and parsing takes four times as long. Here the properties stand from the start.
 */
class WithHandlers extends (SaxesParser as unknown as new (options: SaxesOptions) => object) {
  xmldeclHandler = undefined
  textHandler = undefined
  piHandler = undefined
  doctypeHandler = undefined
  commentHandler = undefined
  openTagStartHandler = undefined
  attributeHandler = undefined
  openTagHandler = undefined
  closeTagHandler = undefined
  cdataHandler = undefined
  errorHandler = undefined
  endHandler = undefined
  readyHandler = undefined
}

export const createSaxes = (options: SaxesOptions): SaxesParser =>
  new WithHandlers(options) as unknown as SaxesParser

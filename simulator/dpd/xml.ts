import { SaxesParser } from 'saxes'

export type Element = {
  namespace: string
  name: string
  /** By their names without prefix. */
  attributes: Record<string, string>
  children: Element[]
  text: string
}

export class MalformedXml extends Error {
  override name = 'MalformedXml'
}

const DEEPEST = 40

/**
 * The root of a document; no entities but XML's own.
 *
 * @throws {MalformedXml}
 */
export function parseXml(text: string): Element {
  const parser = new SaxesParser({ xmlns: true })
  const document = elementOf('', '', {})
  const open = [document]
  parser.on('doctype', () => {
    throw new MalformedXml('a DOCTYPE is not taken')
  })
  parser.on('error', (error) => {
    throw new MalformedXml(error.message)
  })
  parser.on('opentag', ({ uri, local, attributes }) => {
    if (open.length > DEEPEST) throw new MalformedXml('too deep')
    const values = Object.values(attributes).map((one) => [one.local, one.value])
    const element = elementOf(uri, local, Object.fromEntries(values) as Record<string, string>)
    open.at(-1)!.children.push(element)
    open.push(element)
  })
  const addText = (more: string) => void (open.at(-1)!.text += more)
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => void open.pop())
  parser.write(text).close()
  const [root] = document.children
  if (!root) throw new MalformedXml('no element')
  return root
}

const elementOf = (
  namespace: string,
  name: string,
  attributes: Record<string, string>,
): Element => ({ ...{ namespace, name, attributes }, children: [], text: '' })

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
export const escapeXml = (text: string) =>
  // Control characters have no place in XML, escaped or not.
  text.replaceAll(/[&<>"]|[^\P{Cc}\t\n\r]/gu, (found) => escapes[found] ?? '')

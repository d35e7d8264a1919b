import { SaxesParser } from 'saxes'

export type XmlElement = {
  name: string
  attributes: Record<string, string>
  text: string
  children: XmlElement[]
}

/** The root of a well-formed document; throws on anything else. */
export function readXml(document: string): XmlElement {
  const top: XmlElement = { name: '', attributes: {}, text: '', children: [] }
  const open = [top]
  const inner = () => open.at(-1) ?? top
  const parser = new SaxesParser()
  parser.on('opentag', ({ name, attributes }) => {
    const element: XmlElement = { name, attributes, text: '', children: [] }
    inner().children.push(element)
    open.push(element)
  })
  parser.on('text', (text) => (inner().text += text))
  parser.on('cdata', (text) => (inner().text += text))
  parser.on('closetag', () => void open.pop())
  parser.write(document).close()
  const [root] = top.children
  if (root === undefined) throw new Error('the document has no root element')
  return root
}

/** Every element of that name below this one, in the document's order. */
export function allNamed(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...allNamed(child, name),
  ])
}

/** The trimmed text of the only child of that name; absent when there is none. */
export function textOf(element: XmlElement, name: string): string | undefined {
  const [child, ...more] = element.children.filter((each) => each.name === name)
  if (more.length > 0) throw new Error(`${element.name} has several ${name}`)
  return child?.text.trim()
}

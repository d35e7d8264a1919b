import { decode } from '../decode.ts'
import { InvalidFeed, type FeedCheck } from '../feed-writer.ts'
import { SeenIds } from '../seen-ids.ts'
import { checkXmlItems } from '../xml/check-items.ts'

/** What Google requires of every item. */
const REQUIRED = ['id', 'title', 'description', 'link', 'image_link', 'availability', 'price']

export const checkRss = checkXmlItems({
  element: 'item',
  idOf: (_, texts) => texts.get('g:id'),
  isComplete: (texts) => REQUIRED.every((name) => texts.get(`g:${name}`)),
})

/** Every row as wide as the first, nothing required left empty, no id twice. */
export const checkTsv: FeedCheck = async (bytes) => {
  const ids = new SeenIds()
  let columns: string[] | undefined
  for await (const line of linesOf(bytes)) {
    const cells = line.split('\t')
    if (!columns) {
      columns = cells
      if (REQUIRED.some((name) => !cells.includes(name))) throw new InvalidFeed('columns-differ', 0)
      continue
    }
    const item = ids.size + 1
    if (cells.length !== columns.length) throw new InvalidFeed('columns-differ', item)
    const at = (name: string) => cells[columns!.indexOf(name)]
    if (!REQUIRED.every(at)) throw new InvalidFeed('element-missing', item)
    if (!ids.add(at('id')!)) throw new InvalidFeed('duplicate-id', item)
  }
  if (!columns) throw new InvalidFeed('malformed', 0)
  return { items: ids.size }
}

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = ''
  for await (const { text } of decode(bytes, 'utf-8')) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    yield* lines
  }
  if (rest !== '') throw new InvalidFeed('malformed', 0)
}

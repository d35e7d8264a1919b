import { checkXmlItems } from '../xml/check-items.ts'

const REQUIRED = ['price', 'currencyId', 'categoryId']

/** What Yandex requires of every offer. */
export const checkYml = checkXmlItems({
  element: 'offer',
  idOf: ({ id }) => id,
  isComplete: (texts) => {
    const has = (name: string) => Boolean(texts.get(name))
    const isNamed = has('name') || has('title') || (has('vendor') && has('model'))
    return isNamed && REQUIRED.every(has)
  },
})

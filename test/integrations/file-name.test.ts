import { expect, it } from 'vitest'
import { fileNameOf } from '../../domain/integrations/file-name.ts'

it.each([
  ['https://shop.example/export/feed.xml?key=1#a', 'feed.xml'],
  ['https://shop.example/%D1%84%D0%B8%D0%B4.xml', 'фид.xml'],
  ['https://shop.example/50%.xml', '50%.xml'],
  ['https://shop.example/export/', 'export'],
  ['https://shop.example/a%0Ab.xml', 'ab.xml'],
  ['https://shop.example/', null],
  ['https://shop.example', null],
  ['https://shop.example?a/b', null],
])('%s is called %s', (url, name) => {
  expect(fileNameOf(url)).toBe(name)
})

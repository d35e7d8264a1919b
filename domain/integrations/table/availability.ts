/** What tables write about whether goods can be bought, as `available` and, where it is a number, `units` of an offer. */
export function readAvailability(text: string): { available: string; units?: string } {
  const word = text.trim().toLowerCase()
  if (/^\d{1,9}$/.test(word) && word !== '0' && word !== '1')
    return { available: 'true', units: word }
  return { available: WORDS.get(word) ?? word }
}

const WORDS = new Map<string, string>([
  ...'+|y|есть|в наличии|есть в наличии|на складе|много|мало|достаточно|in stock|instock|in_stock|available|active|активен|активный|published|опубликован|выставлен|виден|готов к продаже|true|истина|1'
    .split('|')
    .map((word): [string, string] => [word, 'true']),
  ...'-|n|отсутствует|нет в наличии|нет на складе|под заказ|ожидается|out of stock|outofstock|out_of_stock|onbackorder|preorder|draft|archived|unlisted|hidden|скрыт|не опубликован|неактивен|false|ложь|0|-1'
    .split('|')
    .map((word): [string, string] => [word, 'false']),
])

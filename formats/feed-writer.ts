/**
 * A format that feeds are published in. The file is `head`, then `items` of one batch after the other, then `tail`: no
 * more than a batch is ever in memory.
 */
export type FeedWriter<Head, Item> = {
  head(head: Head): string
  items(items: readonly Item[]): string
  tail: string
}

/** Reads a published file back, without trust in what wrote it. */
export type FeedCheck = (bytes: AsyncIterable<Uint8Array>) => Promise<{ items: number }>

/** `code`: what is wrong; `item`: the ordinal of the item at which it was seen, from 1. */
export class InvalidFeed extends Error {
  override name = 'InvalidFeed'
  readonly code: 'malformed' | 'duplicate-id' | 'element-missing' | 'columns-differ'
  readonly item: number

  constructor(code: InvalidFeed['code'], item: number, cause?: unknown) {
    super(`${code} at item ${item}`, { cause })
    this.code = code
    this.item = item
  }
}

/** Tells an id that comes again. Ids are copied: a piece of a text keeps all of the text in memory. */
export class SeenIds {
  readonly #ids = new Set<string>()

  /** False when it was there before. */
  add(id: string): boolean {
    const { size } = this.#ids
    return this.#ids.add(Buffer.from(id).toString()).size > size
  }

  get size(): number {
    return this.#ids.size
  }
}

/** Takes one item and resolves when the batch that it went in is kept. */
export type Keep<Item> = (item: Item) => Promise<void>

export type GroupCommitOptions<Item> = {
  write: (items: readonly Item[]) => Promise<void>
  mostAtOnce: number
  /** How many batches may be on their way at a time. */
  writers: number
}

/**
 * What comes while a batch is being written goes together in the next: few items wait for nobody, many share one
 * statement and one flush of the log.
 */
export function groupCommit<Item>({
  write,
  mostAtOnce,
  writers,
}: GroupCommitOptions<Item>): Keep<Item> {
  type Waiting = { item: Item; kept: () => void; failed: (error: unknown) => void }
  const waiting: Waiting[] = []
  let writing = 0

  async function writeNext(): Promise<void> {
    writing++
    // What ends in the same turn of the event loop comes along.
    await new Promise(setImmediate)
    const batch = waiting.splice(0, mostAtOnce)
    try {
      if (batch.length > 0) await write(batch.map(({ item }) => item))
      for (const { kept } of batch) kept()
    } catch (error) {
      for (const { failed } of batch) failed(error)
    }
    writing--
    if (waiting.length > 0 && writing < writers) void writeNext()
  }

  return (item) =>
    new Promise((kept, failed) => {
      waiting.push({ item, kept: () => kept(), failed })
      if (writing < writers) void writeNext()
    })
}

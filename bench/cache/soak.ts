import { startOwnStack } from '../../test/support/own-stack.ts'
import { startHelper } from './helper-process.ts'
import type { SoakOrder, SoakReport } from './soak-process.ts'

const MAX_BYTES = 64 * 1024 ** 2
const COLLECT_EVERY_SECONDS = 30

/** Reads pages of which the memory holds a fifth, and watches what the process keeps of them. */
export async function measureSoak(redisUrl: string, order: SoakOrder): Promise<SoakReport> {
  const flags = ['--expose-gc']
  const helper = await startHelper<SoakOrder, SoakReport>('soak-process.ts', {
    ...{ args: [redisUrl], flags },
  })
  try {
    return await helper.ask(order)
  } finally {
    await helper.end()
  }
}

export async function run(seconds: number): Promise<string> {
  const stack = await startOwnStack('redis')
  const collectEverySeconds = Math.max(1, Math.min(COLLECT_EVERY_SECONDS, Math.floor(seconds / 5)))
  const order = { seconds, maxBytes: MAX_BYTES, collectEverySeconds }
  try {
    return table(order, await measureSoak(stack.env['REDIS_URL']!, order))
  } finally {
    await stack.stop()
  }
}

function table({ seconds, maxBytes, collectEverySeconds }: SoakOrder, soak: SoakReport): string {
  const ofBound = (bytes: number) => `${((bytes / maxBytes) * 100).toFixed(1)} %`
  return [
    `A cache of ${maxBytes / 1024 ** 2} MB in memory before Redis reads pages of 2 to 60 kB by Zipf's law, out of ${soak.pages}, some five times ` +
      `of what it holds, for ${seconds} s. Its own count is noted every second; what the process holds (heap and buffers, after a forced ` +
      `collection) every ${collectEverySeconds} s, as growth since before the first page.`,
    '',
    '| reads | loaded | greatest by its own count, of the bound | greatest growth of the process, of the bound | collections |',
    '|---:|---:|---:|---:|---:|',
    `| ${soak.reads} | ${soak.loads} | ${ofBound(soak.mostCounted)} | ${ofBound(soak.mostGrown)} | ${soak.collections} |`,
  ].join('\n')
}

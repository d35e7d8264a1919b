import { TestWorkflowEnvironment } from '@temporalio/testing'
import { DefaultLogger, Runtime } from '@temporalio/worker'
import { addSearchAttributes } from '../clients/search-attributes.ts'
import { deliverySearchAttributes } from '../contracts/logistics.ts'
import { cacheFolder } from '../stack/cache.ts'
import { obtainTimeSkippingServer } from '../stack/temporal.ts'
import { EXPECTED, openDeliveries } from '../test/logistics/open-deliveries.ts'

const MOST_MEMORY_MB = 400

/** Deliveries that are under way at once, on a clock that is skipped: what they raise, and what their worker needs. */
export async function run(count: number): Promise<string> {
  Runtime.install({ logger: new DefaultLogger('ERROR') })
  const program = await obtainTimeSkippingServer({ cacheDir: cacheFolder(), progress: () => {} })
  const server = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: program } },
  })
  try {
    await addSearchAttributes(server.connection, 'default', Object.values(deliverySearchAttributes))
    const begunAt = Date.now()
    const deliveries = await openDeliveries(server, count)
    const { raised, mostMemoryBytes } = await deliveries
      .untilAllIsMissed()
      .finally(() => deliveries.close())
    const seconds = (Date.now() - begunAt) / 1_000
    const right = [...raised.values()].filter((misses) => misses.join() === EXPECTED.join()).length
    const memoryMb = mostMemoryBytes / 1024 ** 2
    const isMet = right === count && memoryMb <= MOST_MEMORY_MB
    return [
      '| deliveries | each miss once, in its order | most memory of the worker | seconds | |',
      '|---:|---:|---:|---:|---|',
      `| ${count} | ${right} | ${memoryMb.toFixed(0)} MB (≤ ${MOST_MEMORY_MB}) | ${seconds.toFixed(0)} | ${isMet ? 'met' : '**not met**'} |`,
    ].join('\n')
  } finally {
    await server.teardown()
  }
}

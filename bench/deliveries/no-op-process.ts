import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { join } from 'node:path'
import { serveOrders } from '../cache/helper-process.ts'

export type NoOpOrder = { address: string; namespace: string; taskQueue: string }

/** A worker whose activities do nothing. */
serveOrders(async ({ address, namespace, taskQueue }: NoOpOrder) => {
  Runtime.install({ logger: new DefaultLogger('ERROR') })
  const connection = await NativeConnection.connect({ address })
  const nothing = async () => {}
  const worker = await Worker.create({
    ...{ connection, namespace, taskQueue },
    workflowsPath: join(import.meta.dirname, 'no-op-workflows.ts'),
    activities: { one: nothing, two: nothing, three: nothing },
    maxConcurrentActivityTaskExecutions: 32,
  })
  void worker.run()
})

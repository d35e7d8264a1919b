import type {
  WorkflowHandle,
  WorkflowHandleWithStartDetails,
  WorkflowStartOptions,
} from '@temporalio/client'
import type { Workflow, WorkflowResultType } from '@temporalio/common'
import { msToTs } from '@temporalio/common/lib/time.js'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { createLogger } from '../../clients/logger.ts'
import { addSearchAttributes } from '../../clients/search-attributes.ts'
import { searchAttributes } from '../../scripts/ensure-schedules.ts'
import { temporalPlugin } from '../../telemetry.ts'
import { workflowBundle } from '../../workers/workflow-bundle.ts'
import { keepHistory } from './histories.ts'
import { until } from './until.ts'

// Tests make activities fail on purpose; `LOG_LEVEL=WARN` shows them.
const logger = new DefaultLogger(process.env['LOG_LEVEL'] === 'WARN' ? 'WARN' : 'ERROR')
Runtime.install({ logger, telemetryOptions: { logging: { filter: logger.level, forward: {} } } })

const log = createLogger({ level: 'warn', name: 'test' })
const plugins = [await temporalPlugin()]

/** A server whose clock jumps ahead while nobody works; call it once per file, `teardown()` it in `afterAll`. */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const server = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: inject('timeSkippingServer') } },
  })
  await addSearchAttributes(server.connection, 'default', searchAttributes)
  return server
}

/**
 * The real server, in a namespace of its own: workflow ids and task queues of other files do not meet these. `env` is
 * what a process of the product needs to work in it.
 */
export async function freshNamespace(): Promise<
  TestWorkflowEnvironment & { env: { TEMPORAL_ADDRESS: string; TEMPORAL_NAMESPACE: string } }
> {
  const address = inject('stack').env['TEMPORAL_ADDRESS']
  if (!address) throw new Error('Temporal is not among TEST_PARTS')
  const namespace = `test-${randomUUID()}`
  const server = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace })
  const { workflowService } = server.connection
  await workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  })
  // Each of the server's services learns of a namespace in its own time.
  await until(() => workflowService.describeNamespace({ namespace }), { what: namespace })
  await until(() => workflowService.listWorkflowExecutions({ namespace }), { what: namespace })
  await addSearchAttributes(server.connection, namespace, searchAttributes)
  return Object.assign(server, {
    env: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace },
  })
}

export type WorkerSetup = {
  /** The domain whose workflows run on the queue of its name: `integrations` is workflows/integrations/index.ts. */
  workflows?: string
  /** Fakes or real ones, by task queue. */
  activities: Record<string, object>
}

/** Runs a worker per task queue until `work` is done, and stops them. */
export async function whileWorking<T>(
  server: TestWorkflowEnvironment,
  { workflows, activities }: WorkerSetup,
  work: () => Promise<T>,
): Promise<T> {
  const queues = new Set(Object.keys(activities))
  if (workflows) queues.add(workflows)
  const workers = await Promise.all(
    [...queues].map(async (taskQueue) =>
      Worker.create({
        connection: server.nativeConnection,
        namespace: server.namespace ?? 'default',
        taskQueue,
        plugins,
        activities: activities[taskQueue] ?? {},
        ...(taskQueue === workflows ? { workflowBundle: await bundled(workflows) } : {}),
      }),
    ),
  )
  const whileAll = workers.reduce<() => Promise<T>>(
    (inner, worker) => () => worker.runUntil(inner),
    work,
  )
  return whileAll()
}

export type WorkflowRun<W extends Workflow> = WorkerSetup & {
  workflows: string
  type: string
  start: WorkflowStartOptions<W>
  /** Under which name the history is kept in test/histories when histories are recorded. */
  scenario?: string
  /** Signals, updates and queries while it runs. */
  meanwhile?(handle: WorkflowHandleWithStartDetails<W>): Promise<unknown>
  /** Queries, and waiting for what goes on without it, while the workers still run. */
  afterwards?(handle: WorkflowHandleWithStartDetails<W>): Promise<unknown>
}

/**
 * Runs a workflow to its end and gives its result, or throws its failure. Its history is then replayed: what is not
 * deterministic fails here already.
 */
export function runWorkflow<W extends Workflow>(
  server: TestWorkflowEnvironment,
  run: WorkflowRun<W>,
): Promise<WorkflowResultType<W>> {
  return whileWorking(server, run, async () => {
    const handle = await server.client.workflow.start<W>(run.type, run.start)
    try {
      await run.meanwhile?.(handle)
      return await handle.result()
    } finally {
      await run.afterwards?.(handle)
      const history = await handle.fetchHistory()
      if (run.scenario) await keepHistory(run.type, run.scenario, history)
      await replay(run.workflows, history, handle.workflowId)
    }
  })
}

/**
 * Waits without letting the clock jump: `result()` of what has ended already makes it jump to the next execution
 * timeout, ten years ahead, after which the time-skipping server may stop skipping.
 */
export const untilClosed = (handle: WorkflowHandle) =>
  until(async () => (await handle.describe()).status.name !== 'RUNNING', {
    what: `${handle.workflowId} to end`,
  })

/** @throws when the workflows of the domain no longer do what the history says they did */
async function replay(workflows: string, history: unknown, workflowId: string): Promise<void> {
  const workflowBundle = await bundled(workflows)
  await Worker.runReplayHistory({ workflowBundle, plugins }, history, workflowId)
}

/** Of each history, in their order, what keeps the workflows of the domain from doing it again. */
export async function replayAll(
  workflows: string,
  histories: readonly { history: unknown }[],
): Promise<(Error | undefined)[]> {
  const errors = []
  for await (const { error } of Worker.runReplayHistories(
    { workflowBundle: await bundled(workflows), plugins },
    histories.map(({ history }) => ({ history, workflowId: 'recorded' })),
  ))
    errors.push(error)
  return errors
}

const bundles = new Map<string, ReturnType<typeof workflowBundle>>()

function bundled(domain: string): ReturnType<typeof workflowBundle> {
  const bundle = bundles.get(domain) ?? workflowBundle(domain, plugins, log)
  bundles.set(domain, bundle)
  return bundle
}

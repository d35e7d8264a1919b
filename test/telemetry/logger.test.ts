import { afterAll, expect, it } from 'vitest'
import { createLogger, temporalLogger } from '../../clients/logger.ts'
import { withSpan } from '../../clients/tracing.ts'
import { recordSpans } from '../support/spans.ts'

const spans = recordSpans()
afterAll(() => spans.stop())

function capture() {
  const lines: string[] = []
  const logger = createLogger({ level: 'info', name: 'api' }, { write: (line) => lines.push(line) })
  return { logger, entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

it('writes a JSON line with the instant, the level by name and the process', () => {
  const { logger, entries } = capture()
  logger.info({ importId: '7' }, 'import started')
  const [entry] = entries()
  expect(entry).toMatchObject({
    level: 'info',
    name: 'api',
    pid: process.pid,
    importId: '7',
    msg: 'import started',
  })
  expect(entry?.['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
})

it('carries the ids of the active span, and none outside a trace', async () => {
  const { logger, entries } = capture()
  const active = await withSpan('request', {}, async (span) => {
    logger.info('inside')
    return span.spanContext()
  })
  logger.info('outside')
  const [inside, outside] = entries()
  expect(inside).toMatchObject({ trace_id: active.traceId, span_id: active.spanId })
  expect(outside).not.toHaveProperty('trace_id')
})

it('blots out secrets, wherever they are in an entry', () => {
  const { logger, entries } = capture()
  const leak = 'yk_live_1234'
  logger.info({
    apiKey: leak,
    headers: { authorization: leak },
    request: { headers: { cookie: leak } },
  })
  expect(JSON.stringify(entries())).not.toContain(leak)
})

it('tells what an error was and where', () => {
  const { logger, entries } = capture()
  logger.error({ err: new TypeError('no such index') }, 'projection failed')
  expect(entries()[0]).toMatchObject({
    err: {
      type: 'TypeError',
      message: 'no such index',
      stack: expect.stringContaining('logger.test.ts'),
    },
  })
})

it('is what Temporal logs through, at the level it says and without task tokens', () => {
  const { logger, entries } = capture()
  const temporal = temporalLogger(logger)
  temporal.debug('polling')
  temporal.log('WARN', 'Activity failed', { activityType: 'mergeRows', taskToken: 'CiQwMWEy' })
  temporal.info('Worker state changed')
  expect(entries()).toMatchObject([
    { level: 'warn', msg: 'Activity failed', activityType: 'mergeRows' },
    { level: 'info', msg: 'Worker state changed' },
  ])
  expect(JSON.stringify(entries())).not.toContain('CiQwMWEy')
})

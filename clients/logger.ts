import { isSpanContextValid, trace } from '@opentelemetry/api'
import type { Logger as TemporalLogger, LogLevel } from '@temporalio/common'
import { pino, type DestinationStream, type Logger } from 'pino'

export type { Logger } from 'pino'

export type LoggerOptions = {
  level: string
  /** The process: «api», «worker». */
  name: string
}

const secretFields = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'secretHash',
  'token',
  'apiKey',
  'accessKeyId',
  'secretAccessKey',
]

/**
 * A JSON line per entry, on standard output: `time`, `level`, `name`, `msg`, and `trace_id` and `span_id` of the active
 * span. Fields that hold secrets are blotted out down to the third level.
 */
export const createLogger = (
  { level, name }: LoggerOptions,
  destination?: DestinationStream,
): Logger =>
  pino(
    {
      level,
      base: { name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
      redact: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
      mixin: activeSpanIds,
    },
    ...(destination ? [destination] : []),
  )

function activeSpanIds(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext()
  return span && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {}
}

/** What Temporal's runtime, workers, workflows and activities log through: `Runtime.install({ logger })`. */
export function temporalLogger(logger: Logger): TemporalLogger {
  const write =
    (level: Lowercase<LogLevel>) =>
    (message: string, meta: object = {}) =>
      // The token is long and says nothing that the activity's id does not.
      logger[level]({ ...meta, taskToken: undefined }, message)
  return {
    log: (level, message, meta) => write(level.toLowerCase() as Lowercase<LogLevel>)(message, meta),
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
}

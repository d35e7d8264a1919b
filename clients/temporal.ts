import { Client, Connection, type ClientInterceptors } from '@temporalio/client'
import type { TemporalConfig } from '../config.ts'

export type Temporal = { client: Client; connection: Connection; close(): Promise<void> }

/** Connects on first use, so that a process starts while Temporal is away and answers for what needs it. */
export function connectTemporal(
  config: TemporalConfig,
  interceptors: ClientInterceptors = {},
): Temporal {
  const connection = Connection.lazy({
    address: config.TEMPORAL_ADDRESS,
    connectTimeout: '5 seconds',
  })
  const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE, interceptors })
  return { client, connection, close: () => connection.close() }
}

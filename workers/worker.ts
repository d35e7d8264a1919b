import type { WorkerOptions } from '@temporalio/worker'
import type { Client } from '@temporalio/client'
import type { WorkerConfig } from '../config.ts'
import type { Logger } from '../clients/logger.ts'

/**
 * So many deliveries a worker keeps in memory; the others are taken from their history when something happens to them. Each
 * takes about 0.4 MB; they mostly wait, and 2,000 that are open must fit into 400 MB.
 */
export const CACHED_DELIVERIES = 100

/** What the workers of one process share. */
export type WorkerContext = {
  config: WorkerConfig
  temporal: Client
  log: Logger
}

/** One domain's worker: what it runs, with which limits, and how it lets go. */
export type DomainWorker = {
  /** The folder of workflows/ that it runs, if any. */
  workflows?: string
  options: Pick<WorkerOptions, 'activities' | 'maxCachedWorkflows'> & {
    taskQueue: string
    maxConcurrentActivityTaskExecutions: number
  }
  /** Starts the workflows that stand for ever, and what every start begins with, unless they are running. */
  startStanding?(): Promise<void>
  close(): Promise<void>
}

export type CreateDomainWorker = (context: WorkerContext) => DomainWorker

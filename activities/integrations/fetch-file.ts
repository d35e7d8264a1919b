import { activityInfo, ApplicationFailure, cancellationSignal } from '@temporalio/activity'
import { createHash } from 'node:crypto'
import type { ObjectStore } from '../../clients/object-store.ts'
import type { Answer, Outbound } from '../../clients/outbound/outbound.ts'
import { OutboundRefusal } from '../../clients/outbound/refusal.ts'
import type { Encoding } from '../../domain/integrations/encoding.ts'
import type { FileProblem } from '../../domain/integrations/file-problem.ts'
import { sniff } from '../../domain/integrations/sniff.ts'
import { peek } from '../../formats/peek.ts'
import { sourceProblem } from './source-problem.ts'

export type FetchFileDeps = {
  objectStore: Pick<ObjectStore, 'put'>
  outbound: Pick<Outbound, 'fetchOutside'>
  /** The largest file that is taken. */
  maxBytes: number
}

export type FileToFetch = {
  url: string
  objectKey: string
  /** Of what is there already: the answer may be that nothing has changed. */
  etag?: string | null
  lastModified?: string | null
}

export type FetchedFile = {
  format: string
  encoding: Encoding
  bytesTotal: number
  sha256: string
  etag: string | null
  lastModified: string | null
}

export type FileOutcome =
  | ({ outcome: 'fetched' } & FetchedFile)
  | { outcome: 'not-modified' }
  | { outcome: 'refused'; problem: FileProblem }

const TOTAL_MS = 30 * 60_000
/** What may pass by itself is tried so often, some minutes in all. */
const TRIES = 4

/**
 * Streams a file of a seller's site into the object store while it is hashed. Its first bytes are judged before anything is
 * stored. Repeated, it writes the same object again.
 * @throws {ApplicationFailure} `SourceUnavailable` for what another try may mend; the last try is `refused`
 */
export async function fetchFile(deps: FetchFileDeps, file: FileToFetch): Promise<FileOutcome> {
  const signal = cancellationSignal()
  try {
    const answer = await deps.outbound.fetchOutside(file.url, {
      headers: {
        accept: '*/*',
        ...(file.etag ? { 'if-none-match': file.etag } : {}),
        ...(file.lastModified ? { 'if-modified-since': file.lastModified } : {}),
      },
      maxBytes: deps.maxBytes,
      totalMs: TOTAL_MS,
      expect: file.etag || file.lastModified ? [200, 304] : [200],
      signal,
    })
    if (answer.status === 304) {
      answer.discard()
      return { outcome: 'not-modified' }
    }
    return await store(deps, file.objectKey, answer, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof OutboundRefusal)) throw error
    if (error.isTransient && activityInfo().attempt < TRIES) throw unavailable(error)
    return { outcome: 'refused', problem: sourceProblem(error, deps.maxBytes) }
  }
}

async function store(
  { objectStore }: FetchFileDeps,
  objectKey: string,
  answer: Answer,
  signal: AbortSignal,
): Promise<FileOutcome> {
  const { head, isWhole, bytes, close } = await peek(answer.bytes)
  const sniffed = sniff(head, isWhole)
  if (!sniffed.ok) {
    await close()
    return { outcome: 'refused', problem: sniffed.problem }
  }
  const digest = createHash('sha256')
  let bytesTotal = 0
  async function* hashed() {
    for await (const chunk of bytes) {
      digest.update(chunk)
      bytesTotal += chunk.length
      yield chunk
    }
  }
  await objectStore.put(objectKey, hashed(), { signal })
  const { etag, 'last-modified': lastModified } = answer.headers
  return {
    outcome: 'fetched',
    format: sniffed.format,
    encoding: sniffed.encoding,
    bytesTotal,
    sha256: digest.digest('hex'),
    etag: shortOf(etag),
    lastModified: shortOf(lastModified),
  }
}

/** A validator is sent back as it came, when it has a sane length. */
const shortOf = (header: string | undefined) =>
  header !== undefined && header.length <= 500 ? header : null

const unavailable = ({ code, details: { retryAfterSeconds } }: OutboundRefusal) =>
  ApplicationFailure.create({
    type: 'SourceUnavailable',
    message: code,
    ...(retryAfterSeconds ? { nextRetryDelay: Math.min(retryAfterSeconds, 300) * 1000 } : {}),
  })

import { errors } from '@elastic/elasticsearch'
import type { Kysely } from 'kysely'
import { Readable } from 'node:stream'
import { createApp, type ApiDeps } from '../../api/app.ts'
import { issueApiKey } from '../../api/issue-api-key.ts'
import { ObjectNotFound } from '../../clients/object-store.ts'
import { createSecretBox } from '../../clients/secret-box.ts'
import { createTrackTokens } from '../../clients/track-token.ts'
import type { QuoteDeliveryResult } from '../../contracts/logistics.ts'
import type { DatabaseRole } from '../../config.ts'
import type { Database } from '../../db/database.ts'
import type { Scope } from '../../domain/api-key.ts'

/** The object store in memory: like the real one it keeps nothing of a source that fails. */
export function fakeObjectStore() {
  const objects = new Map<string, Buffer>()
  return {
    objects,
    async put(key: string, bytes: AsyncIterable<Uint8Array>) {
      const chunks: Uint8Array[] = []
      for await (const chunk of bytes) chunks.push(chunk)
      objects.set(key, Buffer.concat(chunks))
    },
    async get(key: string) {
      const bytes = objects.get(key)
      if (!bytes) throw new ObjectNotFound(key)
      return Readable.from([bytes])
    },
    async remove(key: string) {
      objects.delete(key)
    },
  }
}

/** Temporal as the API sees it: what was started and updated, and what it answers, which a test may replace. */
export function fakeWorkflows() {
  const fake = {
    started: [] as { type: string; workflowId: string }[],
    updates: 0,
    applied: [] as object[],
    onStart: async (): Promise<void> => {},
    onUpdate: async (): Promise<void> => {},
    onSignal: async (): Promise<void> => {},
    async start(type: string, { workflowId }: { workflowId: string }) {
      await fake.onStart()
      fake.started.push({ type, workflowId })
    },
    async executeUpdateWithStart() {
      await fake.onUpdate()
      fake.updates++
    },
    /** What carriers would take, as `quoteDelivery` ends with it. */
    quotes: { ranked: [], leftOut: [], explained: { ru: '—', en: '—' } } as QuoteDeliveryResult,
    executed: [] as { type: string; args: unknown[] }[],
    async execute(type: string, { args }: { args: unknown[] }) {
      fake.executed.push({ type, args })
      return fake.quotes
    },
    signals: [] as string[],
    /** What workflows answer to a query, by their id; the others are silent. */
    answers: new Map<string, unknown>(),
    getHandle: (workflowId: string) => ({
      async executeUpdate(_update: unknown, { args }: { args: unknown[] }) {
        await fake.onUpdate()
        fake.applied.push({ workflowId, ...(args[0] as object) })
      },
      async startUpdate() {
        await fake.onUpdate()
        fake.updates++
      },
      async query() {
        if (!fake.answers.has(workflowId)) throw new Error('nobody answers')
        return fake.answers.get(workflowId)
      },
      async signal({ name }: { name: string }) {
        await fake.onSignal()
        fake.signals.push(`${workflowId} ${name}`)
      },
    }),
    withDeadline: <T>(_deadline: number | Date, work: () => Promise<T>) => work(),
  }
  return fake
}

/** Whoever searches meets nobody. */
const elasticsearchAway = {
  search: () => Promise.reject(new errors.ConnectionError('nobody is there')),
}

export const CARRIER_URLS = {
  cdek: 'https://cdek.example',
  dpd: 'https://dpd.example',
  uber: 'https://uber.example',
}
export const SECRETS_KEY = Buffer.alloc(32, 7).toString('base64')

/** The app with fakes around a database, or around none where it is not reached, and around other parts. */
export function testApp(
  databases: Partial<Record<DatabaseRole, Kysely<Database>>> = {},
  parts: Partial<Pick<ApiDeps, 'cache' | 'rates' | 'corsOrigins' | 'search' | 'points'>> = {},
) {
  const objectStore = fakeObjectStore()
  const workflows = fakeWorkflows()
  const logged: { level: 'warn' | 'error'; message: string; err: unknown }[] = []
  const requests: object[] = []
  const note = (level: 'warn' | 'error') => (entry: { err?: unknown }, message: string) => {
    logged.push({ level, message, err: entry.err })
  }
  const deps = {
    search: elasticsearchAway,
    ...databases,
    ...parts,
    objectStore,
    workflows,
    maxUploadBytes: 1_000_000,
    keyEnvironment: 'test',
    allowedPrivateNetworks: [],
    carrierUrls: CARRIER_URLS,
    secrets: createSecretBox([SECRETS_KEY]),
    trackTokens: createTrackTokens([SECRETS_KEY]),
    log: {
      warn: note('warn'),
      error: note('error'),
      info: (entry: object) => void requests.push(entry),
    },
    isDraining: () => false,
    dependencies: { postgres: async () => {} },
  } as unknown as ApiDeps
  return { app: createApp(deps), deps, objectStore, workflows, logged, requests }
}

export const ALL_SCOPES: Scope[] = [
  'catalog:read',
  'imports:read',
  'imports:write',
  'feeds:read',
  'feeds:write',
  'orders:read',
  'orders:write',
  'deliveries:read',
  'deliveries:write',
  'webhooks:read',
  'webhooks:write',
  'keys:write',
]

/** The header of a key with these scopes. */
export async function authorised(
  owner: Kysely<Database>,
  sellerId: string | null,
  scopes: Scope[] = ALL_SCOPES,
): Promise<{ Authorization: string }> {
  const { key } = await issueApiKey(owner, { sellerId, name: 'test', scopes })
  return { Authorization: `Bearer ${key}` }
}

import type { Kysely } from 'kysely'
import type { ObjectStore } from '../../clients/object-store.ts'
import { currentTraceParent } from '../../clients/tracing.ts'
import type { ImportFromSourceResult } from '../../contracts/fetching.ts'
import type { Database } from '../../db/database.ts'
import { getImport, recordProblem } from '../../db/integrations/imports.ts'
import {
  findIdleSource,
  lockSource,
  noteFailure,
  noteFetched,
  noteImported,
  noteUnchanged,
  wasRequested,
} from '../../db/integrations/source-runs.ts'
import { requestImport } from '../../db/integrations/request-import.ts'
import { fileNameOf } from '../../domain/integrations/file-name.ts'
import { heartbeating } from '../heartbeating.ts'
import { fetchFile, type FetchedFile, type FetchFileDeps } from './fetch-file.ts'

export type SourcesDeps = FetchFileDeps & {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  objectStore: Pick<ObjectStore, 'put' | 'remove'>
}
export type SourcesActivities = ReturnType<typeof createSourcesActivities>

type Run = { sourceId: string; importId: string }

export const createSourcesActivities = (deps: SourcesDeps) => {
  const { system, objectStore } = deps

  /** Under the lock of the source: another run, or the seller, may have come in between. */
  const settle = ({ sourceId, importId }: Run, url: string, objectKey: string, file: FetchedFile) =>
    system.transaction().execute(async (trx) => {
      if (!(await lockSource(trx, sourceId))) return 'gone'
      const source = await findIdleSource(trx, sourceId)
      if (source === 'gone' || source === 'busy') return source
      if (source.url !== url) return 'busy'
      const { format, encoding, bytesTotal, sha256, etag, lastModified } = file
      if (sha256 === source.lastSha256) {
        await noteUnchanged(trx, sourceId, { etag, lastModified })
        return 'unchanged'
      }
      await requestImport(trx, {
        id: importId,
        sellerId: source.sellerId,
        shopId: source.shopId,
        sourceId,
        sourceUrl: url,
        fileName: fileNameOf(url),
        mode: source.mode,
        mapping: source.mapping ? JSON.stringify(source.mapping) : null,
        traceParent: currentTraceParent() ?? null,
        ...{ objectKey, format, encoding, bytesTotal, sha256 },
      })
      await noteImported(trx, sourceId, importId, { etag, lastModified })
      return 'imported'
    })

  return {
    /**
     * Brings the file of an import by URL into the object store. An import whose file is there already is left alone, so
     * that a second attempt after a first that got through does nothing.
     * @returns `refused` when there is no such file; the problem stands in the import
     */
    fetchSource: ({ importId }: { importId: string }): Promise<'fetched' | 'refused'> =>
      heartbeating(async () => {
        const { sourceUrl, objectKey, sha256 } = await getImport(system, importId)
        if (sourceUrl === null || sha256 !== null) return 'fetched'
        const file = await fetchFile(deps, { url: sourceUrl, objectKey })
        switch (file.outcome) {
          case 'fetched':
            await noteFetched(system, importId, file)
            return 'fetched'
          case 'refused':
            await recordProblem(system, importId, file.problem)
            return 'refused'
          case 'not-modified':
            throw new Error('Not modified since nothing')
        }
      }),

    /**
     * Looks at a source. What is new there becomes the object of the import `importId`, which is requested in the
     * transaction that moves the source on; of what is not, nothing is kept. A second attempt finds that import and is done.
     */
    fetchFromSource: (run: Run): Promise<ImportFromSourceResult['outcome']> =>
      heartbeating(async () => {
        if (await wasRequested(system, run.importId)) return 'imported'
        const source = await findIdleSource(system, run.sourceId)
        if (source === 'gone' || source === 'busy') return source
        const objectKey = `imports/${run.importId}/source`
        const { url, etag, lastModified } = source
        const file = await fetchFile(deps, { url, objectKey, etag, lastModified })
        switch (file.outcome) {
          case 'fetched': {
            const outcome = await settle(run, url, objectKey, file)
            if (outcome !== 'imported') await objectStore.remove(objectKey)
            return outcome
          }
          case 'not-modified':
            await system.transaction().execute((trx) => noteUnchanged(trx, run.sourceId))
            return 'unchanged'
          case 'refused':
            await system
              .transaction()
              .execute((trx) =>
                noteFailure(trx, run.sourceId, file.problem, currentTraceParent() ?? null),
              )
            return 'failed'
        }
      }),
  }
}

import { MockActivityEnvironment } from '@temporalio/testing'
import { createIntegrationsActivities } from '../activities/integrations/index.ts'
import { createMergingActivities } from '../activities/integrations/merging.ts'
import { createParsingActivities } from '../activities/integrations/parsing.ts'
import { createReportingActivities } from '../activities/integrations/reporting.ts'
import { createReviewingActivities } from '../activities/integrations/reviewing.ts'
import { connectObjectStore } from '../clients/object-store.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { readConfigOrExit, roleUrl } from '../config.ts'
import { formats } from '../formats/formats.ts'

export type PlainImport = { seconds: number; steps: Record<string, number> }

/**
 * The peer of the workflow: a script that calls the very same activities one after the other, in one process, and knows
 * neither Temporal nor what to do when something fails.
 */
async function importPlainly(importId: string): Promise<PlainImport> {
  const config = readConfigOrExit('worker')
  const applicationName = 'bench-script'
  const system = connectPostgres({ url: roleUrl(config, 'system'), applicationName })
  const seller = connectPostgres({ url: roleUrl(config, 'seller'), applicationName })
  const objectStore = connectObjectStore(config)
  const { takeTurn, isStored, validateStage, closeImport } = createIntegrationsActivities({
    system: system.db,
  })
  const { stageRows } = createParsingActivities({ system, objectStore, formats })
  const reporting = createReportingActivities({ system: system.db, objectStore, formats })
  const { reviewStage } = createReviewingActivities({ system: system.db })
  const { mergeStage } = createMergingActivities({ system: system.db, seller: seller.db })

  const steps: Record<string, number> = {}
  const startedAt = performance.now()
  const key = { importId }
  for (const [name, step] of Object.entries({
    takeTurn: () => takeTurn(key),
    isStored: () => isStored(key),
    stageRows: () => stageRows(key),
    validateStage: () => validateStage(key),
    writeErrorReport: () => reporting.writeErrorReport(key),
    reviewStage: () => reviewStage(key),
    mergeStage: () => mergeStage(key),
    closeImport: () => closeImport({ ...key, state: 'completed' }),
  })) {
    const begunAt = performance.now()
    await new MockActivityEnvironment().run(step as () => Promise<unknown>)
    steps[name] = (performance.now() - begunAt) / 1_000
  }
  const seconds = (performance.now() - startedAt) / 1_000
  objectStore.close()
  await Promise.all([system.close(), seller.close()])
  return { seconds, steps }
}

if (import.meta.main) process.stdout.write(JSON.stringify(await importPlainly(process.argv[2]!)))

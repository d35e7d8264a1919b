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

/**
 * The peer of the workflow: a script that calls the very same activities one after the other, in one process, and knows
 * neither Temporal nor what to do when something fails.
 */
async function importPlainly(importId: string): Promise<number> {
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

  const startedAt = performance.now()
  const key = { importId }
  for (const step of [
    () => takeTurn(key),
    () => isStored(key),
    () => stageRows(key),
    () => validateStage(key),
    () => reporting.writeErrorReport(key),
    () => reviewStage(key),
    () => mergeStage(key),
    () => closeImport({ ...key, state: 'completed' }),
  ])
    await new MockActivityEnvironment().run(step as () => Promise<unknown>)
  const seconds = (performance.now() - startedAt) / 1_000
  objectStore.close()
  await Promise.all([system.close(), seller.close()])
  return seconds
}

if (import.meta.main) process.stdout.write(String(await importPlainly(process.argv[2]!)))

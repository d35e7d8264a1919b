import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Longer than all others of their kind: whoever begins them late waits for them alone. */
const first = [
  'client/client.program.test.ts',
  'integrations/deliver-webhooks.workflow.test.ts',
  'integrations/import-catalog.workflow.test.ts',
  'storefront/reindexing.integration.test.ts',
  'storefront/drift.integration.test.ts',
  'system/life.system.test.ts',
  'system/imports.system.test.ts',
  'system/reindex.system.test.ts',
  'system/webhooks.system.test.ts',
  'system/sync.system.test.ts',
]

/** As usual, but files that take long begin before the others of their kind. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files)
    return usual.toSorted(
      (one, other) => kindOf(one) - kindOf(other) || placeOf(one) - placeOf(other),
    )
  }
}

const kindOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder

function placeOf({ moduleId }: TestSpecification): number {
  const place = first.findIndex((file) => moduleId.endsWith(`/test/${file}`))
  return place < 0 ? first.length : place
}

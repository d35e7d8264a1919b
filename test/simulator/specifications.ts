import { existsSync, readFileSync } from 'node:fs'

/** The vendors' own descriptions, beside the checkout: they are not in this repository. */
const folder = new URL('../../../shared/real/carriers/', import.meta.url)

export const areSpecificationsHere = existsSync(folder)

/** The name of a group of tests that want them. */
export const titleOfSpecifications = (title: string) =>
  areSpecificationsHere ? title : `${title} (skipped: ../shared/real/carriers is not here)`

export const readSpecification = (file: string) => readFileSync(new URL(file, folder), 'utf8')

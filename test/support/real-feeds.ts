import { existsSync } from 'node:fs'

/** Files of real projects, beside the checkout: they are not in this repository. */
export const realFeedsFolder = new URL('../../../shared/real/feeds/', import.meta.url)

export const areRealFeedsHere = existsSync(realFeedsFolder)

/** The name of a group of tests that want them. */
export const titleOfRealFeeds = areRealFeedsHere
  ? 'real feeds'
  : 'real feeds (skipped: ../shared/real/feeds is not here)'

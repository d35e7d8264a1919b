/** What one record of a CSV may be. */
export const CSV_LIMITS = {
  /** UTF-16 code units from the first cell to the end of the last: longer is a quote that nobody closed. */
  recordLength: 1_048_576,
  columns: 500,
} as const

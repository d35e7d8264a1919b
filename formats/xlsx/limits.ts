/** What a sheet may hold. */
export const SHEET_LIMITS = {
  /** The widest seller templates have some three hundred; empty cells beyond do not count. */
  columns: 500,
  /** Excel's own. */
  rows: 1_048_576,
  /** Non-empty cells of a workbook: a million rows of sixty. */
  cells: 60_000_000,
  /** Characters of one cell, as Excel permits, with room for programs that do not count. */
  cell: 262_144,
} as const

/** How much one piece of a table holds at most. */
export const PIECE = { records: 250, characters: 262_144 } as const

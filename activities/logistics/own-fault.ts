/**
 * Whether it is what was told that is at fault, and not whoever reads or keeps it: it would fail again. Of PostgreSQL the classes
 * of SQLSTATE «data exception» and «integrity constraint violation».
 */
export const isItsOwnFault = (error: unknown): boolean =>
  error instanceof TypeError ||
  error instanceof RangeError ||
  /^2[23]/.test(String((error as { code?: unknown }).code ?? ''))

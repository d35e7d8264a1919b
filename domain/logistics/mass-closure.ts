/** What a carrier's list would do to the points that are known of it. */
export type ListEffect = {
  /** Known and in use before. */
  known: number
  /** Of them: no longer in the list. */
  missing: number
  /** Of them: in the list as closed, and open before. */
  closing: number
}

/** The share of a carrier's points that one list may take away without a person's word. */
const MOST_SHARE = 0.2
/** Of so few points any may go. */
const FEW = 5

/** True when a list takes so many points away that it is more likely a broken answer than the carrier's doing. */
export const isMassClosure = ({ known, missing, closing }: ListEffect): boolean =>
  missing + closing > FEW && missing + closing > known * MOST_SHARE

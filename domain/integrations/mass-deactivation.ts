/** The share of a shop's goods that one file may take off sale without a person's word. */
const MOST_SHARE = 0.2

/** True when a whole replacement would take so much off sale that it is more likely a broken file than a decision. */
export const isMassDeactivation = ({ active, absent }: { active: number; absent: number }) =>
  absent > active * MOST_SHARE

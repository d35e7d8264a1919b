const MOST_TRIES = 6
const FIRST_DELAY_SECONDS = 60
const LONGEST_DELAY_SECONDS = 6 * 60 * 60

/**
 * How long to wait after the so-manieth try that failed through no fault of the picture's: a minute, then four times as
 * long each time, but at least as long as the site asked for; null when it is given up.
 */
export function retryDelaySeconds(tries: number, asked = 0): number | null {
  if (tries >= MOST_TRIES) return null
  const delay = Math.max(FIRST_DELAY_SECONDS * 4 ** (tries - 1), asked)
  return Math.min(delay, LONGEST_DELAY_SECONDS)
}

import type { ActivityOptions } from '@temporalio/workflow'

/** Lost or stuck work is noticed by its silence, long before its time is up. */
const heartbeatTimeout = '10 seconds'

/** A quick look or a short transaction; whatever fails is worth another try for a while. */
export const read = {
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
  scheduleToCloseTimeout: '10 minutes',
} satisfies ActivityOptions

/** A step whose absence would leave things half done: tried until it lands, however long a part is away. */
export const mustLand = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout,
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
} satisfies ActivityOptions

/**
 * The same where something clears up after a cancellation: that waits until the step has landed or let go, so that all it
 * left is found. When it fails meanwhile it is not tried again, and the failure comes in place of the cancellation.
 */
export const mustLandOrLetGo = {
  ...mustLand,
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
} satisfies ActivityOptions

/**
 * Streams much data and resumes where it was committed; a day of tries, then a person must look. Its cancellation waits
 * until it has let go of what it writes.
 */
export const long = {
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  startToCloseTimeout: '6 hours',
  scheduleToCloseTimeout: '24 hours',
  heartbeatTimeout,
  retry: { initialInterval: '500 milliseconds', maximumInterval: '10 seconds' },
} satisfies ActivityOptions

/** A convenience that never holds up what it belongs to: some tries, then without it. */
export const optional = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout,
  retry: { initialInterval: '500 milliseconds', maximumInterval: '10 seconds', maximumAttempts: 5 },
} satisfies ActivityOptions

/** Runs until it hands over: it ends by itself every few minutes, and starts again at once when its worker died. */
export const standing = {
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout,
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
} satisfies ActivityOptions

/**
 * Fetches what lies on somebody else's server. Whether that is worth another try the activity knows, and ends the tries
 * with a result; what throws for hours is ours to mend. Its cancellation waits until nothing is half stored.
 */
export const fetching = {
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  startToCloseTimeout: '1 hour',
  scheduleToCloseTimeout: '6 hours',
  heartbeatTimeout,
  retry: { initialInterval: '2 seconds', backoffCoefficient: 4, maximumInterval: '1 minute' },
} satisfies ActivityOptions

/**
 * Has somebody else's server do something once, under a key by which a repetition is known. What it answers is a result,
 * a refusal too; only a lost worker is a reason to repeat.
 */
export const effect = {
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout,
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
} satisfies ActivityOptions

/**
 * Asks until there is an answer, by failing until then: its tries leave nothing in the history. However long it takes, since
 * going on without the answer would be wrong.
 */
export const untilSettled = {
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout,
  retry: {
    initialInterval: '500 milliseconds',
    backoffCoefficient: 1.7,
    maximumInterval: '1 minute',
  },
} satisfies ActivityOptions

/** The same for what is missed by nobody for a while: after an hour it is done without. */
export const eventually = {
  ...untilSettled,
  scheduleToCloseTimeout: '1 hour',
} satisfies ActivityOptions

/** The same where somebody waits for it: carriers confirm within seconds, or not at all. */
export const untilConfirmed = {
  ...untilSettled,
  retry: {
    initialInterval: '250 milliseconds',
    backoffCoefficient: 1.5,
    maximumInterval: '10 seconds',
  },
} satisfies ActivityOptions

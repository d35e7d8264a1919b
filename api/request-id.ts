import { requestId } from 'hono/request-id'

const LONGEST = 128

/** Every request has an id: the caller's when it can be one, else one of ours. */
export const requestIds = () => requestId({ limitLength: LONGEST })

/** What {@link requestIds} takes, for an answer that the app does not give. */
export const requestIdOf = (given: string | string[] | undefined): string =>
  typeof given === 'string' && given.length <= LONGEST && /^[\w\-=]+$/.test(given)
    ? given
    : crypto.randomUUID()

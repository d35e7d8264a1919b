import { randomUUID } from 'node:crypto'
import { decodeEntry, ETAG_LENGTH, type Entry } from './entry.ts'
import { hashKey, lockKey, type PageKey } from './page-key.ts'
import { FATE_OF } from './probes.ts'
import { script, type RedisLike } from './script.ts'

/** Which part of an ordered list a page shows, `null` at an end of the list: what stands beyond it is not seen on it. */
export type PageRange = {
  sort: string
  ascending: boolean
  after: Standing | null
  upTo: Standing | null
}
export type Standing = { key: string; id: string }

/** A page as Redis has it. `touchedUntil` is set when something on it has changed: until then it may be shown all the same. */
export type SharedPage = { entry: Entry; touchedUntil: number | undefined }

export const isGood = ({ entry, touchedUntil }: SharedPage): boolean =>
  touchedUntil === undefined && Date.now() < entry.refreshAt

export type Fill = { ticket: string; seq: number; lock: string; isMine: boolean }

/** A lost filler holds the others up for so long; what takes longer is not stored when anything in its scope changed. */
const FILL_MS = 3_000
/** Of one scope, whatever cursors are asked for. */
const MOST_PAGES = 500

const bodyOf = (page: string) => `p|${page}`
const touchOf = (page: string) => `t|${page}`
const markOf = (page: string) => `m|${page}`

/** Names an entry among those of its page. */
export const markOfEntry = ({ etag, madeAt }: Pick<Entry, 'etag' | 'madeAt'>) => `${etag}${madeAt}`

export async function findShared(redis: RedisLike, key: PageKey): Promise<SharedPage | undefined> {
  const [bytes, touched] = await redis.hmgetBuffer(
    hashKey(key),
    bodyOf(key.page),
    touchOf(key.page),
  )
  const entry = bytes ? decodeEntry(bytes) : undefined
  return entry && { entry, touchedUntil: touched ? Number(touched) : undefined }
}

/** Whether Redis has exactly this entry and nothing on it has changed, or `other`: something else, or it has; or nothing. */
export async function askAbout(
  redis: RedisLike,
  key: PageKey,
  entry: Pick<Entry, 'etag' | 'madeAt'>,
): Promise<'same' | 'other' | 'nothing'> {
  const [mark, touched] = await redis.hmget(hashKey(key), markOf(key.page), touchOf(key.page))
  if (!mark) return 'nothing'
  return mark === markOfEntry(entry) && !touched ? 'same' : 'other'
}

/** The tag of the page that Redis has, when nothing on it has changed. */
export async function findMark(redis: RedisLike, key: PageKey): Promise<string | undefined> {
  const [mark, touched] = await redis.hmget(hashKey(key), markOf(key.page), touchOf(key.page))
  return mark && !touched ? mark.slice(0, ETAG_LENGTH) : undefined
}

/**
 * The fence: whoever makes a page takes the ticket of its scope and the number of its last invalidation before reading
 * PostgreSQL, and stores the page only while that very ticket is there and no later invalidation is of something on it.
 * All of that lies in the hash, so that it is gone when the hash is: evicted, or lost with the server. `filling` is until
 * when invalidations must be remembered.
 */
const BEGIN = script(`
local time = redis.call('time')
redis.call('hsetnx', KEYS[1], 'ticket', ARGV[1])
redis.call('hset', KEYS[1], 'filling', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[4])
redis.call('pexpire', KEYS[1], ARGV[2], 'NX')
local mine = redis.call('set', KEYS[2], ARGV[3], 'NX', 'PX', ARGV[4])
return { redis.call('hget', KEYS[1], 'ticket'), tonumber(redis.call('hget', KEYS[1], 'seq') or '0'), mine and 1 or 0 }`)

export async function beginFill(redis: RedisLike, key: PageKey, keepMs: number): Promise<Fill> {
  const lock = randomUUID()
  const [ticket, seq, isMine] = (await BEGIN(
    redis,
    [hashKey(key), lockKey(key)],
    [randomUUID(), keepMs, lock, FILL_MS],
  )) as [string, number, number]
  return { ticket, seq, lock, isMine: isMine === 1 }
}

/** What another process has made meanwhile; `working` while it still does. */
export async function findMade(
  redis: RedisLike,
  key: PageKey,
): Promise<{ page: SharedPage | undefined; working: boolean }> {
  // In this order: who stores gives the lock back afterwards.
  const working = (await redis.exists(lockKey(key))) === 1
  return { page: await findShared(redis, key), working }
}

const STORE = script(`
${FATE_OF}
if redis.call('get', KEYS[2]) == ARGV[2] then redis.call('del', KEYS[2]) end
if redis.call('hget', KEYS[1], 'ticket') ~= ARGV[1] then return 0 end
local range = cjson.decode(ARGV[6])
for seq = ARGV[10] + 1, tonumber(redis.call('hget', KEYS[1], 'seq') or '0') do
  local probes = redis.call('hget', KEYS[1], 'r|' .. seq)
  if not probes or fateOf(range, cjson.decode('[' .. probes .. ']')) then return 0 end
end
local page, index = ARGV[3], cjson.decode(redis.call('hget', KEYS[1], 'index') or '{}')
if not index[page] then
  local count, gone = 0, {}
  for name, range in pairs(index) do
    if range[6] < tonumber(ARGV[8]) then gone[#gone + 1] = name else count = count + 1 end
  end
  for _, name in ipairs(gone) do
    index[name] = nil
    redis.call('hdel', KEYS[1], 'p|' .. name, 't|' .. name, 'm|' .. name)
  end
  if count >= tonumber(ARGV[9]) then return 0 end
end
index[page] = range
redis.call('hset', KEYS[1], 'p|' .. page, ARGV[4], 'm|' .. page, ARGV[5], 'index', cjson.encode(index))
redis.call('hdel', KEYS[1], 't|' .. page)
redis.call('pexpire', KEYS[1], ARGV[7], 'GT')
return 1`)

/** @returns whether it was stored: not when something on it has changed since the fill began, nor one page too many */
export async function storeFilled(
  redis: RedisLike,
  key: PageKey,
  { ticket, seq, lock }: Fill,
  page: { bytes: Buffer; mark: string; range: PageRange | null; hardAt: number; keepMs: number },
): Promise<boolean> {
  const stored = await STORE(
    redis,
    [hashKey(key), lockKey(key)],
    [
      ...[ticket, lock, key.page, page.bytes, page.mark],
      ...[indexed(page.range, page.hardAt), page.keepMs, Date.now(), MOST_PAGES, seq],
    ],
  )
  return stored === 1
}

/** The sort with its direction, the four numbers that bound the page (`false` where it has no bound), and its end of life. */
const indexed = (range: PageRange | null, hardAt: number) =>
  JSON.stringify([
    range ? `${range.ascending ? '+' : '-'}${range.sort}` : '*',
    ...[range?.after?.key ?? false, range?.after?.id ?? false],
    ...[range?.upTo?.key ?? false, range?.upTo?.id ?? false],
    hardAt,
  ])

const RELEASE = script(
  `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`,
)

export const releaseFill = (redis: RedisLike, key: PageKey, { lock }: Fill) =>
  RELEASE(redis, [lockKey(key)], [lock])

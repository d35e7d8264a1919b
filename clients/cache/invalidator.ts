import { CHANNEL, type Told } from './invalidations.ts'
import { bucketOfHash, countKey, hashKey, type ScopeKey } from './page-key.ts'
import { eachNode } from './nodes.ts'
import { FATE_OF, MOST_REMEMBERED, packProbes, type Probe } from './probes.ts'
import { script, type RedisLike } from './script.ts'

export type ScopeChange = ScopeKey & {
  /** The pages that show one of these positions, and no others; all pages of the scope when absent. */
  probes?: readonly Probe[]
}

/** How many pages were dropped, or marked to be made anew while they still show. */
export type Invalidated = { dropped: number; touched: number }

export type Invalidator = {
  /**
   * Drops, in Redis and in the memory of all processes, the pages on which something moved; those on which something only
   * looks different show until `showUntil` (ms since 1970) at most. What is being filled at that moment is not stored
   * afterwards. @throws when Redis does not confirm it: repeat
   */
  invalidate(
    changes: Iterable<ScopeChange>,
    at: { changedAt: number; showUntil: number },
  ): Promise<Invalidated>
  /** Drops every page of these kinds. @throws like `invalidate` */
  dropAll(kinds: readonly string[]): Promise<void>
}

const SCOPES_PER_SCRIPT = 500

/**
 * For each hash with a ticket: drops or touches the pages whose part of the list holds a probe, and counts in `seq`. While
 * somebody may be filling, the probes stay a while under their number: what is stored is held against those that came
 * after it was begun.
 */
const INVALIDATE = script(`
${FATE_OF}
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local dropped, touched, scopes, any = 0, 0, {}, false
for i = 1, #KEYS - 1 do
  local hash, probes = KEYS[i], ARGV[3 + i]
  if redis.call('hexists', hash, 'ticket') == 1 then
    any = true
    if probes == '' then
      local pages = cjson.decode(redis.call('hget', hash, 'index') or '{}')
      for _ in pairs(pages) do dropped = dropped + 1 end
      redis.call('unlink', hash)
      scopes[hash] = cjson.null
    else
      local seq = redis.call('hincrby', hash, 'seq', 1)
      local isFilling = tonumber(redis.call('hget', hash, 'filling') or '0') > now
      if isFilling then redis.call('hset', hash, 'r|' .. seq, probes) end
      redis.call('hdel', hash, 'r|' .. (seq - ${MOST_REMEMBERED}))
      local index = cjson.decode(redis.call('hget', hash, 'index') or '{}')
      local gone, marked = {}, {}
      probes = cjson.decode('[' .. probes .. ']')
      for page, range in pairs(index) do
        local fate = fateOf(range, probes)
        if fate == 'gone' then gone[#gone + 1] = page elseif fate then marked[#marked + 1] = page end
      end
      for _, page in ipairs(gone) do
        index[page] = nil
        redis.call('hdel', hash, 'p|' .. page, 't|' .. page, 'm|' .. page)
      end
      for _, page in ipairs(marked) do redis.call('hsetnx', hash, 't|' .. page, ARGV[2]) end
      if #gone > 0 then redis.call('hset', hash, 'index', cjson.encode(index)) end
      dropped, touched = dropped + #gone, touched + #marked
      scopes[hash] = { gone, marked }
    end
  end
end
if any then
  local count = redis.call('incr', KEYS[#KEYS])
  redis.call('publish', ARGV[3], cjson.encode({ bucket = tonumber(ARGV[1]), count = count, scopes = scopes,
    changedAt = tonumber(ARGV[#ARGV]), showUntil = tonumber(ARGV[2]) }))
end
return { dropped, touched }`)

export function createInvalidator(redis: RedisLike): Invalidator {
  return {
    async invalidate(changes, { changedAt, showUntil }) {
      const buckets = Map.groupBy(hashes(changes), ([hash]) => bucketOfHash(hash))
      const total: Invalidated = { dropped: 0, touched: 0 }
      const run = async (bucket: number, scopes: [string, string][]) => {
        const keys = [...scopes.map(([hash]) => hash), countKey(bucket)]
        const probes = scopes.map(([, packed]) => packed)
        const answer = await INVALIDATE(redis, keys, [
          ...[bucket, showUntil, CHANNEL, ...probes, changedAt],
        ])
        const [dropped, touched] = answer as [number, number]
        total.dropped += dropped
        total.touched += touched
      }
      await Promise.all(
        [...buckets].flatMap(([bucket, scopes]) =>
          chunks(scopes, SCOPES_PER_SCRIPT).map((some) => run(bucket, some)),
        ),
      )
      return total
    },

    async dropAll(kinds) {
      await eachNode(redis, async (node) => {
        for (const kind of kinds)
          for await (const keys of node.scanStream({ match: `${kind}:{*`, count: 1_000 }))
            await Promise.all((keys as string[]).map((key) => redis.unlink(key)))
      })
      const count = await redis.incr(countKey(0))
      const told: Told = {
        bucket: 0,
        count,
        changedAt: Date.now(),
        showUntil: 0,
        scopes: {},
        all: kinds,
      }
      await redis.publish(CHANNEL, JSON.stringify(told))
    },
  }
}

/** In place of positions. */
const ALL = ''

/** A scope once, with its probes as the script reads them; all of a scope outweighs some of it. */
function hashes(changes: Iterable<ScopeChange>): Map<string, string> {
  const merged = new Map<string, string>()
  // One change is seen in hundreds of scopes, at the same positions in most of them.
  const texts = new Map<readonly Probe[], string>()
  for (const { probes, ...scope } of changes) {
    const hash = hashKey(scope)
    const known = merged.get(hash)
    if (probes?.length === 0) continue
    if (!probes || known === ALL) {
      merged.set(hash, ALL)
      continue
    }
    const text = texts.get(probes) ?? packProbes(probes)
    texts.set(probes, text)
    merged.set(hash, known === undefined ? text : `${known},${text}`)
  }
  return merged
}

function chunks<T>(items: T[], size: number): T[][] {
  const all: T[][] = []
  for (let at = 0; at < items.length; at += size) all.push(items.slice(at, at + size))
  return all
}

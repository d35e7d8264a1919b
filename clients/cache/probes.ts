/** A position in one order of a scope at which something changed; `moves` when it came, went or stands elsewhere. */
export type Probe = { sort: string; key: string; id: string; moves: boolean }

/** As the scripts read them, without the brackets of a list: several can be joined with commas. */
export const packProbes = (probes: readonly Probe[]): string =>
  probes.map(({ sort, key, id, moves }) => JSON.stringify([sort, key, id, moves ? 1 : 0])).join(',')

/**
 * `fateOf(range, probes)`, for scripts: `gone` when something moves on the page of this range, `marked` when something only
 * looks different on it, `nil` when it shows none of the positions. In an order that falls, «after» is what is less.
 */
export const FATE_OF = `
local function beyond(ascending, key, id, bound, boundId)
  key, id, bound, boundId = tonumber(key), tonumber(id), tonumber(bound), tonumber(boundId)
  if key == bound then key, bound = id, boundId end
  if ascending then return key > bound else return key < bound end
end
local function fateOf(range, probes)
  local order, ascending, fate = string.sub(range[1], 2), string.sub(range[1], 1, 1) == '+', nil
  for _, probe in ipairs(probes) do
    if range[1] == '*' or (probe[1] == order
      and (not range[2] or beyond(ascending, probe[2], probe[3], range[2], range[3]))
      and (not range[4] or not beyond(ascending, probe[2], probe[3], range[4], range[5]))) then
      if probe[4] == 1 then return 'gone' end
      fate = 'marked'
    end
  end
  return fate
end`

/** How many invalidations of a scope are remembered for what is being filled; what takes longer is not stored. */
export const MOST_REMEMBERED = 32

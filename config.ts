import ipaddr from 'ipaddr.js'
import { z } from 'zod'

const url = z.url()
/** With several hosts after commas, of a cluster; see clients/redis.ts. */
const redisUrl = z
  .string()
  .regex(/^rediss?:\/\/[^\s/?]+(\/\d*)?(\?\S*)?$/, 'must be redis://host:port')
const port = z.coerce.number().int().min(0).max(65535)
const milliseconds = z.coerce.number().int().positive()
/** A month at most; parts of an hour are fine. */
const hours = z.coerce.number().positive().max(720)

const Logging = {
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
}

const Telemetry = {
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: url.optional(),
  OTEL_METRIC_EXPORT_INTERVAL: milliseconds.default(60_000),
  OTEL_SERVICE_NAME: z.string().min(1).optional(),
  /** Share of requests without a `traceparent` that start a trace of their own. */
  TRACE_SAMPLE_RATIO: z.coerce.number().min(0).max(1).default(1),
}

/**
 * `POSTGRES_URL` is the owner's (migrations only). The running processes use the three roles: by default at the same
 * server, under the names that the migrations create, with the owner's password.
 */
const Postgres = {
  POSTGRES_URL: url,
  POSTGRES_SELLER_URL: url.optional(),
  POSTGRES_STOREFRONT_URL: url.optional(),
  POSTGRES_SYSTEM_URL: url.optional(),
}

const Temporal = {
  TEMPORAL_ADDRESS: z.string().regex(/^[^/\s]+:\d+$/, 'must be host:port'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
}

const ObjectStore = {
  S3_ENDPOINT: url.optional(),
  S3_REGION: z.string().min(1).default('us-east-1'),
  S3_BUCKET: z.string().min(3).default('yarmarka'),
  S3_ACCESS_KEY_ID: z.string().min(1),
  S3_SECRET_ACCESS_KEY: z.string().min(1),
}

/** After commas. */
const networks = z
  .string()
  .transform((list) => list.split(',').map((cidr) => cidr.trim()))
  .transform((cidrs) => cidrs.filter(Boolean))
  .pipe(z.array(z.string().refine(isNetwork, { error: notANetwork })))

/** What sellers name may lead to public addresses alone, but for these. For private installations and for tests. */
const Outbound = {
  ALLOWED_PRIVATE_NETWORKS: networks.prefault(''),
}

/** An address with its prefix length, and nothing beyond the prefix: `10.1.0.0/16`, not `10.1.2.3/16`. */
function isNetwork(cidr: string): boolean {
  if (!ipaddr.isValidCIDR(cidr)) return false
  const [address] = ipaddr.parseCIDR(cidr)
  const network = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6
  return network.networkAddressFromCIDR(cidr).toString() === address.toString()
}

function notANetwork({ input }: { input?: unknown }): string {
  return `${JSON.stringify(input)} is not a network in CIDR form, such as 10.1.0.0/16`
}

/** `<requests>/<seconds>`: so many at once, and as many again within so many seconds. */
const rate = z
  .string()
  .regex(/^[1-9]\d{0,8}\/[1-9]\d{0,5}$/, 'must be <requests>/<seconds>, such as 2000/2')
  .transform((text) => {
    const [quota = 0, windowSeconds = 0] = text.split('/').map(Number)
    return { quota, windowSeconds }
  })

const Gateway = {
  /** Of one API key. */
  RATE_LIMIT_KEY: rate.prefault('2000/2'),
  /** Of all keys of a seller: its quota of a day. */
  RATE_LIMIT_SELLER_DAY: rate.prefault('5000000/86400'),
  /** Of one address, whatever keys it shows. */
  RATE_LIMIT_ADDRESS: rate.prefault('4000/2'),
  /**
   * Whose requests are not counted by their address. Loopback by default: a proxy on the same machine that is not named in
   * `TRUSTED_PROXIES` would otherwise make one caller of everybody.
   */
  RATE_LIMIT_UNCOUNTED: networks.prefault('127.0.0.0/8,::1/128'),
  /** Who may say in `X-Forwarded-For` whom a request comes from. */
  TRUSTED_PROXIES: networks.prefault(''),
  /** Whose pages may call with a key, after commas: `https://erp.example`. */
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((list) => list.split(',').map((origin) => origin.trim()))
    .transform((origins) => origins.filter(Boolean))
    .pipe(
      z.array(
        z.string().regex(/^https?:\/\/[^/\s]+$/, 'must be an origin, such as https://erp.example'),
      ),
    ),
}

const Keys = {
  /** Of the keys that are made: `mk_live_…`, `mk_test_…`, so that one tells where it belongs. */
  API_KEY_ENVIRONMENT: z.enum(['live', 'test']).default('live'),
}

const Secrets = {
  /** 32 random bytes in base64. Several after commas: the first seals, all open, so that a key can be replaced. */
  SECRETS_KEY: z
    .string()
    .transform((list) => list.split(',').map((key) => key.trim()))
    .pipe(z.array(z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'must be 32 bytes in base64')).min(1)),
}

const Files = {
  /** The largest file of a seller that is taken, uploaded or fetched. */
  MAX_UPLOAD_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(2 * 1024 ** 3),
}

const Orders = {
  /** After so many hours without a confirmation the seller is reminded of an order. */
  ORDER_REMIND_HOURS: hours.default(12),
  /** After so many hours without a confirmation an order is cancelled, and its units are for sale again. */
  ORDER_CANCEL_HOURS: hours.default(24),
}

const Logistics = {
  /** How long one call of a carrier may take. */
  CARRIER_TIMEOUT_MS: milliseconds.default(10_000),
  /** How many times more often carriers are asked for news than they would be: for demonstrations and tests. */
  TRACKING_HASTE: z.coerce.number().positive().default(1),
  /** Where carriers reach the API, to tell of what has changed; without it they are only asked. */
  API_URL: url.optional(),
}

/** Where carriers serve contracts: their own hosts, by their own documents, or a simulator. Sellers choose no addresses. */
const Carriers = {
  CDEK_URL: url.default('https://api.cdek.ru'),
  DPD_URL: url.default('https://ws.dpd.ru'),
  UBER_URL: url.default('https://api.uber.com'),
}

const Stores = {
  ...Postgres,
  ...Temporal,
  ...ObjectStore,
  REDIS_URL: redisUrl,
  ELASTICSEARCH_URL: url,
}

const schemas = {
  telemetry: z.object(Telemetry),
  migrate: z.object(Postgres),
  schedules: z.object(Temporal),
  seed: z.object({
    ...Postgres,
    ...Keys,
    ...Secrets,
    ...Carriers,
    API_URL: url,
    /** For `.local/demo.json`. */
    TEMPORAL_UI_URL: url.optional(),
    JAEGER_URL: url.optional(),
    /** With it the marketplace has contracts there. */
    SIMULATOR_URL: url.optional(),
  }),
  api: z.object({
    ...Logging,
    ...Stores,
    ...Files,
    ...Outbound,
    ...Gateway,
    ...Keys,
    ...Secrets,
    ...Carriers,
    PORT: port.default(3000),
    HOST: z.string().min(1).default('127.0.0.1'),
    /** Where buyers reach it, for links that are passed on to them: where a request did, unless given. */
    PUBLIC_URL: url.optional(),
    /** Of answers that are kept in the memory of one process. */
    CACHE_MEMORY_BYTES: z.coerce
      .number()
      .int()
      .positive()
      .default(64 * 1024 ** 2),
    /** After SIGTERM: how long `/readyz` says no before the listening socket closes, so that balancers look away first. */
    DRAIN_DELAY_MS: z.coerce.number().int().min(0).default(0),
    /** After SIGTERM: how long requests in flight may take before they are cut. */
    SHUTDOWN_GRACE_MS: milliseconds.default(15_000),
  }),
  worker: z.object({
    ...Logging,
    ...Stores,
    ...Files,
    ...Outbound,
    ...Orders,
    ...Logistics,
    ...Secrets,
    /** After SIGTERM: how long activities may take to reach their next committed position. */
    SHUTDOWN_GRACE_MS: milliseconds.default(15_000),
  }),
  simulator: z.object({
    PORT: port.default(3090),
    HOST: z.string().min(1).default('127.0.0.1'),
    /** A folder for the ledger and the clock. */
    SIMULATOR_DATA: z.string().min(1).default('.local/data/simulator'),
    /** Decides prices, points and what a fault with a probability does. */
    SIMULATOR_SEED: z.string().min(1).default('yarmarka'),
    /** Pickup points of CDEK; DPD has half as many. */
    SIMULATOR_POINTS: z.coerce.number().int().min(16).max(200_000).default(6_000),
    /** Do parcels move by themselves as the carriers' clock runs? */
    SIMULATOR_JOURNEYS: z.enum(['auto', 'manual']).default('auto'),
    /** Where Uber calls; with the real one this is set in its dashboard. */
    UBER_WEBHOOK_URL: url.optional(),
    UBER_WEBHOOK_KEY: z.string().min(1).default('sim-webhook-key'),
  }),
}

type Kind = keyof typeof schemas
export type ApiConfig = z.infer<(typeof schemas)['api']>
export type WorkerConfig = z.infer<(typeof schemas)['worker']>
export type PostgresConfig = z.infer<(typeof schemas)['migrate']>
export type ObjectStoreConfig = Pick<WorkerConfig, keyof typeof ObjectStore>
export type CarriersConfig = Pick<ApiConfig, keyof typeof Carriers>
export type TemporalConfig = Pick<WorkerConfig, keyof typeof Temporal>

/** Every mistake in the environment, a line each. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * Reads the environment of one kind of process.
 * @throws {ConfigError} naming every variable that is missing or wrong, at once
 */
export function readConfig<K extends Kind>(
  kind: K,
  env: Record<string, string | undefined> = process.env,
): z.infer<(typeof schemas)[K]> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = schemas[kind].safeParse(given)
  if (parsed.success) return parsed.data as z.infer<(typeof schemas)[K]>
  const mistakes = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0])
    return given[name] === undefined ? `${name} is missing` : `${name}: ${issue.message}`
  })
  throw new ConfigError(
    `The environment of "${kind}" has ${mistakes.length} mistake(s):\n  ${mistakes.join('\n  ')}`,
  )
}

export type DatabaseRole = 'seller' | 'storefront' | 'system'

/** The address under which a running process connects as one of the three roles. */
export function roleUrl(config: PostgresConfig, role: DatabaseRole): string {
  const given = {
    seller: config.POSTGRES_SELLER_URL,
    storefront: config.POSTGRES_STOREFRONT_URL,
    system: config.POSTGRES_SYSTEM_URL,
  }[role]
  if (given) return given
  const address = new URL(config.POSTGRES_URL)
  address.username = `yarmarka_${role}`
  return address.href
}

/** For the entry of a process: says what is wrong, without a stack, and ends it. */
export function readConfigOrExit<K extends Kind>(kind: K): ReturnType<typeof readConfig<K>> {
  try {
    return readConfig(kind)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}

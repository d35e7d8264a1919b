import { mkdir, rm } from 'node:fs/promises'
import { endChild } from '../children.ts'
import type { Obtained, Part, StartContext, Started } from '../part.ts'
import { obtainClassArchive } from './class-archive.ts'
import { obtainHome, serverVersion } from './home.ts'
import { obtainJava } from './java-runtime.ts'
import { nodeArguments, temporaryFolder } from './node.ts'

/**
 * The genuine Elasticsearch server, assembled from its Maven artifacts. Snapshots of type `fs` go below
 * `<dataDir>/snapshots`.
 */
export const elasticsearchPart: Part = {
  name: 'elasticsearch',
  title: 'Elasticsearch',
  urlVariable: 'ELASTICSEARCH_URL',
  check: (url) => askHealth(url),

  async obtain(context) {
    const java = await obtainJava(context)
    const home = await obtainHome(java, context)
    const classes = await obtainClassArchive({ java, home }, context)
    const source = `Maven artifacts of Elasticsearch ${await serverVersion()}, run by ${java}`
    return { programs: { java, home, classes }, source }
  },

  start,
}

async function start({ programs }: Obtained, context: StartContext): Promise<Started> {
  const { java = '', home = '', classes = '' } = programs
  const folder = context.dataDir
  const httpPort = await context.port('elasticsearch', 9200)
  const transportPort = await context.port('elasticsearch-transport', 9300)
  await rm(temporaryFolder(folder), { recursive: true, force: true })
  await mkdir(temporaryFolder(folder), { recursive: true })

  const node = { home, folder, httpPort, transportPort }
  const args = nodeArguments(node, [`-XX:SharedArchiveFile=${classes}`])
  const child = await context.spawn(java, args, { cwd: folder })

  const url = `http://127.0.0.1:${httpPort}`
  // Red until the shards that it has on disk are served again.
  await context.healthy(child, () => askHealth(url, 'wait_for_status=yellow'), 180_000)
  return {
    child,
    env: { ELASTICSEARCH_URL: url },
    addresses: [{ what: 'Elasticsearch', url }],
    stop: () => endChild(child, 'SIGTERM', 15_000),
  }
}

/** Resolves when the cluster has a master and fulfils the condition. */
async function askHealth(url: string, condition = ''): Promise<void> {
  const health = new URL('_cluster/health', url.endsWith('/') ? url : `${url}/`)
  health.search = `${condition}&timeout=5s`
  const response = await fetch(health)
  if (!response.ok) throw new Error(`Elasticsearch answers ${response.status}`)
}

import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { endChild } from '../children.ts'
import type { Obtained, Part, StartContext, Started } from '../part.ts'
import { obtainHome, serverVersion } from './home.ts'
import { obtainJava } from './java-runtime.ts'

const heap = '512m'

/**
 * The genuine Elasticsearch server, assembled from its Maven artifacts, as a single node without
 * security on 127.0.0.1. Snapshots of type `fs` go below `<dataDir>/snapshots`.
 */
export const elasticsearchPart: Part = {
  name: 'elasticsearch',
  title: 'Elasticsearch',
  urlVariable: 'ELASTICSEARCH_URL',
  check: checkHealth,

  async obtain(context) {
    const java = await obtainJava(context)
    const home = await obtainHome(java, context)
    const source = `Maven artifacts of Elasticsearch ${await serverVersion()}, run by ${java}`
    return { programs: { java, home }, source }
  },

  start,
}

async function start({ programs }: Obtained, context: StartContext): Promise<Started> {
  const { java = '', home = '' } = programs
  const folder = (name: string) => path.join(context.dataDir, name)
  const httpPort = await context.port('elasticsearch', 9200)
  const transportPort = await context.port('elasticsearch-transport', 9300)
  await mkdir(folder('tmp'), { recursive: true })

  const settings = {
    'cluster.name': 'yarmarka',
    'path.home': home,
    'path.data': folder('data'),
    'path.logs': folder('logs'),
    'path.repo': folder('snapshots'),
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'http.port': httpPort,
    'transport.port': transportPort,
    'cluster.routing.allocation.disk.threshold_enabled': false,
  }
  const child = await context.spawn(
    java,
    [
      ...[`-Xms${heap}`, `-Xmx${heap}`, '-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError'],
      '--enable-native-access=ALL-UNNAMED',
      `-Djava.io.tmpdir=${folder('tmp')}`,
      `-Dlog4j2.configurationFile=${path.join(home, 'config', 'log4j2.properties')}`,
      // The node still logs while a shutdown hook closes it.
      '-Dlog4j.shutdownHookEnabled=false',
      ...['-cp', path.join(home, 'lib', '*'), 'yarmarka.node.Main'],
      ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    ],
    { cwd: context.dataDir },
  )

  const url = `http://127.0.0.1:${httpPort}`
  await context.healthy(child, () => checkHealth(url), 90_000)
  return {
    child,
    env: { ELASTICSEARCH_URL: url },
    addresses: [{ what: 'Elasticsearch', url }],
    stop: () => endChild(child, 'SIGTERM', 15_000),
  }
}

/** Resolves when the cluster has a master and is done recovering the shards that it has on disk. */
async function checkHealth(url: string): Promise<void> {
  const health = new URL('_cluster/health', url.endsWith('/') ? url : `${url}/`)
  health.search = 'wait_for_no_initializing_shards=true&timeout=5s'
  const response = await fetch(health)
  if (!response.ok) throw new Error(`Elasticsearch answers ${response.status}`)
}

import path from 'node:path'

/** As in docker-compose.yml. */
const heap = '1g'

export type Node = {
  home: string
  /** The node's own: data, snapshots, temporary files. */
  folder: string
  httpPort: number
  transportPort: number
}

/** What `java` is started with, as a single node without security on 127.0.0.1; `options` are the JVM's. */
export function nodeArguments(node: Node, options: string[]): string[] {
  const { home, folder, httpPort, transportPort } = node
  const settings = {
    'cluster.name': 'yarmarka',
    'path.home': home,
    'path.data': path.join(folder, 'data'),
    'path.logs': path.join(folder, 'logs'),
    'path.repo': path.join(folder, 'snapshots'),
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'http.port': httpPort,
    'transport.port': transportPort,
    'cluster.routing.allocation.disk.threshold_enabled': false,
    // Under this collector garbage fills the heap before it is looked at, and Elasticsearch asks for that under G1 alone:
    // it would refuse requests (429) for memory that nobody uses.
    'indices.breaker.total.use_real_memory': false,
  }
  return [
    ...[`-Xms${heap}`, `-Xmx${heap}`, '-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError'],
    '--enable-native-access=ALL-UNNAMED',
    `-Djava.io.tmpdir=${temporaryFolder(folder)}`,
    `-Dlog4j2.configurationFile=${path.join(home, 'config', 'log4j2.properties')}`,
    // The node still logs while a shutdown hook closes it.
    '-Dlog4j.shutdownHookEnabled=false',
    ...options,
    ...['-cp', path.join(home, 'lib', '*'), 'yarmarka.node.Main'],
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
  ]
}

/** Must be there before the node is started. */
export const temporaryFolder = (folder: string) => path.join(folder, 'tmp')

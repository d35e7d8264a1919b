import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { cached, folderBytes } from '../cache.ts'
import type { ObtainContext } from '../part.ts'
import { findProgram, runProgram } from '../run-program.ts'

const sources = import.meta.dirname
const javaRelease = 21

/** What the node loads from `modules/`, by module name. Netty's jars come from Maven, the rest is ours. */
const modules: Record<string, { plugin: string; classes?: string }> = {
  'transport-netty4': { plugin: 'org.elasticsearch.transport.netty4.Netty4Plugin' },
  'analysis-common': {
    plugin: 'yarmarka.analysis.AnalysisCommonPlugin',
    classes: 'yarmarka/analysis',
  },
  'rest-root': { plugin: 'yarmarka.root.RootPlugin', classes: 'yarmarka/root' },
}

/** The folder that Elasticsearch calls `path.home`: server jars, modules, logging configuration. */
export async function obtainHome(java: string, context: ObtainContext): Promise<string> {
  const version = await serverVersion()
  return await cached(
    context,
    `elasticsearch-${version}-${await hashOfSources()}`,
    async (home) => {
      await download(home, version, context)
      await arrange(home, version)
      await compile(home, java, context)
    },
  )
}

/** The version that pom.xml asks for. */
export async function serverVersion(): Promise<string> {
  const pom = await readFile(path.join(sources, 'pom.xml'), 'utf8')
  return /<version>(.+)<\/version>/.exec(pom)?.[1] ?? ''
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256')
  const files = await readdir(sources, { recursive: true })
  for (const file of files
    .filter((name) => /\.(java|xml|properties)$|^home\.ts$/.test(name))
    .sort()) {
    hash.update(file).update(await readFile(path.join(sources, file)))
  }
  return hash.digest('hex').slice(0, 12)
}

async function download(home: string, version: string, { progress }: ObtainContext): Promise<void> {
  const maven = await findProgram(['mvn'])
  if (!maven) {
    throw new Error('it comes by Maven, which is not on the PATH: install it (Debian: maven)')
  }
  const startedAt = performance.now()
  const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(0)
  const lib = path.join(home, 'lib')
  // Maven keeps what it fetches to itself until the end.
  const report = () => progress(`downloading Elasticsearch ${version} (48 MB): ${seconds()} s`)
  report()
  const ticking = setInterval(report, 1000)
  try {
    await runProgram(maven, [
      ...['--batch-mode', '--quiet', '--file', path.join(sources, 'pom.xml')],
      'dependency:copy-dependencies',
      `-DoutputDirectory=${lib}`,
    ])
  } finally {
    clearInterval(ticking)
  }
  const megabytes = ((await folderBytes(lib)) / 1_048_576).toFixed(0)
  progress(`downloaded Elasticsearch ${version}: ${megabytes} MB in ${seconds()} s`)
}

async function arrange(home: string, version: string): Promise<void> {
  for (const [name, { plugin }] of Object.entries(modules)) {
    const folder = path.join(home, 'modules', name)
    await mkdir(folder, { recursive: true })
    const descriptor = path.join(folder, 'plugin-descriptor.properties')
    await writeFile(descriptor, describeModule(name, plugin, version))
  }
  const lib = path.join(home, 'lib')
  for (const jar of await readdir(lib)) {
    if (!/^(netty|transport-netty4)-/.test(jar)) continue
    await rename(path.join(lib, jar), path.join(home, 'modules', 'transport-netty4', jar))
  }
  const config = path.join(home, 'config')
  await mkdir(config)
  await cp(path.join(sources, 'log4j2.properties'), path.join(config, 'log4j2.properties'))
}

function describeModule(name: string, plugin: string, version: string): string {
  return [
    `name=${name}`,
    `description=${name} of the local stack`,
    `version=${version}`,
    `elasticsearch.version=${version}`,
    `java.version=${javaRelease}`,
    `classname=${plugin}`,
    '',
  ].join('\n')
}

/** Compiles with Eclipse's compiler, a jar like the others: a Java runtime has none. */
async function compile(home: string, java: string, { progress }: ObtainContext): Promise<void> {
  progress('compiling the modules of Elasticsearch')
  const lib = path.join(home, 'lib')
  const jars = (await readdir(lib)).map((jar) => path.join(lib, jar))
  const compiler = jars.find((jar) => path.basename(jar).startsWith('ecj-'))
  if (!compiler) throw new Error('Maven brought no ecj')
  const classes = path.join(home, 'classes')
  await runProgram(java, [
    ...['-jar', compiler, `-${javaRelease}`, '-proc:none', '-nowarn', '-encoding', 'UTF-8'],
    ...['-classpath', jars.join(path.delimiter), '-d', classes, path.join(sources, 'java')],
  ])
  const pack = (folder: string, jar: string) =>
    runProgram(java, ['-cp', classes, 'yarmarka.node.Pack', classes, folder, jar])
  await pack('yarmarka/node', path.join(lib, 'yarmarka-node.jar'))
  for (const [name, module] of Object.entries(modules)) {
    if (!module.classes) continue
    await pack(module.classes, path.join(home, 'modules', name, `${name}.jar`))
  }
  await rm(classes, { recursive: true })
  await rm(compiler)
}

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../config.ts'
import { cacheFolder } from '../../stack/cache.ts'
import { goProgram } from '../../stack/go-program.ts'
import { findProgram, runProgram } from '../../stack/run-program.ts'

type Service = {
  image?: string
  command?: string[]
  environment?: Record<string, string>
  healthcheck?: { test: string[] }
  depends_on?: Record<string, { condition: string }>
  stop_grace_period?: string
  build?: unknown
}

const root = path.resolve(import.meta.dirname, '../..')
const parts = ['postgres', 'redis', 'temporal', 'elasticsearch', 'object-store', 'jaeger']
const processes = ['api', 'worker', 'worker-parsing']
let services: Record<string, Service>

/** On a machine with nothing in its cache, compose is built from source first. */
beforeAll(async () => {
  const compose = (await findCompose()) ?? (await buildCompose())
  const text = await runProgram(compose, ['config', '--format', 'json'], { cwd: root })
  services = (JSON.parse(text) as { services: Record<string, Service> }).services
}, 900_000)

describe('docker-compose.yml', () => {
  it('has every part of the local stack, pinned, from images that name no registry, with a health check', () => {
    for (const part of parts) {
      expect(services[part]?.image, part).toMatch(/^[a-z]+(\/[a-z-]+)?:v?\d+\.\d+(\.\d+)?$/)
      expect(services[part]?.healthcheck?.test, part).toBeDefined()
    }
  })

  it.each(processes)('gives %s an environment that config.ts accepts', (name) => {
    const { environment } = services[name]!
    expect(() => readConfig(name === 'api' ? 'api' : 'worker', environment)).not.toThrow()
  })

  it('migrates with an environment that config.ts accepts', () => {
    expect(() => readConfig('migrate', services['migrate']?.environment)).not.toThrow()
  })

  it('makes the schedules with an environment that config.ts accepts', () => {
    expect(() => readConfig('schedules', services['schedules']?.environment)).not.toThrow()
  })

  it('runs the carriers with an environment that config.ts accepts, on a volume', () => {
    const { environment, healthcheck } = services['simulator']!
    expect(readConfig('simulator', environment)).toMatchObject({ SIMULATOR_DATA: '/data' })
    expect(healthcheck?.test).toBeDefined()
  })

  it.each(processes)('starts %s after the migrations, and gives it time to drain', (name) => {
    const { depends_on: dependencies, stop_grace_period: grace } = services[name]!
    expect(dependencies?.migrate?.condition).toBe('service_completed_successfully')
    expect(Number.parseInt(grace ?? '')).toBeGreaterThan(15)
  })

  it('runs all domains of the workers between its services', async () => {
    const run = [services['worker'], services['worker-parsing']].flatMap(({ command = [] } = {}) =>
      command.slice(command.indexOf('workers/main.ts') + 1),
    )
    const main = await readFile(path.join(root, 'workers/main.ts'), 'utf8')
    const [, table = ''] = /const domains[^=]*= \{([^}]*)\}/.exec(main) ?? []
    expect(run.sort()).toEqual([...table.matchAll(/^ *(\w+):/gm)].map(([, name]) => name).sort())
  })
})

/** The first generation, in Python, knows neither `--format` nor this file's version. */
async function findCompose(): Promise<string | undefined> {
  const compose = await findProgram(['docker-compose'])
  const version = compose && (await runProgram(compose, ['version', '--short']).catch(() => ''))
  return version && /^v?[2-9]/.test(version) ? compose : undefined
}

function buildCompose(): Promise<string> {
  return goProgram(
    { cacheDir: cacheFolder(), progress: () => {} },
    {
      program: 'docker-compose',
      module: 'github.com/docker/compose/v2',
      version: 'v2.40.3',
      package: 'github.com/docker/compose/v2/cmd',
      about: '2 min',
    },
  )
}

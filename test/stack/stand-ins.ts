import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** A checkout of which only the contract with `scripts/start.ts` is real: what answers, says it is ready, and drains. */
export async function writeStandIns(root: string): Promise<void> {
  for (const [file, source] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true })
    await writeFile(path.join(root, file), source)
  }
}

const files = {
  'package.json': '{ "type": "module" }',
  'telemetry.ts': 'export {}',
  'scripts/migrate.ts': 'console.log(`migrated ${process.env.POSTGRES_URL}`)',
  'scripts/ensure-schedules.ts': 'console.log(`scheduled at ${process.env.TEMPORAL_ADDRESS}`)',
  'scripts/seed.ts': `
    const { status } = await fetch(\`\${process.env.API_URL}/readyz\`)
    console.log(\`seeded after \${status}\`)`,
  // Requests take a while, so that some are always under way when a process is told to drain.
  'api/main.ts': `
    import { createServer } from 'node:http'
    const server = createServer((_request, response) => {
      setTimeout(() => response.end(String(process.pid)), 20)
    })
    server.listen(Number(process.env.PORT), '127.0.0.1')
    process.once('SIGTERM', () => {
      server.close(() => {
        console.log(\`\${process.pid} drained\`)
        process.exit(0)
      })
    })`,
  'simulator/main.ts': `
    import { createServer } from 'node:http'
    const server = createServer((_request, response) => response.end())
    server.listen(Number(process.env.PORT), '127.0.0.1')
    process.once('SIGTERM', () => process.exit(0))`,
  'workers/main.ts': `
    const polling = setInterval(() => {}, 1000)
    console.log(\`worker ready: \${process.argv.slice(2)}\`)
    process.once('SIGTERM', () => {
      clearInterval(polling)
      console.log(\`\${process.pid} drained\`)
    })`,
}

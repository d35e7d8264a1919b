import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { issueApiKey } from '../../api/issue-api-key.ts'
import { SCOPES } from '../../domain/api-key.ts'
import { cacheFolder } from '../../stack/cache.ts'
import { pythonPackages, type PythonPackages } from '../../stack/python-packages.ts'
import { freshEnvironment, type TestEnvironment } from '../support/environment.ts'
import { createShop } from '../support/marketplace.ts'
import { openProduct, type Product } from '../support/processes.ts'
import { until } from '../support/until.ts'

const SECONDS = 40

let environment: TestEnvironment
let product: Product
let schemathesis: PythonPackages
beforeAll(async () => {
  const context = { cacheDir: cacheFolder(), progress: () => {} }
  schemathesis = await pythonPackages(context, { name: 'schemathesis', version: '4.32.5' })
  environment = await freshEnvironment()
  product = await openProduct(environment.env)
  await product.startWorker('storefront', 'logistics')
}, 300_000)
afterAll(async () => {
  await product?.close()
  await environment?.close()
})

it('schemathesis finds no 5xx, and no answer that the OpenAPI document does not tell of', async () => {
  const { url } = await product.startApi()
  for (const path of ['search?q=a', 'suggest?q=a'])
    await until(async () => (await fetch(`${url}/v1/${path}`)).ok, { deadlineMs: 30_000 })
  const { sellerId } = await createShop(environment.database.owner.db)
  const scopes = SCOPES.filter((scope) => scope !== 'admin')
  const { key } = await issueApiKey(environment.database.owner.db, { sellerId, name: 's', scopes })
  const { python, env } = schemathesis
  const args = [
    ...['-m', 'schemathesis.cli', 'run', `${url}/openapi.json`],
    ...['--header', `Authorization: Bearer ${key}`, '--workers', '1'],
    ...['--phases', 'examples,coverage,fuzzing', '--max-time', String(SECONDS), '--seed', '7'],
    ...['--checks', 'not_a_server_error,status_code_conformance,content_type_conformance'],
    // It reads the list of keys, and would revoke its own.
    ...['--exclude-operation-id', 'deleteApiKeysById'],
    ...['--no-color', '--continue-on-failure'],
  ]
  const { code, output } = await promisify(execFile)(python, args, {
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 ** 2,
  }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      output: stdout + stderr,
    }),
  )
  expect(code, output.slice(-8_000)).toBe(0)
  expect(Number(/(\d+) generated/.exec(output)?.[1])).toBeGreaterThan(500)
})

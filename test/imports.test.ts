import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'

/** The import table: what each folder may import besides itself. `type x`: types only; `*`: any package. */
const table: Record<string, string[]> = {
  contracts: ['@temporalio/workflow'],
  domain: ['type contracts'],
  workflows: ['@temporalio/workflow', 'contracts', 'domain', 'type activities'],
  activities: ['*', 'contracts', 'domain', 'db', 'clients', 'formats'],
  formats: ['*', 'domain'],
  db: ['*', 'domain', 'type contracts'],
  clients: ['*', 'type contracts', 'type domain', 'type db', 'type config.ts'],
  api: ['*', 'contracts', 'domain', 'db', 'clients', 'type config.ts'],
}
/** One domain reaches another through contracts only. */
const apart = ['activities', 'workflows']
const composition = 'api/main.ts'

/** `file:line imports "x"` for each import that the table does not allow. */
function violations(file: string, source: string): string[] {
  const [layer = ''] = file.split('/')
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest)
  const found: string[] = []
  visit(tree)
  return found

  function visit(node: ts.Node): void {
    const from =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : isDynamicImport(node)
          ? node.arguments[0]
          : undefined
    if (from && ts.isStringLiteral(from) && !isAllowed(from.text, isTypeOnly(node))) {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree))
      found.push(`${file}:${line + 1} imports "${from.text}"`)
    }
    ts.forEachChild(node, visit)
  }

  function isAllowed(specifier: string, typeOnly: boolean): boolean {
    const allowed = table[layer] ?? []
    if (!specifier.startsWith('.')) return allowed.includes('*') || allowed.includes(specifier)
    const target = path.posix.join(path.posix.dirname(file), specifier)
    if (target.startsWith('clients/carriers/') && layer === 'api') return false
    const [folder = '', ...rest] = target.split('/')
    if (folder === layer)
      return !apart.includes(layer) || rest.length === 1 || rest[0] === file.split('/')[1]
    return allowed.includes(folder) || (typeOnly && allowed.includes(`type ${folder}`))
  }
}

const isDynamicImport = (node: ts.Node): node is ts.CallExpression =>
  ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly
  return (
    ts.isImportDeclaration(node) && node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
  )
}

it('every folder imports only what the import table allows', () => {
  const files = globSync(Object.keys(table).map((layer) => `${layer}/**/*.ts`))
  expect(files.length).toBeGreaterThan(50)
  const found = files
    .filter((file) => file !== composition)
    .flatMap((file) => violations(file, readFileSync(file, 'utf8')))
  expect(found).toEqual([])
})

it.each([
  ['contracts/orders.ts', `import { z } from 'zod'`],
  ['domain/orders/rank.ts', `import { readFile } from 'node:fs/promises'`],
  ['domain/orders/rank.ts', `import { orderId } from '../../contracts/orders.ts'`],
  ['workflows/orders/ship.ts', `import { createShip } from '../../activities/orders/ship.ts'`],
  ['workflows/orders/ship.ts', `import { merge } from '../integrations/merge.ts'`],
  ['activities/orders/ship.ts', `export { app } from '../../api/app.ts'`],
  ['activities/orders/ship.ts', `import type { Merge } from '../integrations/index.ts'`],
  ['activities/orders/ship.ts', `const { readConfig } = await import('../../config.ts')`],
  ['formats/yml/read.ts', `import { connectRedis } from '../../clients/redis.ts'`],
  ['clients/redis.ts', `import { listOrders } from '../db/orders/list.ts'`],
  ['api/orders.ts', `import { cdek } from '../clients/carriers/cdek/client.ts'`],
])('%s may not %s', (file, source) => {
  expect(violations(file, `\n${source}`)).toEqual([expect.stringContaining(`${file}:2 imports`)])
})

it.each([
  ['workflows/orders/ship.ts', `import type { Ship } from '../../activities/orders/ship.ts'`],
  ['workflows/orders/ship.ts', `import { read } from '../policies.ts'`],
  ['activities/orders/ship.ts', `import { bookShipment } from './book.ts'`],
  ['clients/postgres.ts', `import type { Database } from '../db/database.ts'`],
])('%s may %s', (file, source) => {
  expect(violations(file, source)).toEqual([])
})

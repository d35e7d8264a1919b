import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { format } from 'prettier'
import ts from 'typescript'
import { printType } from './print-type.ts'

const root = path.resolve(import.meta.dirname, '..')

/**
 * Builds the package `@yarmarka/client` into `folder`: `index.js` and `index.d.ts`, whose types are written out, so that they
 * need none of the product's files, and a consumer's compiler none of its time.
 * @throws {Error} what the compiler says
 */
export async function buildClient(folder: string): Promise<void> {
  const source = await readFile(path.join(import.meta.dirname, 'index.ts'), 'utf8')
  const schema = schemaOf(path.join(import.meta.dirname, 'schema.ts'))
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const { dependencies, version, license } = JSON.parse(
    await readFile(path.join(root, 'package.json'), 'utf8'),
  ) as { dependencies: Record<string, string>; version: string; license: string }
  await Promise.all([
    writeFile(path.join(folder, 'index.js'), javascriptOf(source)),
    writeFile(path.join(folder, 'index.d.ts'), declarationsOf(source)),
    writeFile(
      path.join(folder, 'schema.d.ts'),
      await format(`export type Schema = ${schema}\n`, { parser: 'typescript', semi: false }),
    ),
    writeFile(
      path.join(folder, 'package.json'),
      JSON.stringify(
        {
          name: '@yarmarka/client',
          ...{ version, license },
          type: 'module',
          exports: { '.': { types: './index.d.ts', default: './index.js' } },
          files: ['*.js', '*.d.ts'],
          dependencies: { hono: dependencies['hono'] },
        },
        null,
        2,
      ),
    ),
    cp(path.join(import.meta.dirname, 'example.ts'), path.join(folder, 'example.ts')),
  ])
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
}

const javascriptOf = (source: string) =>
  ts.transpileModule(source, { compilerOptions: options }).outputText

/** Its signatures are written out in the source, so that each file's declarations can be made by itself. */
const declarationsOf = (source: string) =>
  ts
    .transpileDeclaration(source, { compilerOptions: { ...options, declaration: true } })
    .outputText.replaceAll("'./schema.ts'", "'./schema.d.ts'")

function schemaOf(file: string): string {
  const config = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options: product } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
  const program = ts.createProgram([file], { ...product, incremental: false, noEmit: true })
  const checker = program.getTypeChecker()
  const symbol = checker.getSymbolAtLocation(program.getSourceFile(file)!)!
  const exported = checker.getExportsOfModule(symbol).find(({ name }) => name === 'Schema')!
  return printType(checker.getDeclaredTypeOfSymbol(exported), checker)
}

if (import.meta.main) {
  const folder = path.join(root, 'dist/client')
  await buildClient(folder)
  console.log(`@yarmarka/client is in ${path.relative(process.cwd(), folder)}`)
}

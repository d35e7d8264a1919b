import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

/**
 * Who may import whom (docs/architecture.md). `values`: code; `types`: types only; everybody may import from the own
 * folder. `packages`: the only packages allowed; any where it is not said. test/imports.test.ts holds the same table.
 */
const layers = {
  contracts: { values: [], types: [], packages: ['@temporalio/workflow'] },
  domain: { values: [], types: ['contracts'], packages: [] },
  workflows: {
    values: ['contracts', 'domain'],
    types: ['activities'],
    packages: ['@temporalio/workflow'],
  },
  activities: { values: ['contracts', 'domain', 'db', 'clients', 'formats'], types: [] },
  formats: { values: ['domain'], types: [] },
  db: { values: ['domain'], types: ['contracts'] },
  clients: { values: [], types: ['contracts', 'domain', 'db', 'config.ts'] },
  api: { values: ['contracts', 'domain', 'db', 'clients'], types: ['config.ts'] },
}
const folders = [
  ...Object.keys(layers),
  'workers',
  'simulator',
  'stack',
  'scripts',
  'test',
  'bench',
]
const domains = 'catalog|orders|storefront|integrations|logistics|observability|lifecycle'

/** The import table of one folder as patterns of what its files may not import. */
function importsOf(layer) {
  const { values, types, packages } = layers[layer]
  const up = (names) =>
    `^(\\.\\./)+(${names.map((name) => (name.endsWith('.ts') ? name : `${name}/`)).join('|')})`
  const others = [...folders, 'config.ts', 'telemetry.ts'].filter((name) => name !== layer)
  const never = others.filter((name) => !values.includes(name) && !types.includes(name))
  return [
    { regex: up(never), message: `${layer} may not import this (see docs/architecture.md).` },
    types.length > 0 && {
      regex: up(types),
      allowTypeImports: true,
      message: `${layer} may import only types from here.`,
    },
    packages && {
      regex: `^(?!${['\\.', ...packages.map((name) => `${name}$`)].join('|')})`,
      message: `${layer} may import ${packages.join(', ') || 'no package'}.`,
    },
    ['activities', 'workflows'].includes(layer) && {
      regex: `^\\.\\./(${domains})/`,
      message: 'One domain reaches another through contracts/.',
    },
    layer === 'api' && {
      regex: '/clients/carriers/',
      message: 'The API calls no carrier; a workflow does.',
    },
  ].filter(Boolean)
}

const environment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Only config.ts reads the environment; take what you need as an argument.',
}
const focused = {
  selector:
    "CallExpression > MemberExpression[property.name='only'][object.name=/^(it|test|describe)$/]",
  message: 'A focused test hides the others.',
}
const mocked = {
  selector: "CallExpression[callee.object.name='vi'][callee.property.name=/^(do)?[mM]ock$/]",
  message: 'Pass a fake instead of mocking a module.',
}
const impure = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'domain has no clock: take the instant as an argument.',
  },
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'domain has no clock: take the instant as an argument.',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'domain has no randomness: take it as an argument.',
  },
]
const outside = (where) =>
  ['process', 'fetch', 'crypto', 'performance', 'setImmediate', 'require'].map((name) => ({
    name,
    message: `Not in ${where}: it reaches outside.`,
  }))

export default defineConfig(
  globalIgnores(['.local/', 'dist/', 'coverage/']),
  { linterOptions: { noInlineConfig: true } },
  tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      eqeqeq: ['error', 'smart'],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: [...Object.keys(layers), 'workers', 'simulator'].map((folder) => `${folder}/**/*.ts`),
    rules: { 'no-restricted-syntax': ['error', environment] },
  },
  Object.keys(layers).map((layer) => ({
    files: [`${layer}/**/*.ts`],
    ignores: ['api/main.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: importsOf(layer) }],
    },
  })),
  {
    files: ['domain/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', environment, ...impure],
      'no-restricted-globals': ['error', ...outside('domain/'), 'setTimeout', 'setInterval'],
    },
  },
  {
    // Temporal's sandbox makes clock, timers and randomness deterministic.
    files: ['workflows/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', ...outside('workflows/')] },
  },
  { files: ['test/**/*.ts'], rules: { 'no-restricted-syntax': ['error', focused, mocked] } },
)

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { html } from 'hono/html'
import { completeDocument } from './openapi-document.ts'
import { createRouter } from './openapi.ts'

/** `/openapi.json`, and the page at `/docs`: Swagger UI from its package, so that it needs no other host. */
export function docs(app: ReturnType<typeof createRouter>) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key that begins with `mk_`',
  })
  const document = once(() => JSON.stringify(completeDocument(app.getOpenAPI31Document(ABOUT))))
  const page = createRouter().get('/openapi.json', (c) =>
    c.body(document(), 200, { 'Content-Type': 'application/json' }),
  )
  page.get('/docs', (c) => {
    c.header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
    return c.html(PAGE)
  })
  for (const [path, { file, type }] of Object.entries(ASSETS)) {
    const content = once(() => readFile(fileURLToPath(import.meta.resolve(file))))
    page.get(path, async (c) =>
      c.body(new Uint8Array(await content()), 200, {
        'Content-Type': type,
        'Cache-Control': 'public, max-age=3600',
      }),
    )
  }
  return page.get('/docs/start.js', (c) =>
    c.body(START, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }),
  )
}

const ABOUT = {
  openapi: '3.1.0',
  info: {
    title: 'yarmarka',
    version: '1.0.0',
    description:
      'The backend of a multi-seller marketplace. Failures are `application/problem+json` (RFC 9457), ' +
      'in Russian, or in English by `Accept-Language`. Try it out: «Authorize» with a key, as `npm start` leaves them in ' +
      '`.local/demo.json`. This document is [/openapi.json](/openapi.json).',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  tags: [
    { name: 'Storefront', description: 'Public reads' },
    { name: 'Imports', description: 'Catalogues of sellers' },
    { name: 'Import sources', description: 'Catalogues that are fetched on a schedule' },
    { name: 'Feeds', description: 'Files for other marketplaces' },
    { name: 'Orders', description: 'Orders of buyers, and goods that come back' },
    { name: 'Delivery', description: 'Shipments, their carriers and pickup points' },
    { name: 'Webhooks', description: 'Events told to an address, signed by Standard Webhooks' },
    { name: 'API keys', description: 'What may call, and what for' },
    { name: 'Operations', description: 'For the keys of the marketplace itself' },
  ],
}

const ASSETS = {
  '/docs/swagger-ui.css': { file: 'swagger-ui-dist/swagger-ui.css', type: 'text/css' },
  '/docs/swagger-ui.js': {
    file: 'swagger-ui-dist/swagger-ui-bundle.js',
    type: 'text/javascript; charset=utf-8',
  },
  '/docs/icon.png': { file: 'swagger-ui-dist/favicon-32x32.png', type: 'image/png' },
}

/** Swagger UI styles its elements in place and shows images from `data:`. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"

const PAGE = html`<!doctype html>
  <html lang="ru">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>yarmarka API</title>
      <link rel="icon" href="/docs/icon.png" />
      <link rel="stylesheet" href="/docs/swagger-ui.css" />
      <style>
        .swagger-ui .information-container .info {
          margin: 30px 0 10px;
        }
        .swagger-ui .scheme-container {
          margin: 0 0 10px;
          padding: 10px 0;
          box-shadow: none;
        }
        .swagger-ui .auth-container input {
          min-width: 100%;
          box-sizing: border-box;
        }
        .swagger-ui table.headers {
          width: auto;
        }
        .swagger-ui .response-col_links {
          display: none;
        }
      </style>
    </head>
    <body>
      <div id="docs"></div>
      <script src="/docs/swagger-ui.js"></script>
      <script type="module" src="/docs/start.js"></script>
    </body>
  </html>`

/** Examples of what may be left out are told, not filled in: sent with every request tried, they would find nothing. */
const START = `const response = await fetch('/openapi.json')
const spec = await response.json()
for (const path of Object.values(spec.paths))
  for (const { parameters = [] } of Object.values(path))
    for (const parameter of parameters) {
      const { required, example, description } = parameter
      if (required || example == null) continue
      const shown = 'Example: \`' + example + '\`'
      parameter.description = description ? description + '\\n\\n' + shown : shown
      delete parameter.example
      delete parameter.schema?.example
    }
SwaggerUIBundle({
  spec,
  dom_id: '#docs',
  deepLinking: true,
  persistAuthorization: false,
  defaultModelsExpandDepth: -1,
  tryItOutEnabled: true,
  validatorUrl: null,
})
`

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

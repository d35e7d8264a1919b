import { createClient } from '@yarmarka/client'

const [, , baseUrl = 'http://127.0.0.1:3000', apiKey = ''] = process.argv
const client = createClient({ baseUrl, apiKey })

const found = await client.v1.search.$get({ query: { q: 'чайник', city: 'msk' } })
const imports = await client.v1.imports.$get({ query: { limit: '1' } })
if (!found.ok || !imports.ok) throw new Error(`${found.status} ${imports.status}`)
const { items, total } = await found.json()
const [last] = (await imports.json()).items
console.log(`${total} kettles, first: ${items[0]?.name}; last import: ${last?.state}`)

import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import {
  createSynonym,
  deleteSynonym,
  findSynonym,
  listSynonyms,
  lockSynonyms,
  MOST_GROUPS,
  replaceSynonym,
  type SynonymRow,
} from '../../db/storefront/synonyms.ts'
import { speaksOf } from '../../domain/storefront/text-query/synonym-group.ts'
import { audit } from '../audit.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { createRouter, json, jsonBody, PageQuery, pageOf, problems } from '../openapi.ts'
import { notFound, Problem } from '../problem.ts'
import {
  NewSynonymGroup,
  requireNew,
  requireUsable,
  SynonymGroupView,
  Word,
} from './synonym-fields.ts'

export type SynonymsDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  requires: Requires
}

const tags = ['Operations']
const security = [{ apiKey: ['admin'] }]
const params = z.object({ id: z.string().max(64) })
const Id = z.string().regex(/^[1-9]\d{0,17}$/)
const Position = z.tuple([Id])
const description =
  'Counts in every process for searches that begin ten seconds later or after; nothing is indexed anew.'

/** What buyers call one thing by several names. To be served at `/v1/admin/synonyms`. */
export function synonyms({ system, requires }: SynonymsDeps) {
  const middleware = requires('admin')
  const named = (id: string) => {
    if (!Id.safeParse(id).success) throw notFound()
    return id
  }

  return createRouter()
    .openapi(
      createRoute({
        ...{ method: 'get', path: '/', tags, security, middleware },
        summary: 'Synonyms of search, the oldest first',
        request: { query: PageQuery.extend({ word: Word.optional() }) },
        responses: { 200: json(pageOf(SynonymGroupView), 'A page'), ...problems(400, 401, 403) },
      }),
      async (c) => {
        const { word, limit, cursor } = c.req.valid('query')
        const [afterId] = cursor === undefined ? [] : decodeCursor(cursor, Position)
        const rows =
          word === undefined
            ? await listSynonyms(system, { afterId, limit: limit + 1 })
            : // Forms of a word are not for SQL to know; all groups are few.
              (await listSynonyms(system, { afterId, limit: MOST_GROUPS }))
                .filter((group) => speaksOf(group, word))
                .slice(0, limit + 1)
        return c.json(
          toPage(rows, limit, show, ({ id }) => [id]),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        ...{ method: 'post', path: '/', tags, security, middleware },
        ...{ summary: 'Have terms find one another, or what they mean', description },
        request: jsonBody(NewSynonymGroup),
        responses: {
          201: json(SynonymGroupView, 'The group'),
          ...problems(400, 401, 403, 409, 413, 415),
        },
      }),
      async (c) => {
        const group = c.req.valid('json')
        requireUsable(group)
        const row = await system.transaction().execute(async (trx) => {
          const others = await lockSynonyms(trx)
          if (others.length >= MOST_GROUPS) throw new Problem('conflict', { detail: FULL })
          requireNew(group, others)
          const created = await createSynonym(trx, group)
          await audit(trx, { ...deed('created', created.id), data: group })
          return created
        })
        c.header('Location', `/v1/admin/synonyms/${row.id}`)
        return c.json(show(row), 201)
      },
    )
    .openapi(
      createRoute({
        ...{ method: 'get', path: '/{id}', tags, security, middleware },
        summary: 'One group of synonyms',
        request: { params },
        responses: { 200: json(SynonymGroupView, 'The group'), ...problems(401, 403, 404) },
      }),
      async (c) => {
        const row = await findSynonym(system, named(c.req.valid('param').id))
        if (!row) throw notFound()
        return c.json(show(row), 200)
      },
    )
    .openapi(
      createRoute({
        ...{ method: 'put', path: '/{id}', tags, security, middleware },
        ...{ summary: 'Replace a group of synonyms as a whole', description },
        request: { params, ...jsonBody(NewSynonymGroup) },
        responses: {
          200: json(SynonymGroupView, 'The group as it is now'),
          ...problems(400, 401, 403, 404, 409, 413, 415),
        },
      }),
      async (c) => {
        const id = named(c.req.valid('param').id)
        const group = c.req.valid('json')
        requireUsable(group)
        const row = await system.transaction().execute(async (trx) => {
          const all = await lockSynonyms(trx)
          const before = all.find((one) => one.id === id)
          if (!before) throw notFound()
          requireNew(
            group,
            all.filter((one) => one !== before),
          )
          await audit(trx, { ...deed('replaced', id), data: { ...group, before: said(before) } })
          return replaceSynonym(trx, id, group)
        })
        return c.json(show(row), 200)
      },
    )
    .openapi(
      createRoute({
        ...{ method: 'delete', path: '/{id}', tags, security, middleware },
        ...{ summary: 'Let a group of synonyms go', description },
        request: { params },
        responses: { 204: { description: 'It is gone' }, ...problems(401, 403, 404) },
      }),
      async (c) => {
        const id = named(c.req.valid('param').id)
        await system.transaction().execute(async (trx) => {
          const before = await deleteSynonym(trx, id)
          if (!before) throw notFound()
          await audit(trx, { ...deed('deleted', id), data: said(before) })
        })
        return c.body(null, 204)
      },
    )
}

const deed = (what: 'created' | 'replaced' | 'deleted', id: string) => ({
  action: `synonym.${what}`,
  subject: `synonym:${id}`,
})

const said = ({ terms, means }: SynonymRow) => ({ terms, means })

const show = (row: SynonymRow): z.infer<typeof SynonymGroupView> => ({ id: row.id, ...said(row) })

const FULL = {
  ru: `Групп синонимов не больше ${MOST_GROUPS}.`,
  en: `There are at most ${MOST_GROUPS} groups of synonyms.`,
}

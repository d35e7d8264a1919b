import { uuidOf } from '../random.ts'
import type { World } from '../world.ts'
import { cdekInstant } from './dates.ts'
import { refuse } from './errors.ts'
import { json, readJson, type Answer, type Routes } from './http.ts'
import { WEBHOOK_TYPES, type Subscription, type Webhooks } from './webhooks.ts'

/** Subscriptions. */
export function addWebhookRoutes(
  routes: Routes,
  answer: Answer,
  webhooks: Webhooks,
  { clock }: World,
): void {
  routes.post('/v2/webhooks', async (c) => {
    const { url, type } = await readJson<{ url?: string; type?: string }>(c)
    return answer(c, 'track', undefined, () => {
      if (!url) return refuse('v2_field_is_empty', 'url')
      if (!type) return refuse('v2_field_is_empty', 'type')
      if (!WEBHOOK_TYPES.includes(type)) refuse('v2_webhook_type_incorrect')
      if (!URL.canParse(url)) refuse('v2_invalid_format', url, 'url')
      const { uuid } = webhooks.subscribe(c.get('account'), type, url)
      return json({ entity: { uuid }, requests: [goodRequest(uuid, 'CREATE')] })
    })
  })
  const goodRequest = (uuid: string, type: string) => ({
    ...{ request_uuid: uuidOf(uuid, type), type, date_time: cdekInstant(clock.now()) },
    state: 'SUCCESSFUL',
  })
  const subscriptionJson = ({ uuid, type, url }: Subscription) => ({
    ...{ uuid, type, url },
  })
  routes.get('/v2/webhooks', (c) =>
    answer(c, 'track', undefined, () =>
      json(webhooks.list(c.get('account')).map(subscriptionJson)),
    ),
  )
  routes.get('/v2/webhooks/:uuid', (c) =>
    answer(c, 'track', undefined, () => {
      const uuid = c.req.param('uuid')
      const found = webhooks.find(c.get('account'), uuid) ?? refuse('v2_entity_not_found', uuid)
      return json({ entity: subscriptionJson(found), requests: [goodRequest(uuid, 'GET')] })
    }),
  )
  routes.delete('/v2/webhooks/:uuid', (c) =>
    answer(c, 'track', undefined, () => {
      const uuid = c.req.param('uuid')
      if (!webhooks.find(c.get('account'), uuid)) refuse('v2_entity_not_found', uuid)
      webhooks.unsubscribe(uuid)
      return json({ entity: { uuid }, requests: [goodRequest(uuid, 'DELETE')] })
    }),
  )
}

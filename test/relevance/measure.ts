import type { Client } from '@elastic/elasticsearch'
import type { Synonyms } from '../../domain/storefront/text-query/synonyms.ts'
import type { Good } from './catalogue/generate.ts'
import { evaluate, type Evaluated } from './evaluate.ts'
import { openPeer, openProduct } from './finders.ts'
import { heldOut } from './judgements/judgements.ts'

/** The held-out half, asked of the product and of the peer over the same goods. */
export async function measureRelevance(
  client: Client,
  prefix: string,
  goods: readonly Good[],
  synonyms: Synonyms,
): Promise<{ ours: Evaluated[]; peer: Evaluated[] }> {
  const ours = await openProduct(client, prefix, goods, synonyms)
  const peer = await openPeer(client, prefix, goods)
  return {
    ours: await evaluate(heldOut, goods, ours),
    peer: await evaluate(heldOut, goods, peer),
  }
}

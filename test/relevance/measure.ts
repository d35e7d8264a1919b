import type { Client } from '@elastic/elasticsearch'
import type { Synonyms } from '../../domain/storefront/text-query/synonyms.ts'
import type { Good } from './catalogue/generate.ts'
import { evaluate, type Evaluated } from './evaluate.ts'
import { openPeer, openProduct } from './finders.ts'
import { heldOut } from './judgements/judgements.ts'

export type Measured = Record<'ours' | 'withoutSynonyms' | 'peer', Evaluated[]>

/** The held-out half, asked of the product, with and without its synonyms, and of the peer over the same goods. */
export async function measureRelevance(
  client: Client,
  prefix: string,
  goods: readonly Good[],
  synonyms: Synonyms,
): Promise<Measured> {
  const ours = await openProduct(client, prefix, goods)
  const peer = await openPeer(client, prefix, goods)
  return {
    ours: await evaluate(heldOut, goods, ours(synonyms)),
    withoutSynonyms: await evaluate(heldOut, goods, ours(new Map())),
    peer: await evaluate(heldOut, goods, peer),
  }
}

import { emptyOffer, type RawOffer } from '../../domain/integrations/raw-offer.ts'
import { normaliseOffer, type NormalisedOffer } from '../../domain/integrations/normalise-offer.ts'
import { FIELD_NAMES } from '../../formats/yml/elements.ts'

/** Normalises an offer that has all it needs, but for what is given. */
export function normalised(given: Partial<RawOffer>, defaultCurrency = 'RUB'): NormalisedOffer {
  const needed = { id: '1', name: 'Чайник', price: '100', currency: 'RUB', categoryId: '7' }
  const raw = { ...emptyOffer(3, 12), ...needed, ...given }
  return normaliseOffer(raw, { fieldNames: FIELD_NAMES, defaultCurrency })
}

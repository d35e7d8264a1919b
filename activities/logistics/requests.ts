import type {
  BookRequest,
  CarrierQuote,
  Place,
  QuoteRequest,
} from '../../clients/carriers/carrier.ts'
import type { Consignment, Quotable } from '../../db/logistics/consignment.ts'
import type { AttemptRow } from '../../db/logistics/attempts.ts'

const COUNTRY = 'RU'
/** For goods of which nobody has said what they weigh; the parcels are what is paid for. */
const UNKNOWN_ITEM_G = 100

/** @param readyAt when its carrier can fetch it, see `promised.pickupAt` */
export const quoteRequestOf = (
  consignment: Quotable,
  readyAt = consignment.shipment.readyAt,
): QuoteRequest => {
  const { shipment } = consignment
  return {
    from: fromOf(consignment),
    to: toOf(consignment),
    ...(shipment.pointCode !== null && { pointCode: shipment.pointCode }),
    ...(shipment.pointKind !== null && { pointKind: shipment.pointKind }),
    parcels: shipment.parcels,
    declaredValue: declaredOf(consignment),
    readyAt: readyAt.toISOString(),
  }
}

export const bookRequestOf = (
  consignment: Consignment,
  { reference, quote, pointCode, pointKind, readyAt }: AttemptRow,
): BookRequest => {
  const { shipment, order, lines, from } = consignment
  return {
    reference,
    quote: quote as CarrierQuote,
    from: {
      ...fromOf(consignment),
      contact: { name: from.contactName, phone: from.contactPhone },
    },
    to: {
      ...toOf(consignment),
      contact: {
        ...{ name: order.buyerName, phone: order.buyerPhone },
        ...(order.buyerEmail !== null && { email: order.buyerEmail }),
      },
    },
    ...(pointCode !== null && { pointCode }),
    ...(pointKind !== null && { pointKind }),
    parcels: shipment.parcels,
    items: lines.map(({ externalId, name, quantity, priceMinor, weightGrams }) => ({
      ...{ sku: externalId, name, quantity },
      price: { amount: Number(priceMinor), currency: shipment.currency },
      weightG: weightGrams ?? UNKNOWN_ITEM_G,
    })),
    declaredValue: declaredOf(consignment),
    readyAt: readyAt.toISOString(),
  }
}

const declaredOf = ({ shipment }: Quotable) => ({
  amount: Number(shipment.declaredMinor),
  currency: shipment.currency,
})

const fromOf = ({ from }: Quotable): Place => ({
  ...{ cityId: from.cityId, cityName: from.cityName, countryCode: COUNTRY },
  ...{ carrierCityCodes: from.carrierCityCodes, address: from.address },
  ...(from.postalCode && { postalCode: from.postalCode }),
  ...(from.lat !== null && from.lon !== null && { lat: from.lat, lon: from.lon }),
})

const toOf = ({ to, order }: Quotable): Place => ({
  ...{ cityId: to.id, cityName: to.name, countryCode: COUNTRY },
  carrierCityCodes: to.carrierCityCodes,
  ...(order.address !== null && postallyOf(order.address)),
})

/** Buyers write the six figures of the post office into the address; carriers want them apart. */
function postallyOf(address: string): Pick<Place, 'address' | 'postalCode'> {
  const [, before, postalCode, after] = /^(.*?)(?<!\d)(\d{6})(?!\d)(.*)$/s.exec(address) ?? []
  if (postalCode === undefined) return { address }
  const rest = [before!, after!].map((part) => part.replace(/^[\s,]+|[\s,]+$/g, ''))
  return { address: rest.filter(Boolean).join(', ') || address, postalCode }
}

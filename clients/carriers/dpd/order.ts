import type { BookRequest, Contact, Place } from '../carrier.ts'
import { kgOf, majorOf, weightOf } from '../units.ts'
import { addressParts } from './address.ts'
import { moscowDay } from './dates.ts'
import type { DpdSettings } from './settings.ts'

/** Doors are Д and terminals Т, in Cyrillic. */
const VARIANTS = {
  'door-door': 'ДД',
  'door-point': 'ДТ',
  'point-door': 'ТД',
  'point-point': 'ТТ',
}
const COUNTRIES: Record<string, string> = {
  ...{ RU: 'Россия', BY: 'Беларусь', KZ: 'Казахстан', AM: 'Армения', KG: 'Киргизия' },
}
const MM3_IN_M3 = 1e9

/** `header` and `order` of `createOrder`, in the order of its schema. */
export function orderOf(request: BookRequest, settings: DpdSettings) {
  const { quote, from, to, parcels } = request
  const volume = parcels.reduce((sum, one) => sum + one.lengthMm * one.widthMm * one.heightMm, 0)
  return {
    header: {
      datePickup: moscowDay(request.readyAt),
      ...(settings.payer ? { payer: settings.payer } : {}),
      senderAddress: addressOf(
        from,
        quote.mode.startsWith('point') ? settings.pickupTerminal : undefined,
      ),
      pickupTimePeriod: settings.pickupTimePeriod,
    },
    order: [
      {
        orderNumberInternal: request.reference,
        serviceCode: quote.service,
        serviceVariant: VARIANTS[quote.mode],
        cargoNumPack: parcels.length,
        cargoWeight: kgOf(weightOf(parcels)),
        ...(volume > 0 ? { cargoVolume: volume / MM3_IN_M3 } : {}),
        cargoRegistered: false,
        cargoValue: majorOf(request.declaredValue),
        cargoCategory: settings.cargoCategory,
        receiverAddress: addressOf(
          to,
          quote.mode.endsWith('point') ? request.pointCode : undefined,
        ),
        parcel: parcels.map((parcel, index) => ({
          number: String(index + 1),
          weight: kgOf(parcel.weightG),
          length: parcel.lengthMm / 10,
          width: parcel.widthMm / 10,
          height: parcel.heightMm / 10,
        })),
        // The receipt that the law wants (54-ФЗ); all is prepaid.
        unitLoad: request.items.map((item) => ({
          article: item.sku,
          descript: item.name,
          declared_value: majorOf(item.price),
          npp_amount: 0,
          without_vat: true,
          count: item.quantity,
        })),
      },
    ],
  }
}

function addressOf(place: Place & { contact: Contact }, terminalCode: string | undefined) {
  const { name, phone, email } = place.contact
  const where = place.address ? addressParts(place.address, place.cityName) : {}
  return {
    name,
    ...(terminalCode === undefined
      ? {
          countryName: COUNTRIES[place.countryCode] ?? place.countryCode,
          ...(place.postalCode ? { index: place.postalCode } : {}),
          city: place.cityName,
          ...where,
        }
      : { terminalCode }),
    contactFio: name,
    contactPhone: phone,
    ...(email ? { contactEmail: email } : {}),
    needPass: false,
  }
}

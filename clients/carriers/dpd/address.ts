/** DPD wants the parts of an address apart. */
export type AddressParts = {
  street?: string
  streetAbbr?: string
  house?: string
  houseKorpus?: string
  str?: string
  vlad?: string
  office?: string
  flat?: string
}

const NUMBERED: [keyof AddressParts, RegExp][] = [
  ['flat', /^(?:кв|квартира)\.?\s*(\S+)$/i],
  ['office', /^(?:оф|офис)\.?\s*(\S+)$/i],
  ['houseKorpus', /^(?:к|корп|корпус)\.?\s*(\d\S*)$/i],
  ['str', /^(?:стр|строение)\.?\s*(\S+)$/i],
  ['vlad', /^(?:вл|влад|владение)\.?\s*(\S+)$/i],
  ['house', /^(?:д|дом)?\.?\s*(\d+\S*)$/i],
]
const KIND =
  'улица|ул|проспект|пр-кт|пр-т|просп|переулок|пер|шоссе|ш|набережная|наб|бульвар|б-р|бул|площадь|пл|проезд|пр-д|тупик|туп|аллея|линия'
const KIND_FIRST = new RegExp(`^(${KIND})\\.?\\s+(.+)$`, 'i')
const KIND_LAST = new RegExp(`^(.+?)\\s+(${KIND})\\.?$`, 'i')

/** «ул. Льва Толстого, д. 16, кв. 5». What cannot be told apart stays in the street. */
export function addressParts(address: string, cityName: string): AddressParts {
  const parts: AddressParts = {}
  for (const part of address.split(',').map((one) => one.trim())) {
    if (part === '' || isCity(part, cityName)) continue
    const numbered = NUMBERED.find(([name, form]) => !parts[name] && form.test(part))
    if (numbered) {
      const [name, form] = numbered
      parts[name] = form.exec(part)![1]!
    } else if (parts.street === undefined) Object.assign(parts, streetOf(part))
    else parts.street += `, ${part}`
  }
  return parts
}

const isCity = (part: string, cityName: string) =>
  part.replace(/^(г|город)\.?\s+/i, '').toLowerCase() === cityName.toLowerCase()

function streetOf(part: string): AddressParts {
  const [, before, house] = /^(.*\D)\s+(?:д\.?\s*)?(\d+[а-я]?(?:\/\d+)?)$/i.exec(part) ?? []
  const name = before ?? part
  const [, abbrFirst, rest] = KIND_FIRST.exec(name) ?? []
  const [, first, abbrLast] = KIND_LAST.exec(name) ?? []
  const streetAbbr = abbrFirst ?? abbrLast
  return {
    street: rest ?? first ?? name,
    ...(streetAbbr ? { streetAbbr } : {}),
    ...(house ? { house } : {}),
  }
}

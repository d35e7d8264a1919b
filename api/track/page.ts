import { html, raw } from 'hono/html'
import type { TrackedShipment } from '../../db/logistics/tracked.ts'
import { dayIn, momentIn, stepOf } from '../../domain/logistics/buyer-words.ts'
import type { Language, Text } from '../language.ts'
import { STYLE } from './style.ts'
import type { TrackedDelivery } from './tracked-view.ts'

const CARRIERS: Record<string, Text> = {
  cdek: { ru: 'СДЭК', en: 'CDEK' },
  dpd: { ru: 'DPD', en: 'DPD' },
  uber: { ru: 'Uber', en: 'Uber' },
}

const WORDS = {
  ru: {
    title: 'Доставка заказа',
    order: 'Заказ',
    steps: ['Заказ', 'Сборка', 'В пути', 'В городе', 'Получен'],
    progress: 'Ход доставки',
    promised: 'Доставим',
    promisedThen: 'Обещали доставить',
    expected: 'Перевозчик ждёт',
    advice: 'О деньгах и повторной отправке спросите магазин: он об этом уже знает.',
    pvz: 'Пункт выдачи',
    locker: 'Постамат',
    kept: 'Хранится до',
    bring: 'Возьмите с собой документ или код из сообщения перевозчика.',
    yandex: 'Яндекс Карты',
    osm: 'OpenStreetMap',
    history: 'Что происходило',
    nothing: 'Новостей от перевозчика пока нет.',
    details: 'Подробности',
    carrier: 'Перевозчик',
    number: 'Трек-номер',
    city: 'Город',
    updated: 'Обновлено',
    lostTitle: 'Такой доставки нет',
    lost: 'Ссылка устарела или скопирована не целиком. Проверьте адрес или спросите магазин.',
    other: 'English',
  },
  en: {
    title: 'Delivery of order',
    order: 'Order',
    steps: ['Ordered', 'Packed', 'On its way', 'In town', 'Done'],
    progress: 'Progress',
    promised: 'Arrives',
    promisedThen: 'Was promised for',
    expected: 'The carrier expects',
    advice: 'Ask the shop about your money or another parcel: it knows of this already.',
    pvz: 'Pickup point',
    locker: 'Parcel locker',
    kept: 'Kept until',
    bring: 'Bring an identity document or the code that the carrier sent you.',
    yandex: 'Yandex Maps',
    osm: 'OpenStreetMap',
    history: 'What has happened',
    nothing: 'The carrier has told nothing yet.',
    details: 'Details',
    carrier: 'Carrier',
    number: 'Tracking number',
    city: 'City',
    updated: 'Updated',
    lostTitle: 'There is no such delivery',
    lost: 'The link is out of date or was not copied whole. Check it, or ask the shop.',
    other: 'Русский',
  },
}

type Page = { language: Language; title: string; body: ReturnType<typeof html> }

const document = ({ language, title, body }: Page) =>
  html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <main class="page">${body}</main>
      </body>
    </html>`

/** The page of one delivery. Every text in it is escaped; it needs no script. */
export function trackPage(shipment: TrackedShipment, view: TrackedDelivery, language: Language) {
  const words = WORDS[language]
  const title = `${words.title} ${view.orderNumber}`
  const body = html`
    <header class="top">
      <span><b>${view.shop.name}</b> · ${words.order} ${view.orderNumber}</span>
      <a class="lang" href="?lang=${language === 'ru' ? 'en' : 'ru'}">${words.other}</a>
    </header>
    <section class="card ${view.tone}">
      <h1>${view.headline}</h1>
      ${promiseOf(shipment, view, language)} ${stepsOf(shipment, language)}
    </section>
    ${pointOf(shipment, view, language)} ${timelineOf(shipment, view, language)}
    ${detailsOf(view, language)}
    <footer>${words.updated} ${momentIn(shipment.timeZone, language)(view.updatedAt)}</footer>
  `
  return document({ language, title, body })
}

/** For a token that leads nowhere. */
export const lostPage = (language: Language) =>
  document({
    language,
    title: WORDS[language].lostTitle,
    body: html`<section class="card">
      <h1>${WORDS[language].lostTitle}</h1>
      <p>${WORDS[language].lost}</p>
    </section>`,
  })

function promiseOf(shipment: TrackedShipment, view: TrackedDelivery, language: Language) {
  const words = WORDS[language]
  const lines: [style: string, text: string][] = []
  // What is late says by when it was promised; what waits at a point has kept it.
  if (view.promise && view.lateness === undefined && view.state !== 'ready-for-pickup') {
    const isPast = shipment.endedAt !== null || view.tone === 'bad'
    lines.push(['promise', `${isPast ? words.promisedThen : words.promised} ${view.promise.text}`])
  }
  if (view.lateness) lines.push(['lateness', view.lateness])
  if (view.eta && !view.late)
    lines.push(['soft', `${words.expected} ${dayIn(shipment.timeZone, language)(view.eta)}.`])
  if (view.tone === 'bad') lines.push(['soft', words.advice])
  return lines.map(([style, text]) => html`<p class="${style}">${glued(text)}</p>`)
}

/** A day and its month stay on one line. */
const glued = (text: string) => text.replaceAll(/(\d) (?=\p{L})/gu, '$1\u00a0')

function stepsOf(shipment: TrackedShipment, language: Language) {
  const step = stepOf(shipment)
  if (step === null) return ''
  const { steps, progress } = WORDS[language]
  return html`<ol class="steps" aria-label="${progress}">
    ${steps.map(
      (name, at) =>
        html`<li
          ${at <= step ? raw('class="done"') : ''}
          ${at === step ? raw('aria-current="step"') : ''}
        >
          ${name}
        </li>`,
    )}
  </ol>`
}

function pointOf(shipment: TrackedShipment, view: TrackedDelivery, language: Language) {
  const point = view.pickupPoint
  if (!point || view.tone === 'bad') return ''
  const words = WORDS[language]
  const isReady = view.state === 'ready-for-pickup'
  return html`<section class="card">
    <h2>${words[point.kind]}: ${point.name}</h2>
    <p>${view.city.name}, ${point.address}</p>
    <p class="soft">${point.hours}</p>
    ${
      point.storedUntil &&
      html`<p class="kept">
        ${words.kept} ${dayIn(shipment.timeZone, language)(point.storedUntil)}
      </p>`
    }
    ${isReady && html`<p class="soft">${words.bring}</p>`}
    <div class="maps">
      <a href="${point.mapUrls.yandex}" rel="noreferrer">${words.yandex}</a>
      <a href="${point.mapUrls.openStreetMap}" rel="noreferrer">${words.osm}</a>
    </div>
  </section>`
}

function timelineOf(shipment: TrackedShipment, view: TrackedDelivery, language: Language) {
  const words = WORDS[language]
  const moment = momentIn(shipment.timeZone, language)
  return html`<section class="card">
    <h2>${words.history}</h2>
    ${
      view.timeline.length === 0
        ? html`<p class="soft">${words.nothing}</p>`
        : html`<ol class="timeline" reversed>
            ${view.timeline.toReversed().map(
              ({ at, text, place }) =>
                html`<li>
                  <b>${text}</b>
                  <time datetime="${at}">${moment(at)}</time
                  >${place ? html`<span>, ${place}</span>` : ''}
                </li>`,
            )}
          </ol>`
    }
  </section>`
}

function detailsOf(view: TrackedDelivery, language: Language) {
  const words = WORDS[language]
  return html`<section class="card">
    <h2>${words.details}</h2>
    <dl>
      ${
        view.carrier &&
        html`<dt>${words.carrier}</dt>
          <dd>${CARRIERS[view.carrier]![language]}</dd>`
      }
      ${
        view.trackingNumber &&
        html`<dt>${words.number}</dt>
          <dd>${view.trackingNumber}</dd>`
      }
      <dt>${words.city}</dt>
      <dd>${view.city.name}</dd>
    </dl>
  </section>`
}

import { html } from 'hono/html'
import { FAULT_KINDS, CARRIERS, OPERATIONS } from './faults.ts'
import { instant, type Carrier, type World } from './world.ts'

const SHOWN = 100

/** For people: what the carriers have booked, the faults, the clock, and buttons for all of that. */
export function pageOf(world: World, carriers: readonly Carrier[]) {
  const all = carriers.flatMap((carrier) => [...carrier.bookings()])
  const newest = all.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, SHOWN)
  const live = all.filter(({ isLive }) => isLive).length
  const options = (values: readonly string[]) =>
    values.map((value) => html`<option>${value}</option>`)
  const { journeys } = world.settings()

  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Carrier simulator</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <header>
          <h1>Carrier simulator</h1>
          <p>
            CDEK at <code>/cdek</code>, DPD at <code>/dpd</code>, Uber Direct at <code>/uber</code>.
            The admin routes are under <code>/_admin</code>.
          </p>
        </header>

        <section>
          <h2>Clock</h2>
          <p class="row">
            <strong>${instant(world.clock.now()).replace('T', ' ').slice(0, 19)} UTC</strong>
            <span>× ${world.clock.rate()}</span>
            ${[
              ['+1 min', 60_000],
              ['+1 h', 3_600_000],
              ['+1 day', 86_400_000],
            ].map(
              ([label, ms]) =>
                html`<button data-post="/_admin/clock" data-body='{"advanceMs":${ms}}'>
                  ${label}
                </button>`,
            )}
            <button data-post="/_admin/clock" data-body='{"rate":1}'>× 1</button>
            <button data-post="/_admin/clock" data-body='{"rate":60}'>× 60</button>
            <button data-post="/_admin/clock" data-body='{"rate":3600}'>× 3600</button>
            <span class="gap"
              >Parcels move ${journeys === 'auto' ? 'by themselves' : 'when told'}</span
            >
            <button
              data-post="/_admin/settings"
              data-body='{"journeys":"${journeys === 'auto' ? 'manual' : 'auto'}"}'
            >
              ${journeys === 'auto' ? 'Only when told' : 'By themselves'}
            </button>
          </p>
        </section>

        <section>
          <h2>Faults</h2>
          <form id="fault" class="row">
            <select name="carrier">
              <option value="">any carrier</option>
              ${options(CARRIERS)}
            </select>
            <select name="operation">
              <option value="">any operation</option>
              ${options(OPERATIONS)}
            </select>
            <select name="kind">
              ${options(FAULT_KINDS)}
            </select>
            <input name="status" type="number" placeholder="status" />
            <input name="ms" type="number" placeholder="ms" />
            <input name="probability" type="number" step="0.01" placeholder="probability" />
            <input name="times" type="number" placeholder="times" />
            <input name="reference" placeholder="reference starts with" />
            <button>Add</button>
            <button type="button" data-delete="/_admin/faults">Remove all</button>
          </form>
          <table>
            <thead>
              <tr>
                <th>Carrier</th>
                <th>Operation</th>
                <th>Kind</th>
                <th>Details</th>
                <th>Reference</th>
                <th class="number">Struck</th>
                <th></th>
              </tr>
            </thead>
            <tbody>
              ${world.faults
                .list()
                .slice(0, SHOWN)
                .map(
                  (fault) =>
                    html`<tr>
                      <td>${fault.carrier ?? 'any'}</td>
                      <td>${fault.operation ?? 'any'}</td>
                      <td>${fault.kind}</td>
                      <td>
                        ${[
                          fault.status,
                          fault.ms === undefined ? undefined : `${fault.ms} ms`,
                          fault.probability < 1 ? `p ${fault.probability}` : undefined,
                          fault.times === undefined ? undefined : `${fault.times} times`,
                        ]
                          .filter((detail) => detail !== undefined)
                          .join(', ')}
                      </td>
                      <td>${fault.reference ?? ''}</td>
                      <td class="number">${fault.struck}</td>
                      <td><button data-delete="/_admin/faults?id=${fault.id}">Remove</button></td>
                    </tr>`,
                )}
            </tbody>
          </table>
        </section>

        <section>
          <h2>Bookings</h2>
          <p class="row">
            <span
              >${all.length} in all, ${live}
              live${all.length > SHOWN ? `; the newest ${SHOWN}` : ''}</span
            >
            <button data-get="/">Refresh</button>
            <button data-post="/_admin/reset" data-body="{}" data-ask="Forget everything?">
              Reset
            </button>
          </p>
          <table>
            <thead>
              <tr>
                <th>Carrier</th>
                <th>Id</th>
                <th>Reference</th>
                <th>State</th>
                <th>As the carrier says</th>
                <th>Created</th>
                <th class="number">Price</th>
                <th></th>
              </tr>
            </thead>
            <tbody>
              ${newest.map(
                (one) =>
                  html`<tr class="${one.isLive ? '' : 'dead'}">
                    <td>${one.carrier}</td>
                    <td><code title="${one.id}">${one.trackingNumber ?? one.id}</code></td>
                    <td>${one.reference}</td>
                    <td><span class="state">${one.state}</span></td>
                    <td><code>${one.rawState}</code></td>
                    <td>${one.createdAt.replace('T', ' ').slice(0, 19)}</td>
                    <td class="number">
                      ${(one.price.amount / 100).toFixed(2)} ${one.price.currency}
                    </td>
                    <td class="row">
                      <button
                        data-post="/_admin/bookings/${one.id}/advance"
                        data-body='{"to":"next"}'
                      >
                        Next
                      </button>
                      <button
                        data-post="/_admin/bookings/${one.id}/advance"
                        data-body='{"to":"delivered"}'
                      >
                        Deliver
                      </button>
                      <button
                        data-post="/_admin/bookings/${one.id}/advance"
                        data-body='{"to":"returned"}'
                      >
                        Return
                      </button>
                    </td>
                  </tr>`,
              )}
            </tbody>
          </table>
          ${all.length === 0 ? html`<p class="empty">Nothing has been booked yet.</p>` : ''}
        </section>
        <p id="problem" role="alert"></p>
        <script>
          ${script}
        </script>
      </body>
    </html>`
}

const style = html`
  :root { color-scheme: light dark; --line: light-dark(#d8d8d8, #444); --soft: light-dark(#666,
  #aaa); } body { font: 14px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1200px; padding:
  1.5rem; } h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
  header p, .empty { color: var(--soft); margin: .25rem 0; } .row { display: flex; flex-wrap: wrap;
  gap: .5rem; align-items: center; margin: .5rem 0; } td.row { margin: 0; } .gap { margin-left:
  1.5rem; } section { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } th, td {
  border-bottom: 1px solid var(--line); padding: .35rem .75rem .35rem 0; text-align: left;
  white-space: nowrap; } th { color: var(--soft); font-weight: 500; } .number { text-align: right;
  font-variant-numeric: tabular-nums; } .dead { color: var(--soft); } .state { font-weight: 600; }
  .dead .state { font-weight: 400; } input, select, button { font: inherit; padding: .2rem .5rem; }
  input[type=number] { width: 6.5rem; } code { font-size: .92em; } #problem { color:
  light-dark(#b00020, #ff8080); }
`

const script = html`
  const ask = async (method, url, body) => { const answer = await fetch(url, { method, headers: {
  'content-type': 'application/json' }, body }) if (answer.ok) return location.reload()
  document.querySelector('#problem').textContent = (await answer.json()).error }
  document.addEventListener('click', ({ target }) => { const { post, delete: gone, get, body, ask:
  question } = target.dataset ?? {} if (question && !confirm(question)) return if (post) ask('POST',
  post, body) if (gone) ask('DELETE', gone) if (get) location.reload() })
  document.querySelector('#fault').addEventListener('submit', (event) => { event.preventDefault()
  const numbers = ['status', 'ms', 'probability', 'times'] const given = [...new
  FormData(event.target)].filter(([, value]) => value !== '') const fault = given.map(([name,
  value]) => [name, numbers.includes(name) ? Number(value) : value]) ask('POST', '/_admin/faults',
  JSON.stringify(Object.fromEntries(fault))) })
`

import { createHash } from 'node:crypto'

/** All that the page looks like: in the page itself, so that it is one request on a slow phone. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#f6f4ef;--card:#fff;--ink:#1d1b16;--soft:#6b665c;--line:#e4dfd4;--calm:#2f5d8a;--good:#2c7a4b;--late:#a35a00;--bad:#a8322a}
@media (prefers-color-scheme:dark){:root{--paper:#16150f;--card:#211f19;--ink:#f1ede3;--soft:#a8a193;--line:#38352c;--calm:#8cb8e6;--good:#7fcf9f;--late:#f0b266;--bad:#f09a92}}
*,*::before{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-text-size-adjust:100%}
.page{max-width:42rem;margin:0 auto;padding:1rem 1rem 2.5rem}
.top{display:flex;justify-content:space-between;gap:1rem;align-items:baseline;color:var(--soft);font-size:.9375rem;padding:.25rem .25rem 1rem}
.top b{color:var(--ink);font-weight:600;overflow-wrap:anywhere}
.card{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1.25rem;margin:0 0 1rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .5rem;text-wrap:balance}
h2{font-size:1.0625rem;margin:0 0 .75rem}
p{margin:0 0 .5rem}
p:last-child{margin-bottom:0}
a{color:var(--calm);text-underline-offset:.2em}
.calm h1{color:var(--calm)}.good h1{color:var(--good)}.late h1{color:var(--late)}.bad h1{color:var(--bad)}
.promise{font-size:1.1875rem}
.lateness{color:var(--late);font-weight:600}
.soft{color:var(--soft);font-size:.9375rem}
.steps{list-style:none;display:grid;grid-template-columns:repeat(5,1fr);gap:.375rem;margin:1.25rem 0 0;padding:0;font-size:.8125rem;color:var(--soft);line-height:1.25}
.steps li{border-top:.25rem solid var(--line);padding-top:.375rem}
.steps .done{border-color:var(--calm);color:var(--ink)}
.good .steps .done{border-color:var(--good)}.late .steps .done{border-color:var(--late)}
.steps [aria-current]{font-weight:600}
.maps{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:.875rem}
.maps a{flex:1 1 10rem;text-align:center;border:1px solid currentColor;border-radius:.625rem;padding:.625rem .75rem;text-decoration:none}
.kept{font-weight:600}
.timeline{list-style:none;margin:0;padding:0}
.timeline li{position:relative;padding:0 0 1rem 1.5rem;border-left:2px solid var(--line);margin-left:.4375rem}
.timeline li:last-child{border-color:transparent;padding-bottom:0}
.timeline li::before{content:"";position:absolute;left:-.5rem;top:.375rem;width:.875rem;height:.875rem;border-radius:50%;background:var(--card);border:2px solid var(--soft)}
.timeline li:first-child::before{background:var(--calm);border-color:var(--calm)}
.timeline li:first-child b{font-weight:600}
.timeline b{font-weight:400;display:block}
.timeline time,.timeline span{color:var(--soft);font-size:.9375rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
footer{color:var(--soft);font-size:.875rem;padding:.25rem}
@media (min-width:40rem){.page{padding-top:2rem}.card{padding:1.75rem}h1{font-size:2.125rem}.steps{font-size:.875rem}}
@media print{:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--calm:#000;--good:#000;--late:#000;--bad:#000}.card{break-inside:avoid}.lang,.maps{display:none}}
`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** Nothing but this very style: no script, no picture, no form, no frame. */
export const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

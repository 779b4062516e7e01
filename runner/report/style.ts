/** The look of a report: readable on a screen, in print, and without colours. */
export const STYLE = `
:root { color-scheme: light; --good: #1a6b34; --bad: #a3180f; --unknown: #8a5a00; --line: #d5d9de; --soft: #f4f6f8; }
body { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif; color: #1c2126; max-width: 1240px; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 0 0 .5rem; }
h3 { font-size: 1rem; margin: 1.1rem 0 .3rem; }
p { margin: .3rem 0; }
small { color: #56606b; font-size: .82em; overflow-wrap: anywhere; }
a { color: inherit; }
code { background: var(--soft); padding: .1em .3em; overflow-wrap: anywhere; }
.headline { font-size: 1.15rem; font-weight: 600; }
section { border-top: 2px solid #1c2126; margin-top: 2rem; padding-top: .9rem; }
.scroll { overflow-x: auto; margin: .6rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--line); }
th { font-size: .82em; border-bottom: 1px solid #1c2126; white-space: nowrap; }
.drills td:nth-child(7) { text-align: right; font-variant-numeric: tabular-nums; }
.badge { display: inline-block; padding: 0 .5em; border: 1.5px solid; border-radius: 4px; font-size: .8rem; font-weight: 700; white-space: nowrap; }
.proven, .badge.passed { color: var(--good); }
.failing, .badge.failed { color: #fff; background: var(--bad); border-color: var(--bad); }
.untested { color: var(--unknown); border-style: dashed; }
.gaps { background: var(--soft); border-left: 4px solid var(--unknown); padding: .5rem .9rem; margin: .8rem 0; }
.alarm { border: 2px solid var(--bad); padding: .5rem .9rem; margin: .8rem 0; overflow-wrap: anywhere; }
.alarm h3 { color: var(--bad); }
.gaps h3, .alarm h3 { margin-top: 0; }
.drills td:nth-child(-n+3), .drills td:nth-child(8) { white-space: nowrap; }
.drills { font-size: .92em; }
ul { margin: .2rem 0; padding-left: 1.2rem; }
dt { font-weight: 700; float: left; clear: left; width: 8.5rem; }
dd { margin: 0 0 .3rem 8.5rem; }
.chart { display: block; width: 100%; max-width: 760px; height: auto; }
.chart text { font-size: 12px; fill: #3b444d; }
.chart .scale { text-anchor: end; }
.chart .grid { stroke: var(--line); }
.chart .ground { stroke: #1c2126; }
.chart .objective { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 6 4; }
.chart rect.passed { fill: #3c7fb1; }
.chart rect.failed { stroke: var(--bad); }
.chart .nothing { fill: var(--bad); font-weight: 700; }
.chart .hatchGround { fill: #fff; }
.chart .hatchLine { fill: var(--bad); }
@page { size: A4 landscape; margin: 12mm; }
@media print {
  body { max-width: none; margin: 0; padding: 0; font-size: 10pt; }
  section { break-inside: auto; }
  tr, .gaps, .alarm, .chart { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; }
  .badge.failed, .failing, .chart rect { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`;

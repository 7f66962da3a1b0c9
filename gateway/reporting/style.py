"""How the report's page looks, on a screen and on A4 paper. Colours are told apart by colour-blind readers too."""

STYLE = """
:root { --ink: #1c2733; --soft: #5d6b7a; --line: #dde3ea; --paper: #fff; --ground: #f3f5f8;
  --met: #2f6f9f; --late: #e0a030; --missed: #b83a3a; --informed: #2f6f9f; --holding: #b7c6d6; }
* { box-sizing: border-box; }
html { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.55 "Noto Sans SC", "Noto Sans CJK SC",
  "PingFang SC", "Microsoft YaHei", "Source Han Sans SC", "Helvetica Neue", Arial, sans-serif; }
:lang(zh-Hant) body, body:lang(zh-Hant) { font-family: "Noto Sans TC", "Noto Sans CJK TC", "PingFang TC",
  "Microsoft JhengHei", sans-serif; }
body:lang(en) { font-family: "Helvetica Neue", Arial, "Noto Sans", "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC",
  "Microsoft YaHei", sans-serif; }
header, main { max-width: 1060px; margin: 0 auto; padding: 0 28px; }
header { padding-top: 36px; padding-bottom: 14px; display: grid; grid-template-columns: 1fr auto;
  align-items: baseline; }
header p { margin: 0; }
.vendor { grid-column: 1 / -1; color: var(--met); font-weight: 600; letter-spacing: .02em; }
h1 { margin: 2px 0 0; font-size: 30px; line-height: 1.25; letter-spacing: .01em; }
.period { font-size: 17px; font-weight: 600; font-variant-numeric: tabular-nums; }
.as-of { color: var(--soft); font-size: 12.5px; }
h2 { margin: 0 0 10px; font-size: 16px; }
h3 { margin: 0 0 4px; font-size: 13px; font-weight: 600; color: var(--soft); }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 18px 20px 16px;
  margin: 0 0 16px; break-inside: avoid; }
.tiles { display: grid; grid-template-columns: repeat(5, 1fr); gap: 12px; margin-bottom: 16px; }
.tile { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 14px 14px 12px; }
.tile p { margin: 0; }
.figure { font-size: 23px; line-height: 1.3; font-weight: 650; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
.small { color: var(--soft); font-size: 12px; line-height: 1.4; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; align-items: stretch; }
section > .pair { gap: 32px; align-items: start; }
.pair > section { margin-bottom: 0; }
main > .pair { margin-bottom: 16px; }
.nothing { padding: 20px; text-align: center; color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 0 5px 12px; text-align: right; vertical-align: middle; border-bottom: 1px solid var(--line); }
th { font-weight: 500; font-size: 12px; color: var(--soft); line-height: 1.3; vertical-align: bottom;
  word-break: keep-all; }
td { white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal; overflow-wrap: anywhere; }
tbody tr:last-child td { border-bottom: 0; }
.totalled tbody tr:last-child td { font-weight: 650; border-top: 1.5px solid var(--ink); }
.with-bar td:nth-child(2) { width: 150px; }
.with-bar td:nth-child(3) { font-weight: 600; }
.clocks th { border-bottom: 0; padding-bottom: 0; }
.bars td { border-bottom: 0; padding-top: 4px; padding-bottom: 4px; }
.bars td:first-child { width: 42%; }
.bars td:nth-child(2) { width: 48%; }
.half td:first-child { white-space: nowrap; }
.note { margin: 8px 0 0; color: var(--soft); font-size: 12px; }
.notes ul { margin: 0; padding-left: 18px; color: var(--soft); font-size: 12.5px; }
.legend { list-style: none; display: flex; gap: 18px; margin: -32px 0 10px; padding: 0; justify-content: flex-end;
  font-size: 12px; color: var(--soft); }
.key { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; }
svg { display: block; width: 100%; height: auto; }
svg text { font-size: 11px; fill: var(--soft); font-family: inherit; }
svg .name { fill: var(--ink); font-size: 12px; } svg .said { fill: var(--ink); font-size: 12px; }
svg .scale { text-anchor: end; } svg .tick { text-anchor: middle; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .span { stroke: var(--holding); stroke-width: 6; stroke-linecap: round; }
svg .dot { fill: var(--met); stroke: #fff; stroke-width: 1.5; }
.ranges { margin-bottom: 12px; }
.met { fill: var(--met); background: var(--met); } .late { fill: var(--late); background: var(--late); }
.missed { fill: var(--missed); background: var(--missed); }
.informed { fill: var(--informed); background: var(--informed); }
.holding { fill: var(--holding); background: var(--holding); }
@media screen and (max-width: 760px) { .tiles { grid-template-columns: 1fr 1fr; } .pair { grid-template-columns: 1fr; }
  header { grid-template-columns: 1fr; } section { overflow-x: auto; }
  .legend { margin-top: 0; justify-content: flex-start; } }
@page { size: A4; margin: 12mm; }
@media print { body { background: none; font-size: 11px; } header, main { max-width: none; padding: 0; }
  section, .tile { border-radius: 0; padding: 10px 12px; } .tiles { gap: 8px; } .figure { font-size: 17px; }
  h1 { font-size: 22px; } h2 { font-size: 13px; }
  th, .note, .legend, .notes ul, .small { font-size: 10px; } th, td { padding: 3px 0 3px 8px; }
  .half table { font-size: 10px; } .half th, .half td { padding-left: 5px; } section > .pair { gap: 20px; } }
"""
"""The style sheet, with no address in it from which anything could be fetched."""

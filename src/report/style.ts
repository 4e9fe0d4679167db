/**
 * How the HTML of a report looks, on screens light and dark and on paper. New and old differ in shape as well as in colour.
 */
export const STYLE = `
:root { color-scheme: light dark; --ink: #16202a; --soft: #52606d; --paper: #ffffff; --line: #d5dbe1; --new: #0b6bcb; --old: #6b7280; --limit: #b42318; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf0; --soft: #a5b1bd; --paper: #12181f; --line: #33404d; --new: #6cb6ff; --old: #a5adb8; --limit: #ff8a7a; }
}
@media print { :root { --ink: #000; --soft: #333; --paper: #fff; --line: #bbb; --new: #0b6bcb; --old: #555; --limit: #b42318; } section, figure { break-inside: avoid; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.15rem; margin-top: 2.2rem; }
.lead { font-size: 1.1rem; font-weight: 600; }
dt { font-weight: 600; margin-top: 0.7rem; }
dd { margin: 0; }
figure { margin: 2rem 0 0; }
figcaption { font-weight: 600; }
svg { width: 100%; height: auto; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
svg path, svg line { fill: none; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .new, svg .live { stroke: var(--new); }
svg .old { stroke: var(--old); stroke-dasharray: 1 5; stroke-width: 3; }
svg .desired { stroke: var(--old); stroke-dasharray: 6 5; }
svg .limit { stroke: var(--limit); stroke-dasharray: 10 5; stroke-width: 1.5; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; min-width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.8rem 0.35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: normal; }
td { min-width: 4rem; max-width: 34rem; overflow-wrap: anywhere; }
`

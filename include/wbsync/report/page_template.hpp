// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Written by `node page/build.mjs`, from page/src: change it there. CONTRIBUTING.md says how.

#include <string_view>

// clang-format off
namespace wbsync::report::page_template {

/// The page up to its data, in pieces that every compiler takes.
inline constexpr std::string_view before_data[] = {
    R"page(<!doctype html>
<!-- SPDX-License-Identifier: BSD-3-Clause -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>wbsync: a counterexample</title>
<style>
:root {
    color-scheme: light dark;
    --paper: #ffffff; --desk: #f4f5f7; --line: #d6dae0; --strong-line: #8a93a0;
    --ink: #1a1f27; --soft: #5a6472; --ahead: #626b78;
    --accent: #1d5fd1; --accent-paper: #e3edfd;
    --red: #b3261e; --red-paper: #fdeceb; --amber: #8a5300; --amber-paper: #fdf1da;
    --green: #17683a; --green-paper: #e3f5e9; --teal: #0b6b74; --violet: #6b3fb8; --orange: #a84a00;
    --h0: #1d5fd1; --h1: #a84a00; --h2: #17683a; --h3: #6b3fb8; --h4: #0b6b74; --h5: #a3246b;
    --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", "Liberation Mono", Menlo, monospace;
    --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "DejaVu Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
    :root {
        --paper: #161a20; --desk: #0f1216; --line: #2e3540; --strong-line: #66707f;
        --ink: #e7eaef; --soft: #a2acba; --ahead: #8b95a4;
        --accent: #7fb0ff; --accent-paper: #1b2c47;
        --red: #ff8a80; --red-paper: #3a1a1a; --amber: #f2bb5c; --amber-paper: #33270f;
        --green: #74d69a; --green-paper: #14301f; --teal: #5fc9d3; --violet: #c0a2ff; --orange: #ffae6b;
        --h0: #7fb0ff; --h1: #ffae6b; --h2: #74d69a; --h3: #c0a2ff; --h4: #5fc9d3; --h5: #ff94c8;
    }
}
* { box-sizing: border-box; }
html { background: var(--desk); color: var(--ink); font: 14px/1.45 var(--sans); }
body, h1, h2, p, ol, ul, dl, dd { margin: 0; padding: 0; }
ol, ul { list-style: none; }
button, input { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
[hidden] { display: none !important; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -999px; z-index: 9; padding: 8px 12px; background: var(--paper); color: var(--accent); }
.skip:focus { left: 8px; top: 8px; }

/* --- the whole ------------------------------------------------------------------------------- */
.screen { display: grid; grid-template-rows: auto minmax(0, 1fr); height: 100vh; min-height: 640px; }
header { padding: 12px 16px 10px; background: var(--paper); border-bottom: 1px solid var(--line); min-width: 0; }
.title { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: baseline; }
h1 { font-size: 19px; line-height: 1.3; font-weight: 650; }
#memory-model { font-weight: 400; color: var(--soft); font-size: 15px; }
.finding { color: var(--red); font-size: 15px; overflow-wrap: anywhere; }
.finding strong { padding: 1px 7px; margin-right: 4px; border-radius: 4px; background: var(--red); color: var(--paper); }
.program { margin-left: auto; color: var(--soft); font-size: 12px; }
.cut { margin-top: 6px; padding: 5px 10px; background: var(--amber-paper); color: var(--amber); border-radius: 5px; font-weight: 600; }
#facts { display: flex; flex-wrap: wrap; gap: 2px 18px; margin-top: 5px; font-size: 12.5px; }
#facts div { display: flex; gap: 6px; min-width: 0; }
#facts dt { color: var(--soft); }
#facts dd { overflow-wrap: anywhere; }
.replay { display: flex; flex-wrap: wrap; gap: 4px 8px; align-items: center; margin-top: 4px; font-size: 12.5px; }
.replay span { color: var(--soft); }
.replay code { font: 12px var(--mono); overflow-wrap: anywhere; }
.replay button { padding: 0 8px; font-size: 12px; border: 1px solid var(--line); border-radius: 4px; background: none; cursor: pointer; }

#story ol { display: flex; gap: 8px; margin-top: 9px; padding: 2px; overflow-x: auto; }
)page",
    R"page(#story li { flex: 1 1 200px; min-width: 176px; max-width: 300px; display: flex; }
.card { width: 100%; min-width: 0; text-align: left; padding: 5px 9px; border: 1px solid var(--line); border-left: 3px solid var(--accent);
    border-radius: 6px; background: var(--desk); cursor: pointer; font-size: 12px; }
.card:hover { border-color: var(--strong-line); }
.card.free, .card.failed { border-left-color: var(--red); }
.card[data-current] { background: var(--accent-paper); }
.card-top, .label { display: block; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.card-words { display: block; font: 12px/1.4 var(--mono); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.card .label { color: var(--accent); font-weight: 600; }
.card.free .label, .card.failed .label, .card.failed .card-words { color: var(--red); }

main { display: grid; grid-template-columns: minmax(0, 1fr) minmax(320px, 400px); min-height: 0; }
.lanes { display: grid; grid-template-rows: auto minmax(0, 1fr); min-width: 0; min-height: 0; }
aside { overflow-y: auto; border-left: 1px solid var(--line); padding: 10px 12px; display: flex; flex-direction: column; gap: 10px; }

/* --- stepping -------------------------------------------------------------------------------- */
.controls { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; padding: 7px 12px; background: var(--paper);
    border-bottom: 1px solid var(--line); }
.controls button { min-width: 34px; height: 30px; padding: 0 10px; border: 1px solid var(--line); border-radius: 6px;
    background: var(--desk); cursor: pointer; }
.controls button:hover { border-color: var(--strong-line); }
.controls button[aria-disabled="true"] { color: var(--ahead); cursor: default; }
.controls button[aria-pressed="true"] { background: var(--accent-paper); border-color: var(--accent); color: var(--accent); }
#next { background: var(--accent); border-color: var(--accent); color: var(--paper); min-width: 48px; }
#next[aria-disabled="true"] { background: var(--desk); border-color: var(--line); color: var(--ahead); }
#position { min-width: 66px; text-align: center; font-variant-numeric: tabular-nums; }
#slider { flex: 1 1 80px; min-width: 60px; accent-color: var(--accent); }

/* --- the lanes ------------------------------------------------------------------------------- */
#diagram { position: relative; overflow: auto; background: var(--paper); min-height: 0; }
#diagram:focus-visible { outline-offset: -2px; }
.heads { position: sticky; top: 0; z-index: 4; height: 32px; min-width: 100%; background: var(--paper); border-bottom: 1px solid var(--line); }
.head { position: absolute; top: 6px; font-weight: 650; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.hue0 { --hue: var(--h0); } .hue1 { --hue: var(--h1); } .hue2 { --hue: var(--h2); }
.hue3 { --hue: var(--h3); } .hue4 { --hue: var(--h4); } .hue5 { --hue: var(--h5); }
.head { color: var(--hue); }
.canvas { position: relative; min-width: 100%; }
.lane { position: absolute; top: 0; bottom: 0; width: 2px; background: var(--hue); opacity: .28; }
.row { position: absolute; left: 0; right: 0; height: 28px; }
.row.current { background: var(--accent-paper); box-shadow: inset 3px 0 0 var(--accent); }
.number { position: sticky; left: 0; z-index: 2; background: var(--paper); display: inline-block; width: 46px; padding-right: 8px; text-align: right; line-height: 28px;
    font-size: 12px; font-variant-numeric: tabular-nums; color: var(--soft); }
.current .number { color: var(--accent); font-weight: 700; background: var(--accent-paper); box-shadow: inset 3px 0 0 var(--accent); }
.function .in { position: absolute; top: 8px; font: 600 12px/18px var(--mono); color: var(--soft); white-space: nowrap; }
.chip { position: absolute; top: 2px; height: 24px; max-width: 760px; padding: 0 8px; border: 1px solid var(--line); border-left: 3px solid var(--strong-line);
)page",
    R"page(    border-radius: 5px; background: var(--desk); font: 12px/22px var(--mono); white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
    cursor: pointer; text-align: left; direction: ltr; unicode-bidi: isolate; }
.chip .name { font-weight: 650; }
.chip.read { border-left-color: var(--accent); }
.chip.write { border-left-color: var(--green); }
.chip.lock { border-left-color: var(--teal); }
.chip.rcu { border-left-color: var(--violet); }
.chip.grace { border-left-color: var(--orange); }
.chip.wait { border-left-color: var(--h5); }
.chip.free { border-left-color: var(--red); color: var(--red); }
.chip.finding { border-color: var(--red); background: var(--red-paper); color: var(--red); font-weight: 650; }
.chip:hover { border-color: var(--strong-line); }
.current .chip { border-color: var(--accent); background: var(--paper); }
.current .chip.finding { border-color: var(--red); background: var(--red-paper); }
.ahead .chip:not(.finding) { color: var(--ahead); background: var(--paper); }
.ahead .chip { border-top-style: dashed; border-right-style: dashed; border-bottom-style: dashed; }
.ahead .in { color: var(--ahead); font-weight: 400; }
.phase { color: var(--soft); }
.fold { position: absolute; left: 52px; top: 3px; height: 22px; padding: 0 8px; border: 0; background: none; color: var(--soft); cursor: pointer; font-size: 12.5px; }
.pill { display: inline-block; margin-left: 8px; padding: 0 6px; border-radius: 8px; font: 600 11px/16px var(--sans); background: var(--desk); color: var(--soft);
    border: 1px solid var(--line); }
.pill.stale, .pill.late { background: var(--amber-paper); color: var(--amber); border-color: transparent; }
.pill.freed { background: var(--red-paper); color: var(--red); border-color: transparent; }
.pill.told { background: var(--accent-paper); color: var(--accent); border-color: transparent; }
.chip.free .pill.told, .chip.finding .pill.told { background: var(--red); color: var(--paper); }

.bracket { position: absolute; width: 12px; border: 2px solid; border-right: 0; border-radius: 4px 0 0 4px; font: 10px/10px var(--sans); color: var(--teal); }
.bracket.open { border-bottom: 0; border-radius: 4px 0 0 0; }
.bracket.section { color: var(--violet); }
.bracket.grace { color: var(--orange); border-left-style: double; border-left-width: 4px; }
.bracket bdi { position: sticky; display: inline-block; top: 38px; padding-top: 4px; writing-mode: vertical-rl; white-space: nowrap; color: inherit; }
.arrows { position: absolute; left: 0; pointer-events: none; z-index: 3; overflow: hidden; }
.arrow { fill: none; stroke: var(--accent); stroke-width: 2; }
.tip { fill: var(--accent); }
.arrow.faint { stroke-width: 1.2; opacity: .55; } .tip.faint { opacity: .55; }
.arrow.wake { stroke: var(--h5); stroke-dasharray: 7 4; } .tip.wake { fill: var(--h5); }
.arrow.late { stroke: var(--amber); } .tip.late { fill: var(--amber); }
.arrow.passed { stroke: var(--amber); stroke-dasharray: 2 4; } .tip.passed { fill: var(--amber); }
.arrow.order { stroke: var(--teal); stroke-width: 1.5; } .tip.order { fill: var(--teal); }
.ordered .is-before .chip { box-shadow: 0 0 0 2px var(--accent); }
.ordered .is-after .chip { box-shadow: 0 0 0 2px var(--green); }
.ordered .hovered .chip { box-shadow: 0 0 0 3px var(--ink); }

/* --- beside the lanes ------------------------------------------------------------------------ */
.panel { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 9px 12px 10px; }
h2 { font-size: 12px; line-height: 1.4; font-weight: 650; color: var(--soft); margin-bottom: 4px; }
#source-place { font: 12px var(--mono); color: var(--soft); overflow-wrap: anywhere; font-weight: 400; }
#step-words { font: 600 14px/1.45 var(--mono); overflow-wrap: anywhere; unicode-bidi: isolate; }
#step-words.failed { color: var(--red); }
#step-facts { margin-top: 3px; overflow-wrap: anywhere; }
.thread { font-weight: 650; }
code { font-family: var(--mono); font-size: .92em; }
)page",
    R"page(#step-facts .order { margin-left: 8px; color: var(--soft); }
#step-notes li { margin-top: 5px; padding: 3px 8px; border-radius: 5px; background: var(--desk); overflow-wrap: anywhere; }
#step-notes .stale, #step-notes .late { background: var(--amber-paper); color: var(--amber); }
#step-notes .freed { background: var(--red-paper); color: var(--red); }
.to-step { padding: 0 5px; border: 0; border-radius: 4px; background: none; color: var(--accent); cursor: pointer; font-size: 12px;
    font-variant-numeric: tabular-nums; text-decoration: underline; text-underline-offset: 2px; }
pre { margin: 0 -12px -10px; padding: 4px 0 6px; overflow-x: auto; font: 12px/1.55 var(--mono); border-radius: 0 0 8px 8px; }
.line { width: max-content; min-width: 100%; padding-right: 12px; }
.line.here { background: var(--accent-paper); }
.line-number { display: inline-block; width: 44px; padding-right: 10px; text-align: right; color: var(--soft); user-select: none; }
.panel table { border-collapse: collapse; width: 100%; font-size: 12.5px; }
.panel thead th { color: var(--soft); font-weight: 400; font-size: 11.5px; }
.panel th, .panel td { text-align: left; padding: 2px 6px 2px 0; vertical-align: top; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.panel thead th { border-top: 0; white-space: nowrap; }
.panel tbody th { font: 12px/1.5 var(--mono); }
.panel .value { font-family: var(--mono); }
.panel .since { width: 1%; white-space: nowrap; color: var(--soft); text-align: right; padding-right: 0; }
.panel th:last-child { text-align: right; padding-right: 0; }
tr.used th, tr.changed th { font-weight: 700; }
tr.changed { background: var(--green-paper); }
tr.changed .value { font-weight: 700; color: var(--green); }
tr.gone th, tr.gone .value { text-decoration: line-through; text-decoration-color: var(--red); }
tr.held td { color: var(--teal); font-weight: 600; }
#sections li, #freed li { padding: 2px 0; overflow-wrap: anywhere; }
#sections .section .name { color: var(--violet); } #sections .grace .name { color: var(--orange); }
#freed .name { font-family: var(--mono); color: var(--red); }
li.none { color: var(--soft); }

/* --- the table ------------------------------------------------------------------------------- */
.all { padding: 18px 16px 40px; background: var(--paper); border-top: 1px solid var(--line); overflow-x: auto; }
.all table { border-collapse: collapse; width: 100%; min-width: 860px; table-layout: fixed; font-size: 13px; }
.all td { overflow-wrap: anywhere; }
.all th:nth-child(1) { width: 5%; } .all th:nth-child(2) { width: 14%; } .all th:nth-child(3) { width: 17%; }
.all th:nth-child(5) { width: 21%; } .all th:nth-child(6) { width: 12%; }
.all caption { text-align: left; font-weight: 650; font-size: 15px; padding-bottom: 6px; }
.all th, .all td { text-align: left; vertical-align: top; padding: 3px 12px 3px 0; border-bottom: 1px solid var(--line); }
.all thead th { color: var(--soft); font-weight: 600; white-space: nowrap; }
.all tbody th { font-weight: 400; font-variant-numeric: tabular-nums; }
.all a { color: var(--accent); }
.all .words { font: 12px/1.6 var(--mono); overflow-wrap: anywhere; }
.all .failed td { color: var(--red); font-weight: 650; }

dialog { max-width: 760px; border: 1px solid var(--line); border-radius: 10px; padding: 18px 22px; background: var(--paper); color: var(--ink); }
dialog::backdrop { background: rgb(0 0 0 / .45); }
dialog h2 { font-size: 16px; color: var(--ink); margin-bottom: 10px; }
.help-columns { display: grid; grid-template-columns: 1fr 1fr; gap: 6px 28px; margin-bottom: 12px; }
dialog dl div { display: flex; gap: 10px; padding: 2px 0; align-items: baseline; }
dialog dt { flex: 0 0 108px; } .signs dt { flex-basis: 36px; }
kbd { font: 12px var(--mono); border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; padding: 0 5px; background: var(--desk); }
.sign { display: inline-block; width: 30px; height: 0; border-top: 2px solid var(--accent); vertical-align: middle; }
)page",
    R"page(.sign.wake { border-top: 2px dashed var(--h5); } .sign.late { border-top-color: var(--amber); }
.sign.passed { border-top: 2px dotted var(--amber); } .sign.order { border-top-color: var(--teal); }
.sign.b { width: 10px; height: 16px; border: 2px solid var(--teal); border-right: 0; border-radius: 4px 0 0 4px; }
.sign.b.section { border-color: var(--violet); } .sign.b.grace { border-color: var(--orange); border-left: 4px double var(--orange); }
#help-close, #table-more { margin-top: 12px; padding: 4px 14px; border: 1px solid var(--strong-line); border-radius: 6px; background: var(--desk); cursor: pointer; }

/* --- other windows, and paper ------------------------------------------------------------------ */
@media (max-width: 900px) {
    .screen { display: block; height: auto; min-height: 0; }
    main { display: block; }
    .lanes { display: flex; flex-direction: column; height: 62vh; min-height: 340px; position: sticky; top: 0; z-index: 5; border-bottom: 1px solid var(--line); }
    #diagram { flex: 1; }
    .controls { order: 2; border-top: 1px solid var(--line); border-bottom: 0; }
    .controls button { height: 38px; min-width: 40px; }
    #position { order: 2; }
    #slider { order: 3; flex-basis: 60%; }
    aside { border-left: 0; overflow: visible; }
    .help-columns { grid-template-columns: 1fr; }
}
@media (max-width: 480px) {
    header { padding: 10px 12px; }
    .program { margin-left: 0; }
    .controls { padding: 6px 8px; gap: 4px; }
    .controls button { padding: 0 7px; min-width: 34px; font-size: 13px; }
    #position { min-width: 52px; }
}
@media (prefers-reduced-motion: reduce) { * { scroll-behavior: auto !important; transition: none !important; } }
@media (forced-colors: active) {
    .row.current { outline: 2px solid Highlight; outline-offset: -2px; }
    .controls button[aria-pressed="true"] { outline: 2px solid Highlight; }
}
@media print {
    :root { --paper: #fff; --desk: #fff; --ink: #000; --soft: #444; --line: #bbb; --accent: #000; --red: #900; }
    html { background: #fff; font-size: 10.5pt; }
    .screen { display: block; height: auto; min-height: 0; }
    main, .skip, #copy, #table-more, dialog, .unseen { display: none !important; }
    #story ol { flex-wrap: wrap; }
    .card-words, .card-top { white-space: normal; }
    .all { padding: 12px 0 0; border: 0; overflow: visible; }
    .all table { min-width: 0; font-size: 9pt; }
    .all tr { break-inside: avoid; }
    .all thead { display: table-header-group; }
    .all a { text-decoration: none; }
}
</style>
</head>
<body>
<a class="skip" href="#table">To the table of all steps</a>
<div class="screen">
<header>
<div class="title">
<h1><span id="model">A counterexample</span> <span id="memory-model"></span></h1>
<p class="finding"><strong id="property"></strong> <span id="message"></span></p>
<p class="program" id="program">wbsync</p>
</div>
<noscript><p class="cut">This page needs JavaScript: it shows the steps with it. It loads nothing.</p></noscript>
<p class="cut" id="cut" hidden></p>
<dl id="facts"></dl>
<p class="replay" id="replay-box" hidden><span>replay</span> <code id="replay"></code> <button type="button" id="copy">Copy</button></p>
<nav id="story" aria-label="Steps to look at first" hidden><ol></ol></nav>
</header>
<main>
<section class="lanes" aria-label="The steps, a lane for each thread">
<div class="controls" role="toolbar" aria-label="Stepping">
<button type="button" id="first" aria-label="First step" title="First step (Home)">&#x21e4;</button>
<button type="button" id="back" aria-label="Back one step" title="Back (left, k)">&#x2190;</button>
<button type="button" id="next" aria-label="Next step" title="Next (right, j)">&#x2192;</button>
<button type="button" id="last" aria-label="Last step" title="Last step (End)">&#x21e5;</button>
<output id="position" for="slider">0 / 0</output>
<input type="range" id="slider" min="1" max="1" value="1" aria-label="Step">
)page",
    R"page(<button type="button" id="order" aria-pressed="false" title="What happens before and after the step (h)">Order</button>
<button type="button" id="arrows" aria-pressed="false" title="All arrows from stores to reads (a)">Arrows</button>
<button type="button" id="help-button" aria-label="Help and keys" title="Help and keys (?)">?</button>
</div>
<div id="diagram" tabindex="0" role="group" aria-label="Lanes of the threads. Arrow keys step. A table with all steps follows."></div>
</section>
<aside aria-label="State after the step">
<section class="panel now">
<h2>Step</h2>
<p id="step-words"></p>
<p id="step-facts"></p>
<ul id="step-notes"></ul>
</section>
<section class="panel" id="source-panel">
<h2>Source <span id="source-place"></span></h2>
<pre id="source-lines" tabindex="0" aria-label="Lines of the source"></pre>
</section>
<section class="panel" id="memory-panel">
<h2>Memory</h2>
<table><thead><tr><th scope="col">variable</th><th scope="col">value</th><th scope="col">since step</th></tr></thead><tbody id="memory"></tbody></table>
</section>
<section class="panel" id="locks-panel">
<h2>Locks</h2>
<table><thead><tr><th scope="col">lock</th><th scope="col">state</th><th scope="col">since step</th></tr></thead><tbody id="locks"></tbody></table>
</section>
<section class="panel" id="rcu-panel"><h2>RCU</h2><ul id="sections"></ul></section>
<section class="panel" id="freed-panel"><h2>Freed</h2><ul id="freed"></ul></section>
</aside>
</main>
</div>
<p id="say" class="unseen" role="status" aria-live="polite" aria-atomic="true"></p>
<section class="all" id="table" tabindex="-1">
<table>
<caption>All steps, in the order in which they happened</caption>
<thead><tr><th scope="col">Step</th><th scope="col">Thread</th><th scope="col">Function</th><th scope="col">What it does</th><th scope="col">Remarks</th><th scope="col">Source</th></tr></thead>
<tbody id="table-body"></tbody>
</table>
<button type="button" id="table-more" hidden></button>
</section>
<dialog id="help" aria-labelledby="help-title">
<h2 id="help-title">Keys and signs</h2>
<div class="help-columns">
<dl class="keys">
<div><dt><kbd>&rarr;</kbd> <kbd>j</kbd></dt><dd>next step</dd></div>
<div><dt><kbd>&larr;</kbd> <kbd>k</kbd></dt><dd>back</dd></div>
<div><dt><kbd>Home</kbd> <kbd>End</kbd></dt><dd>first, last step</dd></div>
<div><dt><kbd>]</kbd> <kbd>[</kbd></dt><dd>next, previous step of the same thread</dd></div>
<div><dt><kbd>&uarr;</kbd> <kbd>&darr;</kbd> <kbd>PgUp</kbd> <kbd>PgDn</kbd></dt><dd>in the lanes: a step, ten steps</dd></div>
<div><dt><kbd>h</kbd></dt><dd>what happens before and after the step</dd></div>
<div><dt><kbd>a</kbd></dt><dd>all arrows</dd></div>
<div><dt><kbd>?</kbd></dt><dd>this help; <kbd>Esc</kbd> closes it</dd></div>
</dl>
<dl class="signs">
<div><dt><i class="sign reads"></i></dt><dd>from a store to the read of it</dd></div>
<div><dt><i class="sign wake"></i></dt><dd>a wake-up: from what let it go on</dd></div>
<div><dt><i class="sign late"></i></dt><dd>a late read, of what is stored further down</dd></div>
<div><dt><i class="sign passed"></i></dt><dd>the newer store that a stale read passed over</dd></div>
<div><dt><i class="sign order"></i></dt><dd>order between threads: release to acquire, locks, wake-ups, grace periods</dd></div>
<div><dt><i class="sign b lock"></i></dt><dd>a lock is held</dd></div>
<div><dt><i class="sign b section"></i></dt><dd>an RCU read-side critical section</dd></div>
<div><dt><i class="sign b grace"></i></dt><dd>a grace period</dd></div>
</dl>
</div>
<p>Point at a step to see its order: what happens before it is blue, what happens after it is green, the rest is concurrent with it.
The page works it out from the steps; where memory is weak the checker knows more than that.</p>
<button type="button" id="help-close">Close</button>
</dialog>
<script type="application/json" id="wbsync-data">)page",
};

/// The page after its data.
inline constexpr std::string_view after_data[] = {
    R"page(</script>
<script>
(() => {
'use strict';
// document.js
// The data of the page, and text that is safe to show.

/** The document that the program has put into the page. */
function readDocument(root) {
    return JSON.parse(root.getElementById('wbsync-data').textContent);
}

// Characters that are not seen, or that turn around what stands beside them: a name could look like
// another one.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** The text with a visible sign for each character that would not be seen. */
function visible(text) {
    return String(text).replace(HIDDEN, (c) => '\u27e8U+' +
        c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0') + '\u27e9');
}

/** "1 step", "2 steps" */
function count(n, one, many = one + 's') {
    return n.toLocaleString('en') + ' ' + (n === 1 ? one : many);
}

/** The text in parts: [{text, isName}]. Where `name` occurs it is a part of its own. */
function parts(text, name) {
    if (!name || !text.includes(name))
        return [{text: visible(text), isName: false}];
    const all = [];
    text.split(name).forEach((part, i) => {
        if (i !== 0)
            all.push({text: visible(name), isName: true});
        if (part !== '')
            all.push({text: visible(part), isName: false});
    });
    return all;
}

// dom.js
// Elements, made without markup: all text of the trace goes through textContent.

/** An element with attributes and children. A child that is a string is text. */
function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes))
        if (value !== null && value !== undefined && value !== false)
            made.setAttribute(name, value === true ? '' : value);
    made.append(...children.filter((c) => c !== null && c !== undefined));
    return made;
}

/** An element of SVG. */
function drawn(tag, attributes = {}) {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes))
        made.setAttribute(name, value);
    return made;
}

/** The name of a thread or an object. A name that is written from right to left leaves the text
    beside it as it is. */
function nameOf(text, attributes = {}) {
    return element('bdi', attributes, visible(text));
}

/** The words of a step, in which the name of its object stands out. */
function wordsIn(text, name) {
    return parts(text, name).map((part) =>
        part.isName ? element('bdi', {class: 'name'}, part.text) : part.text);
}

/** Sets the text, if it is another one: the browser draws nothing otherwise. */
function setText(at, text) {
    if (at.textContent !== text)
        at.textContent = text;
}

/** A button that goes to a step. */
function stepButton(at, go, ...children) {
    const button = element('button', {type: 'button', class: 'to-step',
                                      'aria-label': 'Go to step ' + (at + 1)},
                           ...(children.length === 0 ? [String(at + 1)] : children));
    button.addEventListener('click', () => go(at));
    return button;
}

// layout.js
// Where lanes, rows and brackets go. Nothing here knows of the browser.

const ROW = 28;         // the height of a row
const NUMBERS = 56;     // the width of the column with the numbers of the steps
const SLOT = 14;        // the width of a bracket
const LEAST_LANE = 190; // the least width of a lane
const LETTER = 7.5;            // about the width of a letter
const MOST_CHIP = 720;         // a longer step is cut
const CHIP = 40;               // the border and margin of a step

/** The rows from top to bottom: {type: 'step', at}, {type: 'function', at, name} above the first
    step of a function in its thread, {type: 'set-up', count}. */
function rowsOf(model, showSetUp) {
    const rows = [];
    const current = new Map();
)page",
    R"page(    model.steps.forEach((s, at) => {
        if (at === 0 && model.setUp !== 0)
            rows.push({type: 'set-up', count: model.setUp});
        if (at < model.setUp && !showSetUp)
            return;
        if (s.thread_id !== null && s.function && s.function !== current.get(s.thread_id))
            rows.push({type: 'function', at, name: s.function});
        if (s.thread_id !== null)
            current.set(s.thread_id, s.function);
        rows.push({type: 'step', at});
    });
    return rows;
}

/** For each step its row; that of the folded set-up for its steps. */
function rowOfStep(model, rows) {
    const row = new Array(model.steps.length).fill(0);
    rows.forEach((r, i) => {
        if (r.type === 'step')
            row[r.at] = i;
    });
    return row;
}

/** Gives each bracket a place beside its lane, where it crosses no other one; returns how many
    places the widest lane needs. */
function placeBrackets(model) {
    const ends = new Map(); // for each lane and place: where the last bracket ends
    let most = 0;
    for (const bracket of model.brackets) {
        if (!ends.has(bracket.thread))
            ends.set(bracket.thread, []);
        const places = ends.get(bracket.thread);
        let slot = places.findIndex((end) => end < bracket.begin);
        if (slot < 0)
            slot = places.length;
        places[slot] = bracket.end ?? Infinity;
        bracket.slot = slot;
        most = Math.max(most, slot + 1);
    }
    return most;
}

/** The lanes' left edges and the width of all, for a window that is `available` wide. `textOf` is
    the text that a step is shown with. */
function columnsOf(model, available, slots, textOf) {
    const gutter = slots * SLOT + 10;
    const n = Math.max(model.lanes.length, 1);
    const needs = new Map(model.lanes.map((lane) => [lane.id, LEAST_LANE]));
    model.steps.forEach((s, at) => {
        if (s.thread_id !== null)
            needs.set(s.thread_id, Math.max(needs.get(s.thread_id),
                Math.min(textOf(at).length * LETTER + CHIP, MOST_CHIP)));
    });

    // A step may extend over the lanes on its right. Nothing is on the right of the last lane: it
    // gets what it needs, as far as that leaves the others their least width.
    const least = LEAST_LANE + gutter;
    const room = available - NUMBERS;
    const last = n === 1 ? room : Math.min((needs.get(model.lanes.at(-1).id) ?? 0) + gutter,
                                           Math.max(least, room - (n - 1) * least));
    const width = n === 1 ? Math.max(least, room)
        : Math.max(least, Math.floor((room - Math.max(last, room / n)) / (n - 1)));
    const left = new Map(model.lanes.map((lane, i) => [lane.id, NUMBERS + i * width]));
    const all = Math.max(available, ...model.lanes.map(
        (lane) => left.get(lane.id) + gutter + needs.get(lane.id)));
    return {left, gutter, laneWidth: width, width: Math.ceil(all)};
}

/** The index of the first row and of the one after the last that a window shows. */
function windowOf(top, height, rows, extra = 8) {
    const first = Math.max(0, Math.floor(top / ROW) - extra);
    return {first, end: Math.min(rows, Math.ceil((top + height) / ROW) + extra)};
}

// state.js
// What the trace says of memory, locks, RCU and objects, at each step. Steps are numbered from 0
// here, and from 1 for the reader.

const ON_LOCKS = new Set(['lock', 'try_lock', 'unlock', 'down', 'up']);
const ON_MEMORY = new Set(
    ['load', 'store', 'rmw', 'add', 'wait', 'wake', 'plain_read', 'plain_write']);

/** Does the step take a lock? An attempt that failed has stored nothing. */
function takesLock(s) {
    return s.kind === 'lock' || ((s.kind === 'try_lock' || s.kind === 'down') && s.after !== null);
}

/** Does the step give a lock back? */
function leavesLock(s) {
    return s.kind === 'unlock' || s.kind === 'up';
}

/** A variable that has no number is known by its name. */
function keyOf(s) {
)page",
    R"page(    return s.object_id !== null && s.object_id !== undefined ? '#' + s.object_id : s.object;
}

/** Is the object the block of memory, or a part of it? */
function isWithin(object, block) {
    return object === block || object.startsWith(block + '.') || object.startsWith(block + '[');
}

/** The index of the last entry that is not after step `at`; -1: there is none. */
function lastAt(history, at) {
    let low = 0, high = history.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (history[middle].at <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

function lanesOf(document) {
    const active = new Set();
    for (const s of document.steps)
        if (s.thread_id !== null)
            active.add(s.thread_id);
    const ids = [...active].sort((a, b) => a - b);
    return ids.map((id) => ({id, name: document.threads[id] ?? 'thread ' + id}));
}

/** How many steps come before the first one of a thread. */
function setUpOf(steps) {
    const first = steps.findIndex((s) => s.thread_id !== null);
    return first < 0 ? steps.length : first;
}

function addObject(objects, s) {
    const key = keyOf(s);
    if (!objects.has(key))
        objects.set(key, {key, name: s.object, initial: null, known: false, history: [], first: null});
    return objects.get(key);
}

/** The variables in the order of their first use, each with the values that were stored. */
function memoryOf(steps) {
    const objects = new Map();
    steps.forEach((s, at) => {
        if (!ON_MEMORY.has(s.kind) || s.object === '' || (s.before === null && s.after === null))
            return;
        const object = addObject(objects, s);
        object.first ??= at;
        if (!object.known && object.history.length === 0 && s.before !== null && !s.late &&
            s.reads_from === null) {
            object.initial = s.before;
            object.known = true;
        }
        if (s.after !== null)
            object.history.push({at, value: s.after});
    });
    return [...objects.values()];
}

/** The locks, each with its holders after each step on it. */
function locksOf(steps) {
    const objects = new Map();
    steps.forEach((s, at) => {
        if (!ON_LOCKS.has(s.kind) || s.object === '')
            return;
        const lock = addObject(objects, s);
        lock.first ??= at;
        const holders = [...(lock.history.at(-1)?.holders ?? [])];
        if (takesLock(s)) {
            holders.push({thread: s.thread_id, since: at});
        } else if (leavesLock(s)) {
            const own = holders.findIndex((h) => h.thread === s.thread_id);
            holders.splice(own < 0 ? 0 : own, 1);
        } else {
            return;
        }
        lock.history.push({at, holders});
    });
    return [...objects.values()];
}

/** Blocks of memory and other objects that begin and end: where they did. */
function blocksOf(steps) {
    const blocks = new Map();
    steps.forEach((s, at) => {
        if (s.object === '' || (s.kind !== 'alloc' && s.kind !== 'free'))
            return;
        if (!blocks.has(s.object))
            blocks.set(s.object, {name: s.object, history: []});
        blocks.get(s.object).history.push({at, freed: s.kind === 'free', thread: s.thread_id});
    });
    return [...blocks.values()];
}

/** What begins at one step of a thread and ends at another one: {kind, thread, name, begin, end}.
    `end` is null where it does not end. */
function bracketsOf(steps) {
    const all = [];
    const open = [];
    const begin = (kind, s, at, name) => {
        const bracket = {kind, thread: s.thread_id, name, key: kind + ' ' + keyOf(s), begin: at, end: null,
                         waitsFor: s.waits_for};
        all.push(bracket);
        open.push(bracket);
    };
    const end = (kind, s, at) => {
        const key = kind + ' ' + keyOf(s);
        let i = open.findLastIndex((b) => b.key === key && b.thread === s.thread_id);
)page",
    R"page(        if (i < 0 && kind === 'lock') // another thread has it
            i = open.findLastIndex((b) => b.key === key);
        if (i >= 0)
            open.splice(i, 1)[0].end = at;
    };
    steps.forEach((s, at) => {
        if (s.thread_id === null)
            return;
        if (takesLock(s))
            begin('lock', s, at, s.object);
        else if (leavesLock(s))
            end('lock', s, at);
        else if (s.kind === 'section_begin')
            begin('section', s, at, s.object || s.op);
        else if (s.kind === 'section_end')
            end('section', s, at);
        else if (s.kind === 'grace_period_begin')
            begin('grace', s, at, s.object || s.op);
        else if (s.kind === 'grace_period_end')
            end('grace', s, at);
    });
    return all;
}

/** Everything that does not depend on the step that is shown. */
function modelOf(document) {
    const steps = document.steps;
    return {
        document, steps,
        lanes: lanesOf(document),
        setUp: setUpOf(steps),
        memory: memoryOf(steps),
        locks: locksOf(steps),
        blocks: blocksOf(steps),
        brackets: bracketsOf(steps),
    };
}

/** The block that the object is in, if it is freed at that step: {name, at, thread}. */
function freedBefore(model, object, at) {
    for (const block of model.blocks) {
        const i = lastAt(block.history, at);
        if (i >= 0 && block.history[i].freed && isWithin(object, block.name))
            return {name: block.name, at: block.history[i].at, thread: block.history[i].thread};
    }
    return null;
}

/** Memory after step `at`: [{name, known, value, since, changed, used, freed}]. */
function memoryAt(model, at) {
    return model.memory.map((object) => {
        const i = lastAt(object.history, at);
        const entry = i < 0 ? null : object.history[i];
        return {
            name: object.name,
            known: entry !== null || object.known,
            value: entry === null ? object.initial : entry.value,
            since: entry === null ? null : entry.at,
            changed: entry !== null && entry.at === at,
            used: model.steps[at] !== undefined && keyOf(model.steps[at]) === object.key,
            freed: freedBefore(model, object.name, at),
        };
    });
}

/** The locks after step `at`: [{name, holders: [{thread, since}], changed}]. */
function locksAt(model, at) {
    return model.locks.map((lock) => {
        const i = lastAt(lock.history, at);
        return {
            name: lock.name,
            holders: i < 0 ? [] : lock.history[i].holders,
            changed: i >= 0 && lock.history[i].at === at,
        };
    });
}

/** The sections or grace periods that are open after step `at`. */
function openAt(model, kind, at) {
    return model.brackets.filter(
        (b) => b.kind === kind && b.begin <= at && (b.end === null || b.end > at));
}

/** What was freed until step `at`, the latest first. */
function freedUntil(model, at) {
    const all = [];
    for (const block of model.blocks) {
        const i = lastAt(block.history, at);
        if (i >= 0 && block.history[i].freed)
            all.push({name: block.name, at: block.history[i].at, thread: block.history[i].thread});
    }
    return all.sort((a, b) => b.at - a.at);
}

// order.js
// What happens before what: program order, and what one thread tells another by acquire and
// release, locks, wake-ups and grace periods. It is an aid to the reader; the checker knows more.

const RELEASES = new Set(['release', 'acq_rel', 'full']);
const ACQUIRES = new Set(['acquire', 'acq_rel', 'full']);

function releases(s) {
    return RELEASES.has(s.order) || leavesLock(s) || s.kind === 'wake';
}

function acquires(s) {
    return ACQUIRES.has(s.order) || takesLock(s) || s.kind === 'wait';
}

/** For each step the steps that come directly before it: [[{from, why}]]. */
function edgesOf(model) {
    const steps = model.steps;
    const before = steps.map(() => []);
)page",
    R"page(    const add = (from, to, why) => {
        if (from !== null && to !== null && from >= 0 && from < to)
            before[to].push({from, why});
    };

    // Program order. The set-up comes before every thread, and the end after all of them.
    const last = new Map();
    let outside = null;
    steps.forEach((s, at) => {
        if (s.thread_id === null) {
            if (at >= model.setUp)
                for (const own of last.values())
                    add(own, at, 'program order');
            add(outside, at, 'program order');
            outside = at;
            return;
        }
        add(last.get(s.thread_id) ?? outside, at, 'program order');
        last.set(s.thread_id, at);
    });

    // The nearest barrier of a thread before, or after, each of its steps.
    const orderedBefore = steps.map(() => null), orderedAfter = steps.map(() => null);
    const nearest = new Map();
    steps.forEach((s, at) => {
        orderedBefore[at] = nearest.get(s.thread_id) ?? null;
        if (s.order === 'full' || (s.kind === 'fence' && RELEASES.has(s.order)))
            nearest.set(s.thread_id, at);
    });
    nearest.clear();
    for (let at = steps.length; at-- !== 0;) {
        const s = steps[at];
        orderedAfter[at] = nearest.get(s.thread_id) ?? null;
        if (s.order === 'full' || (s.kind === 'fence' && ACQUIRES.has(s.order)))
            nearest.set(s.thread_id, at);
    }

    const lastUnlock = new Map();
    steps.forEach((s, at) => {
        if (takesLock(s) && lastUnlock.has(keyOf(s)))
            add(lastUnlock.get(keyOf(s)), at, 'lock');
        if (leavesLock(s))
            lastUnlock.set(keyOf(s), at);
        const to = acquires(s) ? at : orderedAfter[at];
        // A read-modify-write passes on what was released before it.
        let source = s.reads_from === null || s.late ? null : s.reads_from - 1;
        while (source !== null && steps[source] !== undefined && source < at) {
            const w = steps[source];
            if (w.thread_id !== s.thread_id)
                add(releases(w) ? source : orderedBefore[source], to,
                    s.kind === 'wait' ? 'wake-up' : 'acquire and release');
            const passesOn = w.kind === 'rmw' || w.kind === 'add';
            source = passesOn && w.reads_from !== null && w.reads_from - 1 < source
                ? w.reads_from - 1 : null;
        }
    });

    // A grace period ends after the sections that had begun before it; a section that ends after it
    // has begun after it.
    const periods = model.brackets.filter((b) => b.kind === 'grace');
    const sections = model.brackets.filter((b) => b.kind === 'section');
    for (const period of periods)
        for (const section of sections) {
            if (period.end !== null && section.end !== null && section.begin < period.begin)
                add(section.end, period.end, 'grace period');
            else if (section.begin > period.begin)
                add(period.begin, section.begin, 'grace period');
        }
    return before;
}

/** The same edges the other way: [[{to, why}]]. */
function reversed(before) {
    const after = before.map(() => []);
    before.forEach((all, to) => all.forEach(({from, why}) => after[from].push({to, why})));
    return after;
}

/** All steps that can be reached from `start`, without it. */
function reachable(edges, start) {
    const seen = new Set();
    const todo = [start];
    while (todo.length !== 0)
        for (const edge of edges[todo.pop()]) {
            const next = edge.from ?? edge.to;
            if (!seen.has(next)) {
                seen.add(next);
                todo.push(next);
            }
        }
    return seen;
}

// words.js
// Sentences about steps.

/** The step as a printed counterexample has it. */
function textOf(s) {
    if (s.kind === 'finding')
        return s.property + ': ' + s.message;
    return s.text ?? s.op + '(' + s.object + ') ' + s.value;
}

function valueText(value) {
)page",
    R"page(    return value === null ? '?' : String(value);
}

/** "system.hpp:42", or nothing. */
function placeOf(s) {
    return s.file ? s.file.slice(s.file.lastIndexOf('/') + 1) + ':' + s.line : '';
}

/** What deserves to be said of the step, besides its words: [{kind, text, step}]. `step` is a step
    that it tells of, or null. */
function notesOf(model, at) {
    const s = model.steps[at];
    const notes = [];
    const threadOf = (step) => model.steps[step]?.thread ?? '';
    if (s.stale)
        notes.push({
            kind: 'stale',
            text: s.newer === null ? 'stale: there is a newer value'
                : 'stale: ' + valueText(s.newer) + ' is newer' +
                    (s.newer_step === null ? '' : ', from step ' + s.newer_step),
            step: s.newer_step === null ? null : s.newer_step - 1,
        });
    if (s.late)
        notes.push({
            kind: 'late',
            text: s.reads_from === null ? 'late: performed after what follows it in its thread'
                : 'late: reads what step ' + s.reads_from + ' stores later',
            step: s.reads_from === null ? null : s.reads_from - 1,
        });
    else if (s.reads_from !== null)
        notes.push({
            kind: 'reads',
            text: 'reads from step ' + s.reads_from + ', by ' + threadOf(s.reads_from - 1),
            step: s.reads_from - 1,
        });
    if (s.kind === 'blocked')
        notes.push({kind: 'stale', text: 'waits for ever', step: null});
    if (s.kind === 'fence' && s.message)
        notes.push({kind: 'stale', text: s.message, step: null});
    const freed = s.object === '' || s.kind === 'alloc' || s.kind === 'free' || at === 0
        ? null : freedBefore(model, s.object, at - 1);
    if (freed)
        notes.push({kind: 'freed', text: freed.name + ' is gone since step ' + (freed.at + 1),
                    step: freed.at});
    return notes;
}

/** What a screen reader says of the step. */
function sentenceOf(model, at) {
    const s = model.steps[at];
    const where = s.function ? ', in ' + s.function : '';
    const notes = notesOf(model, at).map((n) => '. ' + n.text).join('');
    return 'Step ' + (at + 1) + ' of ' + model.steps.length + ', ' + s.thread + where + ': ' +
        textOf(s) + notes + '.';
}

// diagram.js
// The lanes of the threads. Only the rows that the window shows are in the document, and a step
// changes only what is different after it.

const FAMILIES = {
    load: 'read', plain_read: 'read', wait: 'wait', store: 'write', plain_write: 'write', rmw: 'write',
    add: 'write', wake: 'wait', lock: 'lock', try_lock: 'lock', unlock: 'lock', down: 'lock', up: 'lock',
    section_begin: 'rcu', section_end: 'rcu', grace_period_begin: 'grace', grace_period_end: 'grace',
    alloc: 'life', free: 'free', finding: 'finding', blocked: 'finding',
};
const BRACKETS = {lock: 'holds', section: 'is in the section', grace: 'waits in the grace period'};

class Diagram {
    /** `scroller` shows it; `go` is called with the step that the user has chosen. */
    constructor(scroller, model, go) {
        this.scroller = scroller;
        this.model = model;
        this.go = go;
        this.at = -1;
        this.hovered = null;
        this.allArrows = false;
        this.showSetUp = false;
        this.before = edgesOf(model);
        this.after = reversed(this.before);
        this.slots = placeBrackets(model);
        this.labels = new Map();
        this.readers = model.steps.map(() => []);
        model.steps.forEach((s, at) => this.readers[s.reads_from - 1]?.push(at));

        this.head = element('div', {class: 'heads'});
        this.rowsAt = element('div', {class: 'rows'});
        this.bracketsAt = element('div', {class: 'brackets', 'aria-hidden': 'true'});
        this.arrows = drawn('svg', {class: 'arrows', 'aria-hidden': 'true'});
        this.canvas = element('div', {class: 'canvas'}, this.bracketsAt, this.rowsAt, this.arrows);
        scroller.append(this.head, this.canvas);
)page",
    R"page(        scroller.addEventListener('scroll', () => this.later());
        new ResizeObserver(() => this.lay()).observe(scroller);
        this.lay();
    }

    /** The steps that the story tells of, with its words. */
    label(story) {
        this.labels = new Map(story.map(({at, label}) => [at, label]));
        this.lay();
    }

    /** Puts everything where it belongs: at the start, and when the window's width has changed. */
    lay() {
        const {model} = this;
        this.rows = rowsOf(model, this.showSetUp);
        this.row = rowOfStep(model, this.rows);
        this.columns = columnsOf(model, this.scroller.clientWidth, this.slots,
                                 (at) => [textOf(model.steps[at]), ...this.pillsOf(at).map((p) => p.text)].join(' '));
        this.shown = new Map();
        this.rowsAt.replaceChildren();
        this.canvas.style.height = this.rows.length * ROW + 'px';
        this.canvas.style.width = this.head.style.width = this.columns.width + 'px';
        this.head.replaceChildren(...model.lanes.map((lane, i) => {
            const head = nameOf(lane.name, {class: 'head hue' + i % 6, title: visible(lane.name)});
            head.style.left = this.columns.left.get(lane.id) + this.columns.gutter + 'px';
            head.style.maxWidth = this.columns.laneWidth - this.columns.gutter - 8 + 'px';
            return head;
        }));
        this.layBrackets();
        this.draw();
        if (this.at >= 0)
            this.reveal();
    }

    layBrackets() {
        this.bracketsAt.replaceChildren(...this.model.lanes.map((lane, i) => {
            const line = element('div', {class: 'lane hue' + i % 6});
            line.style.left = this.columns.left.get(lane.id) + this.columns.gutter - 5 + 'px';
            return line;
        }));
        this.placed = this.model.brackets.map((bracket) => {
            const first = this.row[bracket.begin];
            const last = bracket.end === null ? this.rows.length : this.row[bracket.end];
            return {bracket, first, last, made: null};
        });
    }

    makeBracket({bracket, first, last}) {
        const made = element('div', {
            class: 'bracket ' + bracket.kind + (bracket.end === null ? ' open' : ''),
        });
        const length = (last - first) * ROW - (bracket.end === null ? ROW / 2 : 0);
        made.style.left = this.columns.left.get(bracket.thread) + bracket.slot * SLOT + 2 + 'px';
        made.style.top = first * ROW + ROW / 2 + 'px';
        made.style.height = length + 'px';
        const name = visible(bracket.name);
        made.title = BRACKETS[bracket.kind] + ' ' + name;
        if (length >= name.length * 6.5 + 12)
            made.append(element('bdi', {}, name));
        return made;
    }

    later() {
        this.pending ??= requestAnimationFrame(() => {
            this.pending = null;
            this.draw();
        });
    }

    /** Adds the rows that came into the window and removes those that left it. */
    draw() {
        const {first, end} = windowOf(this.scroller.scrollTop, this.scroller.clientHeight, this.rows.length);
        for (const [i, made] of this.shown)
            if (i < first || i >= end) {
                made.remove();
                this.shown.delete(i);
            }
        for (let i = first; i < end; ++i)
            if (!this.shown.has(i)) {
                const made = this.makeRow(this.rows[i]);
                made.style.top = i * ROW + 'px';
                this.shown.set(i, made);
                this.rowsAt.append(made);
                this.mark(i);
            }
        for (const placed of this.placed) {
            const seen = placed.last >= first && placed.first < end;
            if (seen && placed.made === null) {
                placed.made = this.makeBracket(placed);
                this.bracketsAt.append(placed.made);
            } else if (!seen && placed.made !== null) {
                placed.made.remove();
                placed.made = null;
)page",
    R"page(            }
        }
        this.drawArrows(first, end);
    }

    makeRow(row) {
        if (row.type === 'set-up')
            return this.makeFold(row);
        const s = this.model.steps[row.at];
        if (row.type === 'function') {
            const made = element('div', {class: 'row function'},
                                 element('span', {class: 'in'}, visible(row.name) + '()'));
            made.firstChild.style.left = this.leftOf(s) + 'px';
            return made;
        }
        const at = row.at;
        const chip = element('button', {type: 'button', tabindex: '-1',
                                        class: 'chip ' + (FAMILIES[s.kind] ?? 'other')});
        if (s.thread_id === null)
            chip.append(element('span', {class: 'phase'}, visible(s.thread) + ' '));
        chip.append(...wordsIn(textOf(s), s.object));
        chip.append(...this.pillsOf(at).map(({kind, text}) => element('span', {class: 'pill ' + kind}, visible(text))));
        chip.style.left = this.leftOf(s) + 'px';
        chip.addEventListener('click', () => this.go(at));
        chip.addEventListener('mouseenter', () => this.hover(at));
        chip.addEventListener('mouseleave', () => this.hover(null));
        return element('div', {class: 'row step'},
                       element('span', {class: 'number'}, String(at + 1)), chip);
    }

    /** What stands behind the words of a step. */
    pillsOf(at) {
        const pills = notesOf(this.model, at).filter((n) => ['stale', 'late', 'freed'].includes(n.kind));
        return this.labels.has(at) ? [...pills, {kind: 'told', text: this.labels.get(at)}] : pills;
    }

    makeFold(row) {
        const fold = element('button', {type: 'button', class: 'fold', 'aria-expanded': String(this.showSetUp)},
                             (this.showSetUp ? '\u25be' : '\u25b8') + ' set-up: ' + count(row.count, 'step'));
        fold.addEventListener('click', () => this.toggleSetUp());
        return element('div', {class: 'row'}, fold);
    }

    toggleSetUp() {
        this.showSetUp = !this.showSetUp;
        this.lay();
    }

    toggleArrows() {
        this.allArrows = !this.allArrows;
        this.draw();
    }

    leftOf(s) {
        return s.thread_id === null ? 60 : this.columns.left.get(s.thread_id) + this.columns.gutter;
    }

    /** Shows what happens before and after a step; null: of none. */
    hover(at) {
        this.hovered = at;
        this.past = at === null ? null : reachable(this.before, at);
        this.future = at === null ? null : reachable(this.after, at);
        this.scroller.classList.toggle('ordered', at !== null);
        for (const i of this.shown.keys())
            this.mark(i);
        this.draw();
    }

    mark(i) {
        const row = this.rows[i];
        if (row.type === 'set-up')
            return;
        const {classList} = this.shown.get(i);
        classList.toggle('current', row.type === 'step' && row.at === this.at);
        classList.toggle('ahead', row.at > this.at);
        if (row.type !== 'step')
            return;
        classList.toggle('is-before', this.past?.has(row.at) ?? false);
        classList.toggle('is-after', this.future?.has(row.at) ?? false);
        classList.toggle('hovered', row.at === this.hovered);
    }

    show(at) {
        this.at = at;
        if (at < this.model.setUp && !this.showSetUp)
            this.toggleSetUp();
        for (const i of this.shown.keys())
            this.mark(i);
        this.reveal();
        this.draw();
    }

    /** Scrolls, if the current step is not in the window. */
    reveal() {
        const {scroller} = this;
        const top = this.row[this.at] * ROW;
        const room = scroller.clientHeight - this.head.offsetHeight;
        if (top < scroller.scrollTop + 2 * ROW)
            scroller.scrollTop = Math.max(0, top - 3 * ROW);
        else if (top > scroller.scrollTop + room - 3 * ROW)
            scroller.scrollTop = top - room + 4 * ROW;
)page",
    R"page(        const left = this.leftOf(this.model.steps[this.at]) - this.columns.gutter;
        if (left < scroller.scrollLeft + NUMBERS || left > scroller.scrollLeft + scroller.clientWidth - 200)
            scroller.scrollLeft = Math.max(0, left - NUMBERS);
    }

    // --- arrows ---------------------------------------------------------------------------------

    drawArrows(first, end) {
        const wanted = [];
        const {steps} = this.model;
        const read = (at, extra) => {
            const s = steps[at];
            if (s.reads_from !== null && steps[s.reads_from - 1])
                wanted.push({from: s.reads_from - 1, to: at,
                             kind: s.late ? 'late' : s.kind === 'wait' ? 'wake' : 'reads', extra});
        };
        if (this.allArrows)
            steps.forEach((s, at) => at !== this.at && read(at, 'faint'));
        if (this.hovered !== null) {
            const inside = (at) => at === this.hovered || this.past.has(at);
            for (const to of [...this.past, this.hovered])
                for (const {from, why} of this.before[to])
                    if (why !== 'program order' && inside(from) &&
                        steps[from].thread_id !== steps[to].thread_id)
                        wanted.push({from, to, kind: 'order', extra: ''});
        }
        if (this.at >= 0) {
            read(this.at, '');
            for (const reader of this.readers[this.at])
                if (reader !== this.at)
                    read(reader, 'faint');
            const s = steps[this.at];
            if (s.stale && s.newer_step !== null && steps[s.newer_step - 1])
                wanted.push({from: s.newer_step - 1, to: this.at, kind: 'passed', extra: ''});
        }
        this.arrows.style.top = first * ROW + 'px';
        this.arrows.setAttribute('height', (end - first) * ROW);
        this.arrows.setAttribute('width', this.columns.width);
        const visibleArrow = ({from, to}) =>
            Math.max(this.row[from], this.row[to]) >= first && Math.min(this.row[from], this.row[to]) < end;
        this.arrows.replaceChildren(
            ...wanted.filter(visibleArrow).flatMap((arrow) => this.arrow(arrow, first)));
    }

    arrow({from, to, kind, extra}, first) {
        const a = this.edges(from, first), b = this.edges(to, first);
        const toRight = a.left < b.left, same = a.left === b.left;
        if (toRight && a.right > b.left - 24)
            return this.arrowFromBelow(a, b, kind + ' ' + extra);
        const x1 = toRight ? a.right : a.left;
        const x2 = toRight || same ? b.left : b.right;
        const bend = same ? -26 : Math.min(90, Math.max(30, Math.abs(x2 - x1) / 2));
        const c1 = toRight ? x1 + bend : same ? x1 + bend : x1 - bend;
        const c2 = toRight ? x2 - bend : same ? x2 + bend : x2 + bend;
        const point = toRight || same ? -1 : 1; // where the head's back is
        return [
            drawn('path', {class: 'arrow ' + kind + ' ' + extra,
                           d: `M${x1},${a.y} C${c1},${a.y} ${c2},${b.y} ${x2},${b.y}`}),
            drawn('path', {class: 'tip ' + kind + ' ' + extra, d: `M${x2},${b.y} l${point * 8},-4 v8 z`}),
        ];
    }

    /** From a step that extends over the lane of the other one: beside that lane, not through it. */
    arrowFromBelow(a, b, kind) {
        const down = b.y > a.y ? 1 : -1;
        const x = Math.max(a.left + 8, b.left - 22);
        const turn = Math.min(14, Math.abs(b.y - a.y) - 12);
        return [
            drawn('path', {class: 'arrow ' + kind,
                           d: `M${x},${a.y + 12 * down} V${b.y - turn * down} Q${x},${b.y} ${b.left},${b.y}`}),
            drawn('path', {class: 'tip ' + kind, d: `M${b.left},${b.y} l-8,-4 v8 z`}),
        ];
    }

    /** The left and right edge of a step, and its height in the arrows' drawing. */
    edges(at, first) {
        const s = this.model.steps[at];
        const left = this.leftOf(s);
)page",
    R"page(        const chip = this.shown.get(this.row[at])?.querySelector('.chip');
        const width = chip?.offsetWidth ?? 160;
        return {left, right: left + width, y: (this.row[at] - first) * ROW + ROW / 2};
    }
}

// panels.js
// What stands beside the lanes: the step, its source, and the state after it.

const CONTEXT = 2; // lines before and after that of the step
const ORDERS = {
    relaxed: 'relaxed', acquire: 'acquire', release: 'release', acq_rel: 'acquire and release',
    full: 'full barrier',
};

class Panels {
    constructor(root, model, go) {
        this.model = model;
        this.go = go;
        this.get = (id) => root.getElementById(id);
        this.memory = this.tableOf(this.get('memory'), memoryAt(model, -1));
        this.locks = this.tableOf(this.get('locks'), locksAt(model, -1));
        this.get('memory-panel').hidden = this.memory.length === 0;
        this.get('locks-panel').hidden = this.locks.length === 0;
        this.get('rcu-panel').hidden = model.brackets.every((b) => b.kind === 'lock');
        this.get('freed-panel').hidden = model.blocks.every((b) => b.history.every((h) => !h.freed));
    }

    /** A row for each object, which stays; its cells change. */
    tableOf(body, objects) {
        return objects.map(({name}) => {
            const made = {value: element('td'), since: element('td', {class: 'since'}), was: null};
            made.row = element('tr', {}, element('th', {scope: 'row'}, nameOf(name)), made.value, made.since);
            body.append(made.row);
            return made;
        });
    }

    show(at) {
        this.showStep(at);
        this.showSource(at);
        this.showMemory(at);
        this.showLocks(at);
        this.showSections(at);
        this.showFreed(at);
    }

    threadName(thread) {
        return thread === null ? 'the set-up' : this.model.document.threads[thread] ?? 'thread ' + thread;
    }

    showStep(at) {
        const s = this.model.steps[at];
        this.get('step-words').replaceChildren(...wordsIn(textOf(s), s.object));
        this.get('step-words').classList.toggle('failed', s.kind === 'finding');
        const facts = [nameOf(s.thread, {class: 'thread'})];
        if (s.function)
            facts.push(' in ', element('code', {}, visible(s.function) + '()'));
        if (ORDERS[s.order])
            facts.push(element('span', {class: 'order'}, ORDERS[s.order]));
        this.get('step-facts').replaceChildren(...facts);
        this.get('step-notes').replaceChildren(...notesOf(this.model, at).map((note) => {
            const item = element('li', {class: note.kind}, visible(note.text));
            if (note.step !== null && this.model.steps[note.step])
                item.append(' ', stepButton(note.step, this.go, 'show ' + (note.step + 1)));
            return item;
        }));
    }

    showSource(at) {
        const s = this.model.steps[at];
        const place = this.get('source-place'), lines = this.get('source-lines');
        this.get('source-panel').hidden = !s.file;
        if (!s.file)
            return;
        setText(place, visible(s.file) + ':' + s.line);
        const known = this.model.document.sources?.[s.file] ?? {};
        const made = [];
        for (let n = s.line - CONTEXT; n <= s.line + CONTEXT; ++n)
            if (known[n] !== undefined)
                made.push(element('div', {class: n === s.line ? 'line here' : 'line'},
                                  element('span', {class: 'line-number'}, String(n)),
                                  element('code', {}, visible(known[n].replace(/\t/g, '    ')) + '\n')));
        lines.hidden = made.length === 0;
        lines.replaceChildren(...made);
    }

    /** Draws the row only if it looks different from before. */
    update(made, state, classes, value, since) {
        const now = JSON.stringify([classes, state.text, state.since]);
        if (now === made.was)
            return;
        made.was = now;
        made.row.className = classes;
)page",
    R"page(        made.value.replaceChildren(...value());
        made.since.replaceChildren(...since());
    }

    showMemory(at) {
        memoryAt(this.model, at).forEach((m, i) => {
            const classes = [m.changed && 'changed', m.used && 'used', m.freed && 'gone'].filter(Boolean);
            const text = m.known ? valueText(m.value) : '?';
            const since = m.freed ? m.freed.at : m.since;
            this.update(this.memory[i], {text: text + !!m.freed, since}, classes.join(' '),
                () => [nameOf(text, {class: 'value'}),
                       m.freed ? element('span', {class: 'pill freed'}, 'freed') : null].filter(Boolean),
                () => since === null ? [m.known ? 'initial' : ''] : [stepButton(since, this.go)]);
        });
    }

    showLocks(at) {
        locksAt(this.model, at).forEach((lock, i) => {
            const names = lock.holders.map((h) => this.threadName(h.thread));
            const since = lock.holders.at(-1)?.since ?? null;
            this.update(this.locks[i], {text: names.join(), since},
                [lock.changed && 'changed', names.length !== 0 && 'held'].filter(Boolean).join(' '),
                () => names.length === 0 ? ['free']
                    : ['held by ', ...names.flatMap((n, k) => k === 0 ? [nameOf(n)] : [', ', nameOf(n)])],
                () => since === null ? [] : [stepButton(since, this.go)]);
        });
    }

    showSections(at) {
        const item = (bracket, words) => element('li', {class: bracket.kind},
            nameOf(this.threadName(bracket.thread), {class: 'thread'}), ' ' + words + ' ',
            nameOf(bracket.name, {class: 'name'}),
            bracket.waitsFor.length === 0 || bracket.kind !== 'grace' ? ''
                : ', which began with readers: ' + bracket.waitsFor.map(visible).join(', '),
            ' since ', stepButton(bracket.begin, this.go));
        const items = [...openAt(this.model, 'section', at).map((b) => item(b, 'is in the section of')),
                       ...openAt(this.model, 'grace', at).map((b) => item(b, 'waits in'))];
        this.get('sections').replaceChildren(
            ...(items.length !== 0 ? items : [element('li', {class: 'none'}, 'no open section, no grace period')]));
    }

    showFreed(at) {
        const items = freedUntil(this.model, at).map((f) => element('li', {class: f.at === at ? 'changed' : ''},
            nameOf(f.name, {class: 'name'}), ' by ', nameOf(this.threadName(f.thread), {class: 'thread'}),
            ', step ', stepButton(f.at, this.go)));
        this.get('freed').replaceChildren(
            ...(items.length !== 0 ? items : [element('li', {class: 'none'}, 'nothing yet')]));
    }
}

// story.js
// The steps to look at first: who freed, who used, what one thread read from another.

const MOST = 10;

/** Does the text name the object, and not one whose name only begins like that? */
function names(text, object) {
    for (let i = text.indexOf(object); i >= 0 && object !== ''; i = text.indexOf(object, i + 1)) {
        const free = (c) => c === undefined || !/[\w\]]/.test(c);
        if (free(text[i - 1]) && !/[\w[]/.test(text[i + object.length] ?? ' '))
            return true;
    }
    return false;
}

/** The step that the words "by THREAD at FILE:LINE" of a message tell of: the last such. */
function toldStep(model, message, end) {
    for (let at = end; at-- !== 0;) {
        const s = model.steps[at];
        const place = placeOf(s);
        if (place !== '' && (message.includes('by ' + s.thread + ' at ' + place) ||
                             message.includes('at ' + place + ' by ' + s.thread)))
            return at;
    }
    return null;
}

/** What a failure is to the reader of "kfree of X is not ordered after ...", and the like. */
function labelOfFailure(message) {
    if (/^\S+ of .+ is not ordered after /.test(message))
        return 'failed: not ordered after the use';
    if (/^\S+ of .+ after \S+ at /.test(message))
)page",
    R"page(        return 'failed: used what is gone';
    return 'failed';
}

/** [{at, label}] in the order of the steps. */
function storyOf(model) {
    const {steps} = model;
    const end = steps.findLastIndex((s) => s.kind === 'finding');
    if (end < 0)
        return [];
    const failed = steps[end];
    const message = failed.message ?? '';
    const labels = new Map();
    const add = (at, label) => {
        if (at !== null && at >= model.setUp && !labels.has(at))
            labels.set(at, label);
    };
    add(end, labelOfFailure(message));

    const told = toldStep(model, message, end);
    if (told !== null)
        add(told, steps[told].kind === 'free' ? 'freed' : 'used');

    // What was freed, and is named; and who else used it last.
    const frees = [];
    steps.forEach((s, at) => {
        if (s.kind !== 'free' || at > end)
            return;
        const owner = model.blocks.find((b) => names(message, b.name) && isWithin(s.object, b.name));
        if (names(message, s.object) || owner) {
            frees.push({at, name: owner?.name ?? s.object, thread: s.thread_id});
            add(at, 'freed');
        }
    });
    for (const free of frees) {
        const use = steps.findLastIndex((s, at) => at < end && at >= model.setUp && s.object !== '' &&
            s.thread_id !== free.thread && s.kind !== 'free' && isWithin(s.object, free.name));
        add(use < 0 ? null : use, 'used last by another thread');
    }

    // Stale and late reads of anybody, and what who failed was told last.
    const heard = [];
    steps.forEach((s, at) => {
        if (at > end)
            return;
        if (s.stale)
            add(at, 'read what was stale');
        if (s.late)
            add(at, 'read late');
        if (s.kind === 'blocked')
            add(at, 'waits for ever');
        const source = s.reads_from === null ? undefined : steps[s.reads_from - 1];
        if (s.thread_id === failed.thread_id && source && source.thread_id !== null &&
            source.thread_id !== s.thread_id)
            heard.push(at);
    });
    for (const at of heard.slice(-1)) {
        add(at, 'read from ' + steps[steps[at].reads_from - 1].thread);
        add(steps[at].reads_from - 1, 'stored what ' + steps[at].thread + ' reads');
    }

    const all = [...labels].map(([at, label]) => ({at, label}));
    const kept = all.length <= MOST ? all : all.slice(0, MOST); // the most telling were added first
    return kept.sort((a, b) => a.at - b.at);
}

// table.js
// All steps as a table: for screen readers, for paper, and to search in.

const AT_ONCE = 250;   // rows
const AT_FIRST = 1000; // the browser needs seconds for more: they wait until they are wanted

function rowOf(model, at) {
    const s = model.steps[at];
    const notes = notesOf(model, at).map((n) => visible(n.text)).join('; ');
    return element('tr', {class: s.kind === 'finding' ? 'failed' : null},
        element('th', {scope: 'row'}, element('a', {href: '#step-' + (at + 1)}, String(at + 1))),
        element('td', {}, nameOf(s.thread)),
        element('td', {}, visible(s.function ? s.function + '()' : '')),
        element('td', {class: 'words'}, ...wordsIn(textOf(s), s.object)),
        element('td', {}, notes),
        element('td', {}, visible(placeOf(s))));
}

/** Fills the table in parts, so that the page can be used meanwhile. Of a long trace it has the first
    steps, until the button asks for all, or paper. */
function fillTable(body, more, model) {
    const {length} = model.steps;
    const limit = length <= AT_FIRST ? length : AT_FIRST;
    let next = 0;
    const fill = (end) => {
        const rows = document.createDocumentFragment();
        for (; next < Math.min(end, length); ++next)
            rows.append(rowOf(model, next));
        body.append(rows);
        more.hidden = next < limit || next === length;
        body.parentElement.toggleAttribute('data-complete', next === length);
    };
    const go = () => {
)page",
    R"page(        fill(Math.min(limit, next + AT_ONCE));
        if (next < limit)
            setTimeout(go);
    };
    more.textContent = 'Show all ' + count(length, 'step') + ' in the table';
    more.addEventListener('click', () => {
        fill(length);
        body.children[limit].querySelector('a').focus();
    });
    go();
    window.addEventListener('beforeprint', () => fill(length));
}

// app.js
// The page: what is shown at the top, and how one steps.

const PAGE = 10; // steps

function showHeading(get, model) {
    const {check, total_steps: total, not_started: idle, program, version} = model.document;
    document.title = visible(check.model + ': ' + check.property + ' (' + check.memory + ')');
    setText(get('program'), visible(program + (version ? ' ' + version : '')));
    get('model').replaceChildren(nameOf(check.model));
    setText(get('memory-model'), 'under ' + visible(check.memory));
    setText(get('property'), visible(check.property));
    get('message').replaceChildren(nameOf(check.message));
    const facts = [
        ['commit', check.commit],
        ['size', Object.entries(check.parameters ?? {}).map(([k, v]) => k + '=' + v).join(' ')],
        ['expected', check.expected + (check.as_expected ? '' : ', so this is a surprise')],
        ['took no step', idle.join(', ')],
    ];
    get('facts').replaceChildren(...facts.filter(([, value]) => value).map(([name, value]) =>
        element('div', {}, element('dt', {}, name), element('dd', {}, nameOf(value)))));
    get('replay-box').hidden = !check.replay;
    if (check.replay)
        setText(get('replay'), visible(check.replay));
    get('cut').hidden = total === model.steps.length;
    setText(get('cut'), 'Only the first ' + model.steps.length.toLocaleString('en') + ' of ' +
        count(total, 'step') + ' are shown.');
}

function showStory(at, model, story, go) {
    at.hidden = story.length === 0;
    at.querySelector('ol').replaceChildren(...story.map(({at: step, label}) => {
        const s = model.steps[step];
        const card = element('button', {type: 'button', class: 'card ' + (s.kind === 'finding' ? 'failed' : s.kind),
                                        'data-step': step + 1},
            element('span', {class: 'label'}, visible(label)),
            element('span', {class: 'card-top'}, element('b', {}, String(step + 1)), ' ',
                    nameOf(s.thread, {class: 'thread'})),
            element('span', {class: 'card-words'}, ...wordsIn(textOf(s), s.object)));
        card.title = visible(textOf(s));
        card.addEventListener('click', () => go(step));
        return element('li', {}, card);
    }));
}

class App {
    constructor() {
        const get = (id) => document.getElementById(id);
        const model = modelOf(readDocument(document));
        this.get = get;
        this.model = model;
        this.last = model.steps.length - 1;
        const go = (at) => this.go(at);
        showHeading(get, model);
        const story = storyOf(model);
        showStory(get('story'), model, story, go);
        this.cards = [...get('story').querySelectorAll('.card')];
        this.diagram = new Diagram(get('diagram'), model, go);
        this.diagram.label(story);
        this.panels = new Panels(document, model, go);
        this.listen();
        get('slider').max = String(this.last + 1);
        fillTable(get('table-body'), get('table-more'), model);
        this.go(this.fromAddress() ?? Math.min(model.setUp, this.last));
    }

    /** "#step-12" in the address. */
    fromAddress() {
        const found = /^#step-(\d+)$/.exec(location.hash);
        const at = found ? Number(found[1]) - 1 : -1;
        return at >= 0 && at <= this.last ? at : null;
    }

    go(at) {
        at = Math.max(0, Math.min(this.last, at));
        if (at === this.at)
            return;
        this.at = at;
        this.diagram.show(at);
        this.panels.show(at);
        this.get('slider').value = String(at + 1);
)page",
    R"page(        this.get('slider').setAttribute('aria-valuetext', 'step ' + (at + 1) + ' of ' + (this.last + 1));
        setText(this.get('position'), (at + 1).toLocaleString('en') + ' / ' + (this.last + 1).toLocaleString('en'));
        setText(this.get('say'), visible(sentenceOf(this.model, at)));
        for (const [id, end] of [['first', 0], ['back', 0], ['next', this.last], ['last', this.last]])
            this.get(id).setAttribute('aria-disabled', String(at === end));
        for (const card of this.cards)
            card.toggleAttribute('data-current', Number(card.dataset.step) === at + 1);
        this.keepAddress();
    }

    /** The address names the step, so that it can be sent to somebody. Browsers allow only so many
        changes in a time: it waits until the user rests. */
    keepAddress() {
        clearTimeout(this.address);
        this.address = setTimeout(() => history.replaceState(null, '', '#step-' + (this.at + 1)), 300);
    }

    /** The next step of the same thread in that direction. */
    inThread(direction) {
        const {steps} = this.model;
        for (let at = this.at + direction; at >= 0 && at <= this.last; at += direction)
            if (steps[at].thread_id === steps[this.at].thread_id)
                return at;
        return this.at;
    }

    toggle(id, how) {
        how();
        const button = this.get(id);
        button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
    }

    /** What a key does; undefined: nothing. */
    command(key, inDiagram) {
        switch (key) {
        case 'ArrowRight': case 'j': return () => this.go(this.at + 1);
        case 'ArrowLeft': case 'k': return () => this.go(this.at - 1);
        case 'ArrowDown': return inDiagram ? () => this.go(this.at + 1) : undefined;
        case 'ArrowUp': return inDiagram ? () => this.go(this.at - 1) : undefined;
        case 'PageDown': return inDiagram ? () => this.go(this.at + PAGE) : undefined;
        case 'PageUp': return inDiagram ? () => this.go(this.at - PAGE) : undefined;
        case 'Home': return () => this.go(0);
        case 'End': return () => this.go(this.last);
        case ']': return () => this.go(this.inThread(1));
        case '[': return () => this.go(this.inThread(-1));
        case 'a': return () => this.toggle('arrows', () => this.diagram.toggleArrows());
        case 'h': return () => this.toggle('order', () => this.toggleOrder());
        case '?': return () => this.get('help').showModal();
        default: return undefined;
        }
    }

    /** Keeps the order of the current step in sight, for those who cannot hover. */
    toggleOrder() {
        this.keepsOrder = !this.keepsOrder;
        this.diagram.hover(this.keepsOrder ? this.at : null);
    }

    listen() {
        const {get} = this;
        get('first').addEventListener('click', () => this.go(0));
        get('back').addEventListener('click', () => this.go(this.at - 1));
        get('next').addEventListener('click', () => this.go(this.at + 1));
        get('last').addEventListener('click', () => this.go(this.last));
        get('slider').addEventListener('input', () => this.go(Number(get('slider').value) - 1));
        get('arrows').addEventListener('click', () => this.command('a')());
        get('order').addEventListener('click', () => this.command('h')());
        get('help-button').addEventListener('click', () => get('help').showModal());
        get('help-close').addEventListener('click', () => get('help').close());
        get('copy').addEventListener('click', () => this.copy());
        window.addEventListener('hashchange', () => {
            const at = this.fromAddress();
            if (at !== null)
                this.go(at);
        });
        document.addEventListener('keydown', (event) => {
            const isSlider = event.target === get('slider') && !/^[a-z?[\]]$/.test(event.key);
)page",
    R"page(            if (event.ctrlKey || event.metaKey || event.altKey || isSlider || get('help').open)
                return;
            const does = this.command(event.key, get('diagram').contains(event.target));
            if (does === undefined)
                return;
            event.preventDefault();
            does();
            if (this.keepsOrder)
                this.diagram.hover(this.at);
        });
    }

    /** A file of its own may not reach the clipboard: then the text is marked. */
    copy() {
        getSelection().selectAllChildren(this.get('replay'));
        const said = (text) => setText(this.get('copy'), text);
        const copied = navigator.clipboard?.writeText(this.get('replay').textContent);
        if (copied)
            copied.then(() => said('Copied'), () => said('Marked'));
        else
            said('Marked');
    }
}

new App();
})();
</script>
</body>
</html>
)page",
};

} // namespace wbsync::report::page_template
// clang-format on

// SPDX-License-Identifier: BSD-3-Clause
// The lanes of the threads. Only the rows that the window shows are in the document, and a step
// changes only what is different after it.
import {drawn, element, nameOf, wordsIn} from './dom.js';
import {columnsOf, NUMBERS, placeBrackets, ROW, rowOfStep, rowsOf, SLOT, windowOf} from './layout.js';
import {edgesOf, reachable, reversed} from './order.js';
import {notesOf, textOf} from './words.js';
import {count, visible} from './document.js';

const FAMILIES = {
    load: 'read', plain_read: 'read', wait: 'wait', store: 'write', plain_write: 'write', rmw: 'write',
    add: 'write', wake: 'wait', lock: 'lock', try_lock: 'lock', unlock: 'lock', down: 'lock', up: 'lock',
    section_begin: 'rcu', section_end: 'rcu', grace_period_begin: 'grace', grace_period_end: 'grace',
    alloc: 'life', free: 'free', finding: 'finding', blocked: 'finding',
};
const BRACKETS = {lock: 'holds', section: 'is in the section', grace: 'waits in the grace period'};

export class Diagram {
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
        scroller.addEventListener('scroll', () => this.later());
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
            }
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
        const left = this.leftOf(this.model.steps[this.at]) - this.columns.gutter;
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
        const chip = this.shown.get(this.row[at])?.querySelector('.chip');
        const width = chip?.offsetWidth ?? 160;
        return {left, right: left + width, y: (this.row[at] - first) * ROW + ROW / 2};
    }
}

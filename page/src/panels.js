// SPDX-License-Identifier: BSD-3-Clause
// What stands beside the lanes: the step, its source, and the state after it.
import {visible} from './document.js';
import {element, nameOf, setText, stepButton, wordsIn} from './dom.js';
import {freedUntil, locksAt, memoryAt, openAt} from './state.js';
import {notesOf, textOf, valueText} from './words.js';

const CONTEXT = 2; // lines before and after that of the step
const ORDERS = {
    relaxed: 'relaxed', acquire: 'acquire', release: 'release', acq_rel: 'acquire and release',
    full: 'full barrier',
};

export class Panels {
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
        made.value.replaceChildren(...value());
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

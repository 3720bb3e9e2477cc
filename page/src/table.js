// SPDX-License-Identifier: BSD-3-Clause
// All steps as a table: for screen readers, for paper, and to search in.
import {count, visible} from './document.js';
import {element, nameOf, wordsIn} from './dom.js';
import {notesOf, placeOf, textOf} from './words.js';

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
export function fillTable(body, more, model) {
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
        fill(Math.min(limit, next + AT_ONCE));
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

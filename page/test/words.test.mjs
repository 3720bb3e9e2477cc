// SPDX-License-Identifier: BSD-3-Clause
// What the page says: of a step, of what led to the finding; hostile text; where things go.
import assert from 'node:assert/strict';
import test from 'node:test';
import {parts, visible} from '../src/document.js';
import {columnsOf, placeBrackets, rowsOf, windowOf} from '../src/layout.js';
import {modelOf} from '../src/state.js';
import {names, storyOf} from '../src/story.js';
import {notesOf, sentenceOf} from '../src/words.js';
import {documentOf, documentWith, step, traceOf} from './support.mjs';

const a = (more) => step({thread: 'a', thread_id: 0, ...more});
const b = (more) => step({thread: 'b', thread_id: 1, ...more});
const model = (...steps) => modelOf(documentWith(steps));

test('a stale read says what is newer, and from which step', () => {
    const m = model(a({kind: 'store', object: 'x', after: 1}),
                    b({text: 'READ_ONCE(x) = 0', object: 'x', before: 0, stale: true, newer: 1, newer_step: 1,
                       function: 'reader'}));
    assert.deepEqual(notesOf(m, 1), [{kind: 'stale', text: 'stale: 1 is newer, from step 1', step: 0}]);
    assert.equal(sentenceOf(m, 1), 'Step 2 of 2, b, in reader: READ_ONCE(x) = 0. stale: 1 is newer, from step 1.');
});

test('a late read says which step stores what it has read', () => {
    const m = model(b({object: 'x', before: 1, late: true, reads_from: 2}), a({kind: 'store', object: 'x', after: 1}));
    assert.equal(notesOf(m, 0)[0].text, 'late: reads what step 2 stores later');
});

test('a use of what is gone says since when', () => {
    const m = model(a({kind: 'free', object: 'sb'}), b({object: 'sb.flags', before: 1}));
    assert.equal(notesOf(m, 1)[0].text, 'sb is gone since step 1');
});

test('the story of isw/v6: who used the superblock, who freed it, what was read', () => {
    const told = storyOf(modelOf(documentOf(traceOf('isw_v6'))));
    assert.deepEqual(told.map(({at, label}) => `${at + 1} ${label}`), [
        '14 used last by another thread', '19 stored what umount reads', '30 read from switcher[0]', '32 freed',
        '33 freed', '36 failed']);
});

test('the story of a use after free: the step that the message tells of', () => {
    const told = storyOf(modelOf(documentOf(traceOf('mount_legitimize'))));
    const labels = told.map((s) => s.label);
    assert.ok(labels.includes('used'));
    assert.ok(labels.includes('read what was stale'));
    assert.equal(labels.at(-1), 'failed: not ordered after the use');
});

test('a name is not found in a longer one', () => {
    assert.ok(names('kfree of sb after', 'sb'));
    assert.ok(names('unmount of sb[0]', 'sb[0]'));
    assert.ok(!names('kfree of sb2', 'sb'));
    assert.ok(!names('kfree of sb[0]', 'sb'));
    assert.ok(!names('anything', ''));
});

test('characters that hide, or turn the text around, are shown', () => {
    assert.equal(visible('a\u202eb\u0000\u200bc'), 'a\u27e8U+202E\u27e9b\u27e8U+0000\u27e9\u27e8U+200B\u27e9c');
    assert.equal(visible('<b>"\u{1f600} \u05d0'), '<b>"\u{1f600} \u05d0');
    assert.deepEqual(parts('inc(x) x', 'x').map((p) => [p.text, p.isName]),
                     [['inc(', false], ['x', true], [') ', false], ['x', true]]);
});

test('rows: the set-up folds, and a function is named where a thread enters it', () => {
    const m = model(step({thread: '(set-up)', thread_id: null}), a({function: 'f'}), a({function: 'f'}),
                    b({function: 'f'}), a({function: 'g'}));
    assert.deepEqual(rowsOf(m, false).map((r) => r.type),
                     ['set-up', 'function', 'step', 'step', 'function', 'step', 'function', 'step']);
    assert.equal(rowsOf(m, true).length, rowsOf(m, false).length + 1);
});

test('brackets that overlap are beside each other, others use a place again', () => {
    const m = model(a({kind: 'lock', object: 'l', after: 1}), a({kind: 'lock', object: 'm', after: 1}),
                    a({kind: 'unlock', object: 'm', after: 0}), a({kind: 'lock', object: 'n', after: 1}));
    assert.equal(placeBrackets(m), 2);
    assert.deepEqual(m.brackets.map((x) => x.slot), [0, 1, 1]);
});

test('lanes have their least width in a narrow window, and share a wide one', () => {
    const m = model(a({}), b({}));
    const narrow = columnsOf(m, 300, 1, () => 'x'), wide = columnsOf(m, 1200, 1, () => 'x');
    assert.ok(narrow.width > 300);
    assert.ok(narrow.left.get(1) - narrow.left.get(0) >= 190);
    assert.equal(wide.width, 1200);
    assert.ok(wide.left.get(1) > 500);
});

test('a window has only some rows', () => {
    assert.deepEqual(windowOf(0, 280, 1000, 0), {first: 0, end: 10});
    assert.deepEqual(windowOf(2800, 280, 105, 2), {first: 98, end: 105});
});

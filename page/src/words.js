// SPDX-License-Identifier: BSD-3-Clause
// Sentences about steps.
import {freedBefore} from './state.js';

/** The step as a printed counterexample has it. */
export function textOf(s) {
    if (s.kind === 'finding')
        return s.property + ': ' + s.message;
    return s.text ?? s.op + '(' + s.object + ') ' + s.value;
}

export function valueText(value) {
    return value === null ? '?' : String(value);
}

/** "system.hpp:42", or nothing. */
export function placeOf(s) {
    return s.file ? s.file.slice(s.file.lastIndexOf('/') + 1) + ':' + s.line : '';
}

/** What deserves to be said of the step, besides its words: [{kind, text, step}]. `step` is a step
    that it tells of, or null. */
export function notesOf(model, at) {
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
export function sentenceOf(model, at) {
    const s = model.steps[at];
    const where = s.function ? ', in ' + s.function : '';
    const notes = notesOf(model, at).map((n) => '. ' + n.text).join('');
    return 'Step ' + (at + 1) + ' of ' + model.steps.length + ', ' + s.thread + where + ': ' +
        textOf(s) + notes + '.';
}

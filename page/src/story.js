// SPDX-License-Identifier: BSD-3-Clause
// The steps to look at first: who freed, who used, what one thread read from another.
import {isWithin} from './state.js';
import {placeOf} from './words.js';

const MOST = 10;

/** Does the text name the object, and not one whose name only begins like that? */
export function names(text, object) {
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
        return 'failed: used what is gone';
    return 'failed';
}

/** [{at, label}] in the order of the steps. */
export function storyOf(model) {
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

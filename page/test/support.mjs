// SPDX-License-Identifier: BSD-3-Clause
// Pages and traces for the tests.
import {readFileSync} from 'node:fs';
import {template} from '../build.mjs';

/** The page of a document, as include/wbsync/report/page_inl.hpp makes it. */
export function pageOf(document) {
    const [before, after] = template();
    const data = JSON.stringify(document).replace(/[<>&\u007f-\uffff]/g,
        (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
    return before + data + after;
}

/** The document of the page for an entry of `wbsync check --json`. */
export function documentOf(entry, more = {}) {
    const {counterexample, ...check} = entry;
    return {page: 1, program: 'wbsync', version: '0.1.0', check: {replay: null, ...check}, ...counterexample,
            total_steps: counterexample.steps.length, sources: {}, ...more};
}

/** A step with what is given, and else with the values of a step that does nothing. */
export function step(given) {
    return {thread: 'a', thread_id: 0, kind: 'load', op: 'READ_ONCE', object: '', object_id: null, order: null,
            value: '', text: '', before: null, after: null, reads_from: null, stale: false, late: false,
            newer: null, newer_step: null, waits_for: [], property: null, message: null, site: '', file: null,
            line: null, function: null, ...given};
}

/** A document of steps, each with its number. Threads are those that the steps name. */
export function documentWith(steps, more = {}) {
    const threads = [];
    for (const s of steps)
        if (s.thread_id !== null)
            threads[s.thread_id] = s.thread;
    return documentOf({
        model: 'trial/door', commit: '0123456789ab', memory: 'lkmm', parameters: {}, verdict: 'finding',
        property: 'P1', message: 'it is open', expected: 'finding P1', as_expected: true, schedule: 'l:abc',
        counterexample: {threads, not_started: [], steps: steps.map((s, i) => ({step: i + 1, ...s}))},
    }, more);
}

/** A trace of the program, in test/traces. */
export function traceOf(name) {
    return JSON.parse(readFileSync(new URL(`traces/${name}.json`, import.meta.url), 'utf8'));
}

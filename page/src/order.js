// SPDX-License-Identifier: BSD-3-Clause
// What happens before what: program order, and what one thread tells another by acquire and
// release, locks, wake-ups and grace periods. It is an aid to the reader; the checker knows more.
import {keyOf, leavesLock, takesLock} from './state.js';

const RELEASES = new Set(['release', 'acq_rel', 'full']);
const ACQUIRES = new Set(['acquire', 'acq_rel', 'full']);

function releases(s) {
    return RELEASES.has(s.order) || leavesLock(s) || s.kind === 'wake';
}

function acquires(s) {
    return ACQUIRES.has(s.order) || takesLock(s) || s.kind === 'wait';
}

/** For each step the steps that come directly before it: [[{from, why}]]. */
export function edgesOf(model) {
    const steps = model.steps;
    const before = steps.map(() => []);
    const add = (from, to, why) => {
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
export function reversed(before) {
    const after = before.map(() => []);
    before.forEach((all, to) => all.forEach(({from, why}) => after[from].push({to, why})));
    return after;
}

/** All steps that can be reached from `start`, without it. */
export function reachable(edges, start) {
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

// SPDX-License-Identifier: BSD-3-Clause
// What the trace says of memory, locks, RCU and objects, at each step. Steps are numbered from 0
// here, and from 1 for the reader.

const ON_LOCKS = new Set(['lock', 'try_lock', 'unlock', 'down', 'up']);
const ON_MEMORY = new Set(
    ['load', 'store', 'rmw', 'add', 'wait', 'wake', 'plain_read', 'plain_write']);

/** Does the step take a lock? An attempt that failed has stored nothing. */
export function takesLock(s) {
    return s.kind === 'lock' || ((s.kind === 'try_lock' || s.kind === 'down') && s.after !== null);
}

/** Does the step give a lock back? */
export function leavesLock(s) {
    return s.kind === 'unlock' || s.kind === 'up';
}

/** A variable that has no number is known by its name. */
export function keyOf(s) {
    return s.object_id !== null && s.object_id !== undefined ? '#' + s.object_id : s.object;
}

/** Is the object the block of memory, or a part of it? */
export function isWithin(object, block) {
    return object === block || object.startsWith(block + '.') || object.startsWith(block + '[');
}

/** The index of the last entry that is not after step `at`; -1: there is none. */
export function lastAt(history, at) {
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
        if (i < 0 && kind === 'lock') // another thread has it
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
export function modelOf(document) {
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
export function freedBefore(model, object, at) {
    for (const block of model.blocks) {
        const i = lastAt(block.history, at);
        if (i >= 0 && block.history[i].freed && isWithin(object, block.name))
            return {name: block.name, at: block.history[i].at, thread: block.history[i].thread};
    }
    return null;
}

/** Memory after step `at`: [{name, known, value, since, changed, used, freed}]. */
export function memoryAt(model, at) {
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
export function locksAt(model, at) {
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
export function openAt(model, kind, at) {
    return model.brackets.filter(
        (b) => b.kind === kind && b.begin <= at && (b.end === null || b.end > at));
}

/** What was freed until step `at`, the latest first. */
export function freedUntil(model, at) {
    const all = [];
    for (const block of model.blocks) {
        const i = lastAt(block.history, at);
        if (i >= 0 && block.history[i].freed)
            all.push({name: block.name, at: block.history[i].at, thread: block.history[i].thread});
    }
    return all.sort((a, b) => b.at - a.at);
}

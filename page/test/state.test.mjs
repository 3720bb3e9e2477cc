// SPDX-License-Identifier: BSD-3-Clause
// Memory, locks, RCU and objects at each step of a trace.
import assert from 'node:assert/strict';
import test from 'node:test';
import {freedBefore, freedUntil, isWithin, locksAt, memoryAt, modelOf, openAt} from '../src/state.js';
import {documentWith, step} from './support.mjs';

const a = (more) => step({thread: 'a', thread_id: 0, ...more});
const b = (more) => step({thread: 'b', thread_id: 1, ...more});
const model = (...steps) => modelOf(documentWith(steps));
const valuesAt = (m, at) => memoryAt(m, at).map((v) => v.known ? v.value : '?');

test('memory has the values that were stored, and before that those that were read first', () => {
    const m = model(a({object: 'x', before: 0}), b({kind: 'store', object: 'x', after: 1}),
                    b({kind: 'store', object: 'y', after: 5}), a({kind: 'rmw', object: 'x', before: 1, after: 2}));
    assert.deepEqual(valuesAt(m, 0), [0, '?']);
    assert.deepEqual(valuesAt(m, 1), [1, '?']);
    assert.deepEqual(valuesAt(m, 2), [1, 5]);
    assert.deepEqual(valuesAt(m, 3), [2, 5]);
    assert.deepEqual(memoryAt(m, 1).map((v) => v.changed), [true, false]);
    assert.deepEqual(memoryAt(m, 3).map((v) => v.since), [3, 2]);
});

test('a stale read, and a late one, do not change memory', () => {
    const m = model(a({kind: 'store', object: 'x', after: 1}), b({object: 'x', before: 0, stale: true}),
                    b({object: 'y', before: 7, late: true, reads_from: 4}),
                    a({kind: 'store', object: 'y', after: 7}));
    assert.deepEqual(valuesAt(m, 1), [1, '?']);
    assert.deepEqual(valuesAt(m, 2), [1, '?']);
    assert.deepEqual(valuesAt(m, 3), [1, 7]);
});

test('objects with a number are told apart by it, not by their name', () => {
    const m = model(a({kind: 'store', object: 'x', object_id: 1, after: 1}),
                    a({kind: 'store', object: 'x', object_id: 2, after: 2}));
    assert.deepEqual(valuesAt(m, 1), [1, 2]);
});

test('a lock has a holder, until it is given back; an attempt that fails changes nothing', () => {
    const m = model(a({kind: 'lock', object: 'l', before: 'free', after: 'held by a'}),
                    b({kind: 'try_lock', object: 'l', before: 'held by a'}),
                    a({kind: 'unlock', object: 'l', after: 'free'}));
    const holders = (at) => locksAt(m, at)[0].holders.map((h) => h.thread);
    assert.deepEqual(holders(-1), []);
    assert.deepEqual(holders(0), [0]);
    assert.deepEqual(holders(1), [0]);
    assert.deepEqual(holders(2), []);
    assert.deepEqual(m.brackets.map((x) => [x.kind, x.begin, x.end]), [['lock', 0, 2]]);
});

test('a semaphore has several readers', () => {
    const m = model(a({kind: 'down', object: 's', after: 'a'}), b({kind: 'down', object: 's', after: 'a b'}),
                    a({kind: 'up', object: 's', after: 'b'}));
    assert.deepEqual(locksAt(m, 1)[0].holders.map((h) => h.thread), [0, 1]);
    assert.deepEqual(locksAt(m, 2)[0].holders.map((h) => h.thread), [1]);
});

test('sections nest, and a lock that another thread gives back is free', () => {
    const m = model(a({kind: 'section_begin', op: 'rcu_read_lock'}), a({kind: 'section_begin', op: 'rcu_read_lock'}),
                    a({kind: 'section_end'}), a({kind: 'lock', object: 'l', after: 'held by a'}),
                    b({kind: 'unlock', object: 'l', after: 'free'}));
    assert.deepEqual(m.brackets.map((x) => [x.kind, x.begin, x.end]),
                     [['section', 0, null], ['section', 1, 2], ['lock', 3, 4]]);
    assert.equal(openAt(m, 'section', 1).length, 2);
    assert.equal(openAt(m, 'section', 2).length, 1);
    assert.deepEqual(locksAt(m, 4)[0].holders, []);
});

test('a grace period is open from its beginning to its end', () => {
    const m = model(b({kind: 'section_begin', op: 'rcu_read_lock'}),
                    a({kind: 'grace_period_begin', op: 'synchronize_rcu', waits_for: ['b']}),
                    b({kind: 'section_end'}), a({kind: 'grace_period_end', op: 'synchronize_rcu'}));
    assert.deepEqual(openAt(m, 'grace', 1).map((x) => x.waitsFor), [['b']]);
    assert.equal(openAt(m, 'grace', 3).length, 0);
});

test('what is in a freed block is gone, until the block is allocated again', () => {
    const m = model(step({thread: '(set-up)', thread_id: null, kind: 'alloc', object: 'sb[1]'}),
                    a({kind: 'store', object: 'sb[1].flags', after: 1}), a({kind: 'free', object: 'sb[1]'}),
                    b({object: 'sb[1].flags', before: 1}), b({kind: 'alloc', object: 'sb[1]'}));
    assert.equal(m.setUp, 1);
    assert.equal(freedBefore(m, 'sb[1].flags', 1), null);
    assert.deepEqual(freedBefore(m, 'sb[1].flags', 3), {name: 'sb[1]', at: 2, thread: 0});
    assert.equal(freedBefore(m, 'sb[1].flags', 4), null);
    assert.deepEqual(freedUntil(m, 3).map((f) => f.name), ['sb[1]']);
    assert.ok(isWithin('sb[1].flags', 'sb[1]'));
    assert.ok(!isWithin('sb[10].flags', 'sb[1]'));
});

test('a trace without steps of threads, or without steps, is no error', () => {
    assert.deepEqual(model().lanes, []);
    assert.equal(model(step({thread: '(set-up)', thread_id: null})).setUp, 1);
});
